/** The two voices of the page: assertive for S1, S2 and a lost feed, polite for the rest; values and ages are never spoken. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { isUrgent } from "../data/api.ts";
import type { WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useStore, useWords } from "../rooms/house-context.ts";

const GATHER_MS = 800;

export const LiveRegions = ({ saved }: { readonly saved: string }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const feed = useStore("feed", store.feed);
  const [loud, setLoud] = useState("");
  const [soft, setSoft] = useState("");
  const before = useRef(feed);
  const [spoken, setSpoken] = useState(saved);
  if (spoken !== saved) {
    setSpoken(saved);
    setSoft(saved);
  }
  useEffect(() => {
    if (before.current !== "lost" && feed === "lost") setLoud(words.announceLost);
    if (before.current === "lost" && feed === "live") setSoft(words.announceBack);
    before.current = feed;
  }, [feed, words]);
  useEffect(() => {
    let waiting: WireAlert[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (alerts: readonly WireAlert[]): string => {
      const [first] = alerts;
      if (first === undefined) return "";
      const code = store.patient(first.patient ?? "")?.pseudonym ?? first.device ?? "";
      const line: string = words.announceRaised(`${first.severity} ${words.severities[first.severity]}`, code, first.summary[language]);
      return alerts.length > 1 ? `${line} ${words.announceMore(alerts.length - 1)}` : line;
    };
    const stop = store.onArrival((alert, known) => {
      // What a first page already shows is read, not announced.
      if (store.feed() !== "live" || alert.status !== "open" || alert.severity === "S4") return;
      if (
        known !== undefined &&
        known.status === "open" &&
        known.escalation.step === alert.escalation.step &&
        known.severity === alert.severity
      )
        return;
      waiting.push(alert);
      timer ??= setTimeout(() => {
        timer = undefined;
        const gathered = waiting.toSorted((left, right) => (left.severity < right.severity ? -1 : 1));
        waiting = [];
        const urgent = say(gathered.filter(({ severity }) => isUrgent(severity)));
        const calm = say(gathered.filter(({ severity }) => !isUrgent(severity)));
        if (urgent !== "") setLoud(urgent);
        if (calm !== "") setSoft(calm);
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
    // Both are read by what speaks later.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [store, words, language]);
  return (
    <>
      <div className="unseen" aria-live="assertive" data-live="assertive">
        {loud}
      </div>
      <div className="unseen" aria-live="polite" data-live="polite" id="polite">
        {soft}
      </div>
    </>
  );
};
