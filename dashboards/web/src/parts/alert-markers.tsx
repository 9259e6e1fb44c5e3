/** Alerts on a pane: a mark at the foot, a stem to the ring on the point that fulfilled the rule; a press opens the evidence. */
import type { CSSProperties, ReactElement } from "react";
import { clusterBy } from "../data/patient-events.ts";
import type { WireAlert } from "../data/wire.ts";
import { useLanguage, useWords } from "../rooms/house-context.ts";
import { SeverityMark } from "./marks.tsx";

const MARK_PX = 18;
export interface Marker {
  readonly alert: WireAlert;
  readonly x: number;
  /** Share of the height, from the top; null: no point was kept. */
  readonly y: number | null;
}

export const WORSE = ["S1", "S2", "S3", "S4", "T"];

export const AlertMarkers = ({
  markers,
  chosen,
  width,
  onAlert,
}: {
  readonly markers: readonly Marker[];
  readonly chosen: string | null;
  readonly width: number;
  readonly onAlert: (id: string) => void;
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  return (
    <>
      {markers.map(
        ({ alert, x, y }) =>
          y !== null && (
            <i
              key={`r${alert.id}`}
              className={alert.id === chosen ? "ring on" : "ring"}
              style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
            />
          ),
      )}
      {clusterBy(markers, ({ x }) => x * width, MARK_PX).map((group) => {
        const at = group.findIndex(({ alert }) => alert.id === chosen);
        const worst = group.toSorted((left, right) => WORSE.indexOf(left.alert.severity) - WORSE.indexOf(right.alert.severity))[0];
        const shown = group[at] ?? worst;
        if (shown === undefined) return null;
        // Several in one place: each press opens the next.
        const next = at === -1 ? shown : (group[(at + 1) % group.length] ?? shown);
        const open = shown.alert.id === chosen;
        const { alert, x, y } = shown;
        return (
          <button
            key={group.map((marker) => marker.alert.id).join(" ")}
            type="button"
            className={`pane-mark${open ? " on" : ""}`}
            style={{ left: `${x * 100}%`, "--stem": `${y === null ? 0 : (1 - y) * 100}%` } as CSSProperties}
            title={group.length > 1 ? words.patient.alertsHere(group.length) : alert.summary[language]}
            aria-pressed={open}
            aria-label={words.patient.openEvidence(alert.summary[language])}
            onClick={() => onAlert(next.alert.id)}
          >
            <i className="stem" />
            <SeverityMark severity={alert.severity} status={alert.status} size={open ? 20 : 16} />
            {group.length > 1 && <small>{group.length}</small>}
          </button>
        );
      })}
    </>
  );
};
