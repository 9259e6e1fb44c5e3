/** Keeps the preferences in this browser; without storage they last as long as the page. */
import { readPreferences, type Preferences } from "./preferences.ts";

const KEY = "homeward.preferences";

export const loadPreferences = (): Preferences => {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(KEY);
  } catch {
    // Storage is switched off: choices last as long as the page.
  }
  return readPreferences(stored, location.search, navigator.languages);
};

export const savePreferences = (preferences: Preferences): void => {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
};
