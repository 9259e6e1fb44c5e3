/** Texts that follow the clock; each re-renders alone, and only when it reads differently. */
import type { ReactElement } from "react";
import { formatAge, formatCountdown } from "../data/format-time.ts";
import { tileMetrics } from "../data/metric-view.ts";
import { useHouse, useTicking, useWatching, useWords } from "../rooms/house-context.ts";

export const Age = ({ t, ago = false }: { readonly t: number; readonly ago?: boolean }): ReactElement => {
  const words = useWords();
  const text = useTicking((now) => (now === 0 ? "" : formatAge(now - t, words)));
  return <span className="age">{ago && text !== "" ? words.ago(text) : text}</span>;
};

/** How old the newest value of a patient's first metric is; a dash for somebody who never sent one. */
export const NewestAge = ({ patient, ago = false }: { readonly patient: string; readonly ago?: boolean }): ReactElement => {
  const { store } = useHouse();
  const words = useWords();
  const text = useWatching(`r:${patient}`, (now) => {
    const streams = store.streams(patient);
    const stream = streams[tileMetrics(streams)[0] ?? ""];
    // An empty reading is news of the probe, not of the patient.
    const t = stream?.good?.t ?? stream?.newest.t;
    return t === undefined || now === 0 ? "–" : formatAge(now - t, words);
  });
  return <span className="age">{ago && text !== "–" ? words.ago(text) : text}</span>;
};

export const Countdown = ({ at }: { readonly at: number }): ReactElement => {
  const text = useTicking((now) => (now === 0 ? "" : formatCountdown(at - now)));
  return <span className={text.startsWith("+") ? "countdown over" : "countdown"}>{text}</span>;
};
