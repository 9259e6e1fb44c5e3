/** The bar that stays: severity, two identifiers, conditions and target, who holds the patient, and the acts with their reasons. */
import type { ReactElement } from "react";
import { Link } from "wouter";
import { loosenedOf } from "../data/limit-lines.ts";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import { ageOf, birthMonthOf, codeOf, nameOf, sexOf } from "../data/person.ts";
import type { AlertStory, Patient, PatientRule, WireAlert } from "../data/wire.ts";
import { ActButton } from "../parts/act-buttons.tsx";
import { Icon, SeverityMark, StateMark } from "../parts/marks.tsx";
import { useHouse, useLanguage, useLocalTime, useTicking, useWords } from "./house-context.ts";
import { useTileState } from "./use-tile-state.ts";

const Who = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const born = birthMonthOf(patient);
  const sex = sexOf(patient);
  const age = useTicking((now) => ageOf(patient, now) ?? -1);
  const about = [sex === null ? "" : words.patient.sexes[sex], age < 0 ? "" : words.patient.age(age)]
    .filter((part) => part !== "")
    .join(" ");
  return (
    <h1>
      {nameOf(patient)}{" "}
      <span className="identity">
        {about !== "" && <>{about} · </>}
        {born !== null && (
          <>
            <b title={words.born(born)}>{born}</b> ·{" "}
          </>
        )}
        {nameOf(patient) !== codeOf(patient) && <b className="code">{codeOf(patient)}</b>}
      </span>
    </h1>
  );
};

/** Always in sight while a limit of this patient fires later than everybody's. */
const Loosened = ({ rules }: { readonly rules: readonly PatientRule[] }): ReactElement | null => {
  const words = useWords();
  const language = useLanguage();
  const loosened = loosenedOf(rules);
  if (loosened.length === 0) return null;
  const told = loosened.map(({ id, metric, threshold, limits }) =>
    words.patient.loosenedRule(
      id,
      [
        threshold === null || metric === null
          ? ""
          : `${metricLabel(metric, language)} ${formatValue(metric, threshold)} ${metricUnit(metric)}`,
        limits?.reason ?? "",
      ]
        .filter((part) => part !== "")
        .join(", "),
    ),
  );
  return (
    <span className="loosened" title={told.join("\n")}>
      {words.patient.loosened} <small>{loosened.map(({ id }) => id).join(" ")}</small>
    </span>
  );
};

/** The one who acknowledged holds it; until then nobody does. */
const Holder = ({
  patient,
  worst,
  stories,
}: {
  readonly patient: Patient;
  readonly worst: WireAlert | null;
  readonly stories: readonly AlertStory[];
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { me, ticker } = useHouse();
  const acts = stories.find(({ id }) => id === worst?.id)?.acts ?? [];
  const by = worst?.acknowledgedBy ?? null;
  const name = by === null ? null : by === me.id ? words.me : (acts.findLast((act) => act.by === by)?.name ?? by);
  const place = patient.institution === me.institution.id ? me.institution.name[language] : words.tiers[patient.tier];
  const second = [
    worst?.contactedAt === null || worst === null ? "" : words.patient.contactAt(time.moment(worst.contactedAt, ticker.now())),
    patient.access.relation === "granted" ? words.patient.granted : "",
  ].filter((part) => part !== "");
  return (
    <p className="about holder">
      <span>
        {worst === null ? words.patient.noHolder : name === null ? words.patient.nobodyHolds : words.patient.heldBy(name)}
        {second.length > 0 && ` · ${second.join(" · ")}`}
      </span>
      <small>
        <Icon name={patient.tier} /> {patient.tier} {place}
      </small>
    </p>
  );
};

export const PatientHead = ({
  patient,
  worst,
  acting,
  stories,
  rules,
  onEvidence,
}: {
  readonly patient: Patient;
  readonly worst: WireAlert | null;
  /** The alert the keys act on. */
  readonly acting: WireAlert | null;
  readonly stories: readonly AlertStory[];
  readonly rules: readonly PatientRule[];
  readonly onEvidence: () => void;
}): ReactElement => {
  const words = useWords();
  const state = useTileState(patient);
  const target =
    patient.profile === "hypercapnic_target"
      ? words.patient.scale2
      : patient.profile === "custom_target" && patient.spo2LowerLimit !== null
        ? words.patient.ownLimit(String(patient.spo2LowerLimit))
        : words.profiles[patient.profile];
  return (
    <header className="patient-head">
      <Link href="/ward" className="icon-button" aria-label={words.back}>
        <Icon name="back" />
      </Link>
      {worst !== null && (
        <span className={`head-severity ${worst.severity} is-${worst.status}`}>
          <SeverityMark severity={worst.severity} status={worst.status} size={20} flash />{" "}
          {worst.severity === "T" ? words.severities.T : worst.severity}
        </span>
      )}
      <Who patient={patient} />
      <p className="about">
        <span>{patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition).join(" · ")}</span>
        <small>
          {target}
          {state !== "live" && (
            <span className="head-state">
              <StateMark state={state} /> {words.states[state]}
            </span>
          )}
        </small>
      </p>
      <Holder patient={patient} worst={worst} stories={stories} />
      <Loosened rules={rules} />
      <span className="acts">
        {acting === null ? (
          <span className="hint">{words.noOpenAlert}</span>
        ) : (
          <>
            <ActButton
              alert={acting}
              kind={acting.status === "cleared" ? "close" : "acknowledge"}
              primary={acting.status !== "acknowledged"}
            />
            <ActButton alert={acting} kind="contact" />
            <ActButton alert={acting} kind="snooze" />
            <button type="button" className="button evidence-button" onClick={onEvidence}>
              {words.patient.evidenceKey} <kbd>E</kbd>
            </button>
          </>
        )}
        <button type="button" className="button refer-button" aria-disabled="true" title={words.patient.referralsLater}>
          {words.patient.refer} <kbd>R</kbd>
        </button>
      </span>
    </header>
  );
};
