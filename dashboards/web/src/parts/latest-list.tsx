/** Latest values with age and state, the early-warning score with what it lacks, and the devices worn. */
import { useMemo, type ReactElement } from "react";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { formatValue, metricLabel, metricUnit, orderMetrics } from "../data/metric-view.ts";
import { news2Of } from "../data/news2-view.ts";
import { patienceOf, valueStateOf } from "../data/reading-state.ts";
import { sporadicMetrics } from "../data/sporadic.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Age } from "./age.tsx";
import { Icon } from "./marks.tsx";
import { SectionHead } from "./section-head.tsx";

const NOT_HERE: ReadonlySet<string> = new Set(["news2", "news2_partial", "diastolic_bp"]);

export const LatestList = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const streams = useStore(`r:${patient.id}`, () => store.streams(patient.id));
  const devices = useStore("devices", store.devices);
  const sporadic = useMemo(() => sporadicMetrics(streams, devices), [streams, devices]);
  const patience = (metric: string): number => (sporadic.includes(metric) ? Infinity : patienceOf(metric));
  const states = useTicking((now) =>
    Object.entries(streams)
      .map(([metric, stream]) => `${metric}=${valueStateOf(stream, now, patience(metric))}`)
      .join(" "),
  );
  const stateOf = new Map(states.split(" ").map((pair) => pair.split("=") as [string, string]));
  const metrics = orderMetrics(Object.keys(streams)).filter((metric) => !NOT_HERE.has(metric));
  return (
    <section className="panel">
      <SectionHead title={words.latest} />
      {metrics.length === 0 && <p className="hint">{words.noData}</p>}
      <ul className="latest">
        {metrics.map((metric) => {
          const newest = streams[metric]?.newest;
          if (newest === undefined) return null;
          const state = stateOf.get(metric) ?? "live";
          const off = newest.value === null || newest.quality === "bad";
          const lower = metric === "systolic_bp" ? streams["diastolic_bp"]?.newest.value : undefined;
          const coded = typeof newest.value === "string" ? metricByKey(metric) : undefined;
          const meaning = coded?.meanings?.[coded.coded?.indexOf(String(newest.value)) ?? -1]?.[language];
          return (
            <li key={metric} className={state === "stale" || off ? "old" : ""}>
              <span>{metric === "systolic_bp" ? words.patient.bloodPressure : metricLabel(metric, language)}</span>
              <b>
                {off ? "––" : `${newest.quality === "degraded" ? "~" : ""}${formatValue(metric, newest.value ?? "")}`}
                {typeof lower === "number" && !off && `/${formatValue("diastolic_bp", lower)}`}
                {meaning === undefined ? "" : ` ${meaning}`} <small>{metricUnit(metric)}</small>
              </b>
              <span>
                {newest.value === null ? `${words.states.off_body} · ` : newest.quality === "bad" ? `${words.unusable} · ` : ""}
                <Icon name={state === "stale" || !Number.isFinite(patience(metric)) ? "stale" : off ? "off_body" : "live"} size={11} />{" "}
                <Age t={newest.t} />
              </span>
            </li>
          );
        })}
        <News2Line patient={patient} />
      </ul>
    </section>
  );
};

/** The score as the server gives it; a partial one is a lower bound, and says what is missing. */
const News2Line = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const { store, ticker } = useHouse();
  const streams = useStore(`r:${patient.id}`, () => store.streams(patient.id));
  const { kind, score, t, missing } = news2Of(streams, ticker.now());
  const list = missing.map((input) => words.patient.news2Inputs[input] ?? input).join(", ");
  return (
    <li className={kind === "full" ? "score" : "score old"}>
      <span>{words.patient.news2}</span>
      <b>
        {kind === "full"
          ? words.patient.news2Full(score ?? "")
          : kind === "partial"
            ? words.patient.news2Partial(score ?? "", list)
            : words.patient.news2None}
        {kind === "none" && list !== "" && <small className="lacks">{words.patient.news2Missing(list)}</small>}
      </b>
      <span>{t !== null && <Age t={t} />}</span>
    </li>
  );
};

export const DeviceList = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { ticker } = useHouse();
  const now = ticker.now();
  const { store } = useHouse();
  const streams = useStore(`r:${patient.id}`, () => store.streams(patient.id));
  /** The newest of what it sent and of what it said about itself. */
  const heardAt = (device: string, seenAt: number | null): number | null => {
    const sent = Object.values(streams).flatMap(({ newest }) => (newest.device === device ? [newest.t] : []));
    return sent.length === 0 ? seenAt : Math.max(...sent, seenAt ?? 0);
  };
  return (
    <section className="panel">
      <SectionHead title={words.devices} count={patient.devices.length} />
      {patient.devices.length === 0 && <p className="hint">{words.noDevices}</p>}
      <ul className="latest devices">
        {patient.devices.map(({ id, kind, online, battery, seenAt, from, to }) => {
          const heard = heardAt(id, seenAt);
          return (
            <li key={id}>
              <span>
                {words.patient.kinds[kind] ?? kind} <span className="code">{id}</span>
                <small className="worn">
                  {words.patient.wornSince(time.moment(from, now))}
                  {to !== null && ` ${words.patient.wornUntil(time.moment(to, now))}`}
                </small>
              </span>
              <b className={battery !== null && battery <= 20 ? "weak" : ""}>{battery === null ? "" : `${battery.toFixed(0)} %`}</b>
              <span>
                {online === null ? words.neverSeen : online ? words.online : words.offlineDevice} {heard !== null && <Age t={heard} />}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};
