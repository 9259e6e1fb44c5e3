/** Values that say "no measurement" (semantics 1.4): a sensor that is off is not a fault and not a number. */

/** Texts that devices publish in place of a number; ESPHome writes `nan` or `None`. */
const TEXTS: ReadonlySet<string> = new Set(["--", "nan", "none"]);

export const isSentinelText = (text: string): boolean => text.length <= 8 && TEXTS.has(text.trim().toLowerCase());

/** Only asked about numbers outside the hard limits: inside them 0, −1 and 255 are measurements. */
export const isSentinelNumber = (value: number): boolean => value === 0 || value === -1 || value === 255;
