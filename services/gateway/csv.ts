/** CSV cells that no spreadsheet takes for a formula (reliability S45). */

/** Numbers stand as they are; text that could begin a formula gets a quote in front. */
export const csvCell = (value: string | number): string => {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(csvCell).join(",")}\r\n`;
