/** What this person chose on this browser: language, theme, density of the ward. Never anything about a patient. */
import type { Language } from "../i18n/language.ts";

export type Theme = "auto" | "light" | "dark" | "contrast";
export const THEMES: readonly Theme[] = ["auto", "light", "dark", "contrast"];

export type Density = "list" | "tiles" | "wall";
export const DENSITIES: readonly Density[] = ["list", "tiles", "wall"];

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly density: Density;
}

/** Chosen before, then asked for in the address, then the browser's own. */
export const readPreferences = (stored: string | null, search: string, browserLanguages: readonly string[]): Preferences => {
  let known: Partial<Preferences> = {};
  try {
    known = stored === null ? {} : (JSON.parse(stored) as Partial<Preferences>);
  } catch {
    // Somebody else's text under our key: as if nothing had been chosen.
  }
  const query = new URLSearchParams(search);
  const isLanguage = (value: unknown): value is Language => value === "zh" || value === "en";
  const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);
  const asked = query.get("lang");
  const askedTheme = query.get("theme");
  const isDensity = (value: unknown): value is Density => DENSITIES.some((density) => density === value);
  const askedDensity = query.get("density");
  const own = browserLanguages[0]?.toLowerCase().startsWith("zh") === true ? "zh" : "en";
  return {
    language: isLanguage(asked) ? asked : isLanguage(known.language) ? known.language : own,
    theme: isTheme(askedTheme) ? askedTheme : isTheme(known.theme) ? known.theme : "auto",
    density: isDensity(askedDensity) ? askedDensity : isDensity(known.density) ? known.density : "tiles",
  };
};
