/** How views reach the house: context, topics of the store, the ticking clock, words and times of day. */
import { createContext, useCallback, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { createLocalTime, type LocalTime } from "../data/format-time.ts";
import type { ActKind } from "../data/act-on-alert.ts";
import type { House } from "../data/house.ts";
import type { Preferences } from "../data/preferences.ts";
import type { Topic } from "../data/ward-store.ts";
import { en, type Words } from "../i18n/en.ts";
import type { Language } from "../i18n/language.ts";
import { zh } from "../i18n/zh.ts";

export interface Taste extends Preferences {
  readonly change: (next: Partial<Preferences>) => void;
}
export const TasteContext = createContext<Taste>({ language: "en", theme: "auto", density: "tiles", change: () => {} });
export const useTaste = (): Taste => useContext(TasteContext);
export const useLanguage = (): Language => useTaste().language;
export const wordsOf = (language: Language): Words => (language === "zh" ? zh : en);
export const useWords = (): Words => wordsOf(useLanguage());

export const HouseContext = createContext<House | null>(null);
export const useHouse = (): House => {
  const house = useContext(HouseContext);
  if (house === null) throw new Error("no house around this view");
  return house;
};

/** Re-renders when `topic` changed and the snapshot with it. */
export const useStore = <Value>(topic: Topic, read: () => Value): Value => {
  const { store } = useHouse();
  return useSyncExternalStore((listener) => store.subscribe(topic, listener), read);
};

/** A text or number that follows the clock: re-renders only when it reads differently. */
export const useTicking = <Value extends string | number | boolean>(read: (now: number) => Value): Value => {
  const { ticker } = useHouse();
  return useSyncExternalStore(ticker.subscribe, () => read(ticker.now()));
};

/** Follows topics and the clock at once; re-renders only when what is read differs. `topics` are words with a blank between. */
export const useWatching = <Value extends string | number | boolean | null>(topics: string, read: (now: number) => Value): Value => {
  const { store, ticker } = useHouse();
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [ticker.subscribe(listener), ...topics.split(" ").map((topic) => store.subscribe(topic as Topic, listener))];
      return () => stops.forEach((stop) => stop());
    },
    [store, ticker, topics],
  );
  return useSyncExternalStore(subscribe, () => read(ticker.now()));
};

const times = new Map<string, LocalTime>();
export const useLocalTime = (): LocalTime => {
  const zone = useHouse().me.institution.timeZone;
  let found = times.get(zone);
  if (found === undefined) times.set(zone, (found = createLocalTime(zone)));
  return found;
};

export const useReceiving = (): boolean => {
  const { store } = useHouse();
  return useStore("feed", () => store.feed() === "live" || store.feed() === "connecting");
};

export interface Desk {
  readonly openSheet: (alert: string, kind: ActKind) => void;
  readonly sheetAlert: string | null;
}
export const DeskContext = createContext<Desk>({ openSheet: () => {}, sheetAlert: null });
export const useDesk = (): Desk => useContext(DeskContext);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Single keys for the room in sight; they rest while somebody types or a sheet or dialog is open. */
export const useKeys = (keys: Readonly<Record<string, (event: KeyboardEvent) => void>>, even = false): void => {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (!even && document.querySelector("[data-sheet], dialog[open]") !== null) return;
      const act = latest.current[event.key];
      if (act === undefined) return;
      // Enter on a button or link is that button's.
      if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a") !== null) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [even]);
};
