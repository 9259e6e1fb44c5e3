/** One patient: two identifiers on top, a pane per metric, the open alert with its evidence, latest values, devices. */
import { useState, type ReactElement } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { orderNeeds } from "../data/order-needs.ts";
import { formatValue, metricLabel, metricName, metricUnit, orderMetrics, seriesOf } from "../data/metric-view.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import { patienceOf, valueStateOf } from "../data/reading-state.ts";
import type { Patient, Series } from "../data/wire.ts";
import { Age } from "../parts/age.tsx";
import { NextActs } from "../parts/act-buttons.tsx";
import { AlertStoryView, useAlert } from "../parts/alert-story.tsx";
import { Empty, Trouble } from "../parts/empty.tsx";
import { Icon, SeverityMark, StateMark } from "../parts/marks.tsx";
import { Pane } from "../parts/pane.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { SeriesTable } from "../parts/series-table.tsx";
import { Value } from "../parts/values.tsx";
import { useDesk, useHouse, useKeys, useLanguage, useLocalTime, useStore, useTicking, useWords } from "./house-context.ts";
import { RANGES, usePatient, usePatientAlerts, useSeries, type Range } from "./use-patient.ts";
import { useTileState } from "./use-tile-state.ts";

const Header = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const state = useTileState(patient);
  const born = birthMonthOf(patient);
  const alerts = usePatientAlerts(patient.id);
  const worst = alerts[0];
  return (
    <header className="patient-head">
      <Link href="/ward" className="icon-button" aria-label={words.back}>
        <Icon name="back" />
      </Link>
      {worst !== undefined && <SeverityMark severity={worst.severity} status={worst.status} size={26} flash />}
      <h1>
        {nameOf(patient)} <span className="code">{codeOf(patient)}</span>{" "}
        {born !== null && <span className="born">{words.born(born)}</span>}
      </h1>
      <p className="patient-about">
        <span>{patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition).join(" · ")}</span>
        <span>{words.profiles[patient.profile]}</span>
      </p>
      <p className="patient-about">
        <span>
          <Icon name={patient.tier} /> {patient.tier} {words.tiers[patient.tier]}
        </span>
        <span>
          <StateMark state={state} /> {words.states[state]}
        </span>
      </p>
      {worst !== undefined && <NextActs alert={worst} />}
    </header>
  );
};

