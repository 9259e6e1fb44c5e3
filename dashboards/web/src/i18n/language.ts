/** The two languages of every screen. */
export type Language = "zh" | "en";

/** As `<html lang>` wants it. */
export const htmlLang = (language: Language): string => (language === "zh" ? "zh-CN" : "en");
