/** One row of "Needs you": who, what is measured, why, how long, and the two acts. */
import { memo, type ReactElement } from "react";
import { codeOf, nameOf } from "../data/person.ts";
import { targetOf } from "../data/metric-view.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { useLanguage, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { NextActs } from "./act-buttons.tsx";
import { Age } from "./age.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { Icon, SeverityMark, StateMark } from "./marks.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useNewestAt, useTileMetrics } from "./values.tsx";

export interface LaneRowProps {
  readonly alert: WireAlert;
  readonly patient: Patient | undefined;
  readonly others: number;
  readonly selected: boolean;
  readonly onOpen: (alert: WireAlert) => void;
  readonly onPoint: (id: string) => void;
}

const Who = ({
  patient,
  alert,
  others,
}: {
  readonly patient: Patient | undefined;
  readonly alert: WireAlert;
  readonly others: number;
}): ReactElement => {
  const words = useWords();
  return (
    <span className="who">
      <span className="who-name">
        <b>{patient === undefined ? (alert.device ?? words.system) : nameOf(patient)}</b>
        {patient !== undefined && <span className="code">{codeOf(patient)}</span>}
        {others > 0 && (
          <span className="more" title={words.unseen(others)}>
            +{others}
          </span>
        )}
      </span>
      {patient !== undefined && (
        <span className="who-line">
          {[...patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition), words.profiles[patient.profile]].join(
            " · ",
          )}
        </span>
      )}
      <span className="who-line">
        <Icon name={alert.tier} label={words.tiers[alert.tier]} /> {alert.tier} {words.tiers[alert.tier]}
      </span>
    </span>
  );
};

const Measured = ({ patient, alert }: { readonly patient: Patient; readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const state = useTileState(patient);
  const newest = useNewestAt(patient.id);
  const metric = alert.evidence.metric;
  const metrics = useTileMetrics(patient.id, metric);
  const trend = metric !== null && metrics.includes(metric) ? metric : (metrics[0] ?? "spo2");
  const target = targetOf(trend, patient);
  return (
    <>
      <span className={`measured t-${state}`}>
        <Values patient={patient.id} state={state} trigger={metric} />
        <span className="who-line">
          <StateMark state={state} /> {newest !== null && <Age t={newest} ago />} · {words.states[state]}
        </span>
      </span>
      <span className="trend">
        <Sparkline patient={patient} metric={trend} />
        <span className="trend-foot">
          <span>{words.sixHours}</span>
          {target !== null && <span>{words.target(`${target[0]}–${target[1]} %`)}</span>}
        </span>
      </span>
    </>
  );
};

export const LaneRow = memo(({ alert, patient, others, selected, onOpen, onPoint }: LaneRowProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const big = alert.status === "open";
  return (
    // The button inside carries the keyboard and the name; the row only widens the target for a pointer.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <li
      className={`lane-row ${alert.severity} is-${alert.status}${selected ? " selected" : ""}`}
      data-alert={alert.id}
      onClick={() => onOpen(alert)}
      onFocus={() => onPoint(alert.id)}
    >
      <span className="lane-mark">
        <SeverityMark severity={alert.severity} status={alert.status} flash size={big ? 26 : 20} />
        <span>
          <b>{alert.severity}</b>
          <span className="lane-word">{alert.status === "open" ? words.severities[alert.severity] : words.statuses[alert.status]}</span>
        </span>
      </span>
      <Who patient={patient} alert={alert} others={others} />
      {patient === undefined ? <span className="measured" /> : <Measured patient={patient} alert={alert} />}
      <span className="sentence">
        <button type="button" className="link strong" onClick={(event) => (event.stopPropagation(), onOpen(alert))}>
          {alert.summary[language]}
        </button>
        <span>{alert.action[language]}</span>
      </span>
      <AlertClockView alert={alert} />
      <NextActs alert={alert} />
    </li>
  );
});
