/** Why a patient is to be looked at today, in one line: the alert, or the state of the data with the last value and its time. */
import type { ReactElement } from "react";
import { formatAge } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit, tileMetrics } from "../data/metric-view.ts";
import type { TileState } from "../data/reading-state.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useWatching, useWords } from "../rooms/house-context.ts";

export const ReadingReason = ({ patient, state }: { readonly patient: Patient; readonly state: TileState }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { store } = useHouse();
  const worst = useStore("alerts", () => store.alertsOf(patient.id)[0]);
  const text = useWatching(`r:${patient.id}`, (now) => {
    if (now === 0) return "";
    const name = words.states[state];
    if (state === "paused" && patient.pause !== null)
      return words.pausedUntil(time.moment(patient.pause.untilAt, now), patient.pause.reason);
    if (state === "never_started")
      return `${name}${patient.devices.length === 0 ? ` · ${words.noDevices}` : ""} · ${words.addedOn(time.moment(patient.createdAt, now))}`;
    if (state === "live" || state === "degraded") return state === "live" ? "" : name;
    const streams = store.streams(patient.id);
    const metric = tileMetrics(streams)[0] ?? "spo2";
    const good = streams[metric]?.good ?? null;
    if (good === null || good.value === null) return name;
    const value = `${metricLabel(metric, language)} ${formatValue(metric, good.value)} ${metricUnit(metric)}`.trim();
    return `${name} ${formatAge(now - good.t, words)} · ${words.lastValue(value, time.moment(good.t, now))}`;
  });
  const line = [worst === undefined ? "" : `${worst.severity} ${worst.summary[language]}`, text].filter((part) => part !== "").join(" · ");
  return (
    <span className="tile-reason" title={line}>
      {line}
    </span>
  );
};
