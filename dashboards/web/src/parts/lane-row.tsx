/** One row of "Needs you": who, what is measured, why, how long, and the two acts. */
import { memo, type ReactElement } from "react";
import { ageOf, codeOf, nameOf, sexOf } from "../data/person.ts";
import { formatAge } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit, targetOf } from "../data/metric-view.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useTicking, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { NextActs } from "./act-buttons.tsx";
import { NewestAge } from "./age.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { Icon, SeverityMark, StateMark } from "./marks.tsx";
import { Alike, NewSince } from "./name-tag.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useTileMetrics } from "./values.tsx";

export interface LaneRowProps {
  readonly alert: WireAlert;
  readonly patient: Patient | undefined;
  readonly others: string | null;
  readonly selected: boolean;
  readonly onOpen: (alert: WireAlert) => void;
  readonly onPoint: (id: string) => void;
}

const Person = ({ patient, others }: { readonly patient: Patient; readonly others: string | null }): ReactElement => {
  const words = useWords();
  const years = useTicking((now) => ageOf(patient, now) ?? -1);
  const sex = sexOf(patient);
  const limits =
    patient.profile === "standard"
      ? []
      : patient.profile === "custom_target" && patient.spo2LowerLimit !== null
        ? [words.patient.ownLimit(String(patient.spo2LowerLimit))]
        : [words.profiles[patient.profile]];
  const facts = [
    sex === null ? "" : words.patient.sexes[sex],
    years < 0 ? "" : sex === null ? words.patient.age(years) : String(years),
  ].filter((fact) => fact !== "");
  return (
    <>
      <span className="who-name">
        <b>{nameOf(patient)}</b>
        <Alike others={others} />
        <span className="who-id">
          {facts.length > 0 && <>{facts.join(" ")} · </>}
          <span className="code">{codeOf(patient)}</span>
        </span>
        <NewSince patient={patient.id} />
      </span>
      <span className="who-line">
        {[...patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition), ...limits].join(" · ")}
      </span>
    </>
  );
};

const Holder = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const { me } = useHouse();
  const holder = alert.acknowledgedBy === null ? words.nobodyYet : alert.acknowledgedBy === me.id ? words.me : words.colleague;
  return (
    <span className="who-line who-tier">
      <Icon name={alert.tier} label={words.tiers[alert.tier]} size={12} /> {alert.tier} · {holder}
    </span>
  );
};

const Measured = ({ patient, alert }: { readonly patient: Patient; readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const state = useTileState(patient);
  const metric = alert.evidence.metric;
  const metrics = useTileMetrics(patient.id, metric);
  const trend = metric !== null && metrics.includes(metric) ? metric : (metrics[0] ?? "spo2");
  const target = targetOf(trend, patient);
  return (
    <>
      <span className={`measured t-${state}`}>
        <Values patient={patient.id} state={state} trigger={metric} />
        <span className="who-line quality">
          <StateMark state={state} /> <NewestAge patient={patient.id} ago /> · {state === "live" ? words.goodSignal : words.states[state]}
        </span>
      </span>
      <span className="trend">
        <Sparkline patient={patient} metric={trend} />
        <span className="trend-foot">
          <span>{words.sixHours}</span>
          <span>{target === null ? metricLabel(trend, language) : words.target(`${target[0]}–${target[1]} %`)}</span>
        </span>
      </span>
    </>
  );
};

/** What was measured when it fired, and since when the run holds. */
export const Held = ({ alert }: { readonly alert: WireAlert }): ReactElement | null => {
  const words = useWords();
  // One measurement holds for no time, and nobody knows what holds while nothing is measured.
  const over = alert.status === "cleared" || alert.status === "closed" || alert.stale || alert.evidence.points.length < 2;
  const age = useTicking((now) => (over || now === 0 ? "" : formatAge(now - alert.onsetAt, words)));
  if (alert.value === null) return null;
  const metric = alert.evidence.metric;
  const unit = metric === null || alert.unit === "%" ? (alert.unit ?? "") : metricUnit(metric);
  const value = `${formatValue(metric, alert.value)} ${unit}`.trim();
  return <span className="held"> · {age === "" ? value : words.heldFor(value, age)}</span>;
};

export const LaneRow = memo(({ alert, patient, others, selected, onOpen, onPoint }: LaneRowProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
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
        <SeverityMark severity={alert.severity} status={alert.status} flash size={alert.status === "open" ? 24 : 18} />
        <b>{alert.severity}</b>
        <span className="lane-word">{alert.status === "open" ? words.severities[alert.severity] : words.statuses[alert.status]}</span>
      </span>
      <span className="who">
        {patient === undefined ? (
          <span className="who-name">
            <b>{alert.device ?? words.system}</b>
          </span>
        ) : (
          <Person patient={patient} others={others} />
        )}
        <Holder alert={alert} />
      </span>
      {patient === undefined ? <span className="measured" /> : <Measured patient={patient} alert={alert} />}
      <span className="sentence">
        <button type="button" className="link strong" onClick={(event) => (event.stopPropagation(), onOpen(alert))}>
          {alert.summary[language]}
          <Held alert={alert} />
        </button>
        <span className="sentence-act">{alert.action[language]}</span>
      </span>
      <AlertClockView alert={alert} />
      <NextActs alert={alert} />
    </li>
  );
});
