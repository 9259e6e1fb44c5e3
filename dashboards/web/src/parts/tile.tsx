/** One patient of "Look at today" or "Steady": mark, name, code, age, three values, trend; the reason only where there is one. */
import { memo, type ReactElement } from "react";
import { Link } from "wouter";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import { codeOf, nameOf } from "../data/person.ts";
import type { TileState } from "../data/reading-state.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { Age } from "./age.tsx";
import { Icon, SeverityMark, StateMark } from "./marks.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useNewestAt, useTileMetrics } from "./values.tsx";

const Reason = ({
  patient,
  state,
  alert,
}: {
  readonly patient: Patient;
  readonly state: TileState;
  readonly alert: WireAlert | undefined;
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { store } = useHouse();
  const metric = useTileMetrics(patient.id)[0] ?? "spo2";
  const good = useStore(`r:${patient.id}`, () => store.streams(patient.id)[metric]?.good ?? null);
  const text = useTicking((now) => {
    if (now === 0) return "";
    if (state === "paused" && patient.pause !== null)
      return words.pausedUntil(time.moment(patient.pause.untilAt, now), patient.pause.reason);
    if (state === "never_started")
      return `${words.states[state]}${patient.devices.length === 0 ? ` · ${words.noDevices}` : ""} · ${words.addedOn(time.moment(patient.createdAt, now))}`;
    if (state === "silent" || state === "off_body" || state === "stale" || state === "frozen")
      return good === null || good.value === null
        ? words.states[state]
        : `${words.states[state]} · ${words.lastValue(`${metricLabel(metric, language)} ${formatValue(metric, good.value)} ${metricUnit(metric)}`.trim(), time.moment(good.t, now))}`;
    return state === "degraded" ? words.states.degraded : "";
  });
  return (
    <span className="tile-reason">
      {[alert === undefined ? "" : `${alert.severity} ${alert.summary[language]}`, text].filter((part) => part !== "").join(" · ")}
    </span>
  );
};

export const Tile = memo(
  ({
    patient,
    alerts,
    reason,
    selected,
  }: {
    readonly patient: Patient;
    readonly alerts: readonly WireAlert[];
    readonly reason: boolean;
    readonly selected: boolean;
  }): ReactElement => {
    const words = useWords();
    const { me } = useHouse();
    const state = useTileState(patient);
    const newest = useNewestAt(patient.id);
    const metric = useTileMetrics(patient.id)[0] ?? "spo2";
    const worst = alerts[0];
    return (
      <Link
        href={`/patients/${encodeURIComponent(patient.id)}`}
        className={`tile t-${state}${selected ? " selected" : ""}`}
        data-patient={patient.id}
      >
        <span className="tile-head">
          {worst === undefined ? <StateMark state={state} /> : <SeverityMark severity={worst.severity} status={worst.status} size={16} />}
          {worst !== undefined && <StateMark state={state} />}
          <b className="tile-name">{nameOf(patient)}</b>
          <span className="code">{codeOf(patient)}</span>
          {alerts.length > 1 && (
            <span className="more" title={words.unseen(alerts.length - 1)}>
              +{alerts.length - 1}
            </span>
          )}
          {patient.tier !== "T0" && patient.tier !== me.institution.tier && (
            <span className="tier" title={words.tiers[patient.tier]}>
              <Icon name={patient.tier} size={12} />
              {patient.tier}
            </span>
          )}
          <span className="tile-age">{newest === null ? "–" : <Age t={newest} />}</span>
        </span>
        <span className="tile-body">
          <Values patient={patient.id} state={state} />
          <Sparkline patient={patient} metric={metric} />
        </span>
        {reason && <Reason patient={patient} state={state} alert={worst} />}
      </Link>
    );
  },
);