const LatestList = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const streams = useStore(`r:${patient.id}`, () => store.streams(patient.id));
  const stale = useTicking((now) =>
    Object.entries(streams)
      .filter(([metric, stream]) => valueStateOf(stream, now, patienceOf(metric)) === "stale")
      .map(([metric]) => metric)
      .join(" "),
  ).split(" ");
  const metrics = orderMetrics(Object.keys(streams));
  return (
    <section className="panel">
      <SectionHead title={words.latest} />
      {metrics.length === 0 && <p className="hint">{words.noData}</p>}
      <ul className="latest">
        {metrics.map((metric) => {
          const newest = streams[metric]?.newest;
          if (newest === undefined) return null;
          const off = newest.value === null || newest.quality === "bad";
          return (
            <li key={metric} className={stale.includes(metric) || off ? "old" : ""}>
              <span>{metricName(metric, language)}</span>
              <b>
                {off ? "––" : `${newest.quality === "degraded" ? "~" : ""}${formatValue(metric, newest.value ?? "")}`}{" "}
                <small>{metricUnit(metric)}</small>
              </b>
              <span>
                {newest.value === null ? `${words.states.off_body} · ` : newest.quality === "bad" ? `${words.unusable} · ` : ""}
                <Age t={newest.t} ago />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

const Devices = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  return (
    <section className="panel">
      <SectionHead title={words.devices} count={patient.devices.length} />
      {patient.devices.length === 0 && <p className="hint">{words.noDevices}</p>}
      <ul className="latest">
        {patient.devices.map(({ id, kind, online, battery, seenAt }) => (
          <li key={id}>
            <span>
              {kind} <span className="code">{id}</span>
            </span>
            <b>{battery === null ? "" : words.battery(battery.toFixed(0))}</b>
            <span>
              {online === null ? words.neverSeen : online ? words.online : words.offlineDevice} {seenAt !== null && <Age t={seenAt} ago />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const PaneRow = ({
  patient,
  series,
  range,
  table,
  onAlert,
}: {
  readonly patient: Patient;
  readonly series: Series;
  readonly range: Range;
  readonly table: boolean;
  readonly onAlert: (id: string) => void;
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const alerts = usePatientAlerts(patient.id);
  const newest = useStore(`r:${patient.id}`, () => store.streams(patient.id)[series.metric]?.newest ?? null);
  const theirs = alerts.filter(({ evidence }) => evidence.metric === series.metric);
  return (
    <section className={`pane p-${seriesOf(series.metric)}`} aria-label={metricName(series.metric, language)}>
      <div className="pane-name">
        <b>{metricName(series.metric, language)}</b>
        <Value patient={patient.id} metric={series.metric} hidden={false} trigger={false} />
        {newest !== null && <Age t={newest.t} ago />}
      </div>
      {table ? (
        <SeriesTable series={series} from={range.from} to={range.to} />
      ) : series.points.length === 0 && series.gaps.length === 0 ? (
        <p className="hint">{words.noDataInRange}</p>
      ) : (
        <Pane patient={patient} series={series} from={range.from} to={range.to} alerts={theirs} onAlert={onAlert} />
      )}
    </section>
  );
};

const Room = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { store, ticker } = useHouse();
  const [, navigate] = useLocation();
  const { openSheet } = useDesk();
  const asked = new URLSearchParams(useSearch()).get("alert");
  const [range, setRange] = useState<keyof typeof RANGES>("h6");
  const [table, setTable] = useState(false);
  const metricKeys = useStore(`r:${patient.id}`, () => orderMetrics(Object.keys(store.streams(patient.id))).join(" "));
  const alerts = usePatientAlerts(patient.id);
  const ordered = orderNeeds(
    alerts.map((alert) => ({ alert, code: alert.id })),
    ticker.now(),
  ).map(({ alert }) => alert);
  const shownAlert = useAlert(asked ?? ordered[0]?.id ?? null);
  const { list, shown, problem, reload } = useSeries(patient.id, metricKeys, range);
  const choose = (id: string): void =>
    navigate(`/patients/${encodeURIComponent(patient.id)}?alert=${encodeURIComponent(id)}`, { replace: true });
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    if (shownAlert !== null && shownAlert !== "unknown") openSheet(shownAlert.id, kind);
  };
  useKeys({
    a: () => act("acknowledge"),
    c: () => act("contact"),
    s: () => act("snooze"),
    t: () => setTable(!table),
    ...Object.fromEntries(Object.keys(RANGES).map((key, index) => [String(index + 1), () => setRange(key as keyof typeof RANGES)])),
  });
  const others = ordered.filter(({ id }) => shownAlert === null || shownAlert === "unknown" || id !== shownAlert.id);
  return (
    <div className="patient">
      <Header patient={patient} />
      <div className="patient-main">
        <div className="tools">
          <fieldset className="segments" aria-label={words.range}>
            {(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((key) => (
              <button key={key} type="button" aria-pressed={range === key} onClick={() => setRange(key)}>
                {words.ranges[key]}
              </button>
            ))}
          </fieldset>
          <button type="button" className="button" aria-pressed={table} onClick={() => setTable(!table)}>
            {table ? words.chart : words.table} <kbd>T</kbd>
          </button>
          {shown !== null && (
            <span className="tools-right">{`${time.moment(shown.from, ticker.now())} → ${time.moment(shown.to, ticker.now())} ${time.zone(shown.to)}`}</span>
          )}
        </div>
        {problem !== null && <Trouble problem={problem} retry={reload} />}
        {metricKeys === "" && <Empty text={words.noData} />}
        <div className="panes">
          {shown !== null &&
            list.map((series) => (
              <PaneRow key={series.metric} patient={patient} series={series} range={shown} table={table} onAlert={choose} />
            ))}
        </div>
      </div>
      <aside className="patient-side">
        {shownAlert === null || shownAlert === "unknown" ? (
          <section className="panel">
            <p className="hint">{shownAlert === null ? words.noOpenAlert : words.alertUnknown}</p>
          </section>
        ) : (
          <AlertStoryView alert={shownAlert} />
        )}
        {others.length > 0 && (
          <section className="panel">
            <SectionHead title={words.otherAlerts} count={others.length} />
            <ul className="others">
              {others.map((alert) => (
                <li key={alert.id}>
                  <button type="button" onClick={() => choose(alert.id)}>
                    <SeverityMark severity={alert.severity} status={alert.status} size={16} /> {alert.summary[language]}
                    {alert.evidence.metric !== null && <small> {metricLabel(alert.evidence.metric, language)}</small>}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <LatestList patient={patient} />
        <Devices patient={patient} />
      </aside>
    </div>
  );
};

export const PatientRoom = ({ id }: { readonly id: string }): ReactElement => {
  const words = useWords();
  const found = usePatient(id);
  if (found === null) return <Empty text={words.loading} busy />;
  if ("problem" in found)
    return found.problem.status === 404 ? <Empty text={words.patientUnknown} /> : <Trouble problem={found.problem} retry={found.retry} />;
  return <Room patient={found.patient} />;
};
