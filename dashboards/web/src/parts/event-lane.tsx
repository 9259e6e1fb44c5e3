/** What happened, on the axis of the charts: puffs, sessions, acts, devices; an act opens its alert. */
import type { ReactElement } from "react";
import type { ChartWindow } from "../data/chart-window.ts";
import { clusterBy, type PatientEvent } from "../data/patient-events.ts";
import type { Words } from "../i18n/en.ts";
import { useLocalTime, useWords } from "../rooms/house-context.ts";
import { EventIcon } from "./event-icon.tsx";

const APART_PX = 24;

const inWords = ({ kind, what, count }: PatientEvent, words: Words): string => {
  const name = words.patient.eventKinds[kind];
  if (kind === "act") return words.actNames[what] ?? what;
  if (kind === "device") return `${name}: ${what}`;
  return `${name} ${kind === "session" ? words.patient.minutes(count ?? 0) : words.patient.puffs(count ?? 0)}`;
};

export const EventLane = ({
  events,
  window: { from, edge },
  width,
  onAlert,
}: {
  readonly events: readonly PatientEvent[];
  readonly window: ChartWindow;
  readonly width: number;
  readonly onAlert: (id: string) => void;
}): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const place = (t: number): number => (t - from) / (edge - from);
  const shown = events.filter((event) => event.to >= from && event.from <= edge);
  return (
    <section className="pane pane-events" aria-label={words.patient.events}>
      <div className="pane-name">
        <b>{words.patient.events}</b>
      </div>
      <div className="pane-plot">
        {shown
          .filter(({ kind }) => kind === "session")
          .map((event) => (
            <i
              key={event.key}
              className="event-span"
              style={{
                left: `${Math.max(0, place(event.from)) * 100}%`,
                width: `${(place(event.to) - Math.max(0, place(event.from))) * 100}%`,
              }}
            />
          ))}
        {clusterBy(shown, (event) => Math.max(0, place(event.from)) * width, APART_PX).map((group) => {
          const event = group.at(-1);
          const first = group[0];
          if (event === undefined || first === undefined) return null;
          const puffs = group.reduce((sum, { kind, count }) => sum + (kind === "reliever" || kind === "controller" ? (count ?? 0) : 0), 0);
          const told = group.map((each) => `${time.minute(each.from)} ${inWords(each, words)}`).join("\n");
          const alert = group.findLast((each) => each.alert !== null)?.alert ?? null;
          const left = `${Math.min(0.995, Math.max(0.005, place(first.from))) * 100}%`;
          const inner = (
            <>
              <EventIcon kind={event.kind} what={event.what} />
              {puffs > 0 ? <small>{words.patient.puffs(puffs)}</small> : group.length > 1 && <small>+{group.length - 1}</small>}
            </>
          );
          return alert === null ? (
            <span key={event.key} className="event" style={{ left }} title={told}>
              {inner}
              <span className="unseen">{told}</span>
            </span>
          ) : (
            <button
              key={event.key}
              type="button"
              className="event"
              style={{ left }}
              title={told}
              aria-label={told}
              onClick={() => onAlert(alert)}
            >
              {inner}
            </button>
          );
        })}
        {shown.length === 0 && <span className="pane-blank">{words.patient.noEvents}</span>}
      </div>
    </section>
  );
};
