/** Language and theme, on the door and in the person's menu. */
import type { ReactElement } from "react";
import { THEMES } from "../data/preferences.ts";
import { useTaste, useWords } from "../rooms/house-context.ts";

export const TasteSwitches = (): ReactElement => {
  const words = useWords();
  const { language, theme, change } = useTaste();
  return (
    <div className="taste">
      <button
        type="button"
        className="button"
        lang={language === "zh" ? "en" : "zh-CN"}
        data-switch="language"
        onClick={() => change({ language: language === "zh" ? "en" : "zh" })}
      >
        {words.otherLanguage}
      </button>
      <label className="taste-theme">
        <span>{words.theme}</span>
        <select value={theme} onChange={({ target }) => change({ theme: THEMES.find((known) => known === target.value) ?? "auto" })}>
          {THEMES.map((known) => (
            <option key={known} value={known}>
              {words.themes[known]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
};
