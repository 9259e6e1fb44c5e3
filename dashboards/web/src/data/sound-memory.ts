/** Whether this person wanted sound on this browser: remembered, because a reload must not silence a ward. */
const KEY = "homeward.sound";

type Keeper = Pick<Storage, "getItem" | "setItem">;

export const wantsSound = (storage: Keeper): boolean => {
  try {
    return storage.getItem(KEY) === "on";
  } catch {
    return false;
  }
};

export const rememberSound = (storage: Keeper, on: boolean): void => {
  try {
    storage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Storage is switched off: the wish lasts as long as the page.
  }
};
