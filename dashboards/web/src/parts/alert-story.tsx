/** One alert opened: why it fired, its evidence, its ladder, and everything people did. */
import { useEffect, useState, type ReactElement } from "react";
import { aggregateInWords } from "../data/aggregate-words.ts";
import { formatAge } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import type { AlertStory, WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useWords } from "../rooms/house-context.ts";
import { ActButton } from "./act-buttons.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { EvidenceChart } from "./evidence-chart.tsx";
import { SeverityMark } from "./marks.tsx";

/** The alert with its history, read again with every version. */
const useStory = (alert: WireAlert): AlertStory | null => {
  const { api } = useHouse();
  const [story, setStory] = useState<AlertStory | null>(null);
  // Comments change no version: the sheet closing re-mounts nothing, so acts are read again while the alert is looked at.
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = setInterval(() => setRound((before) => before + 1), 15_000);
    return () => clearInterval(again);
  }, []);
  useEffect(() => {
    let gone = false;
    void api.get<AlertStory>(`/alerts/${encodeURIComponent(alert.id)}`).then((answer) => {
      if (!gone && answer.ok) setStory(answer.value);
    });
    return () => {
      gone = true;
    };
    // A new version is a new alert object; `round` asks again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, alert.id, alert, round]);
  return story?.id === alert.id ? story : null;
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const Course = ({ story }: { readonly story: AlertStory }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { me, ticker } = useHouse();
  const now = ticker.now();
  const lines = [
    ...story.history.flatMap(({ at, type, severity, version, status }) =>
      type === null || type === "alert.acknowledged"
        ? []
        : [{ at, key: `v${version}`, line: `${severity} ${words.events[type] ?? words.statuses[status]}`, note: "" }],
    ),
    ...story.acts.map(({ at, by, act }, index) => {
      const members: Readonly<Record<string, unknown>> = { ...act };
      const said = [
        words.contactOutcomes[text(members["outcome"])] ?? text(members["outcome"]),
        words.dispositions[text(members["disposition"])] ?? text(members["disposition"]),
      ].filter((part) => part !== "");
      return {
        at,
        key: `a${index}`,
        line: [`${by === me.id ? words.me : by}: ${words.actNames[act.kind] ?? act.kind}`, ...said].join(" · "),
        note: text(members["note"]) || text(members["text"]) || text(members["reason"]),
      };
    }),
  ].toSorted((left, right) => right.at - left.at);
  return (
    <ol className="course">
      {lines.map(({ key, at, line, note }) => (
        <li key={key}>
          <time>{time.moment(at, now)}</time>
          <span>
            {line}
            {note !== "" && <q>{note}</q>}
          </span>
        </li>
      ))}
    </ol>
  );
};

const Why = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { ticker } = useHouse();
  const { metric, aggregate } = alert.evidence;
  const unit = metric === null ? (alert.unit ?? "") : metricUnit(metric);
  const now = ticker.now();
  const facts: readonly (readonly [string, string] | null)[] = [
    [words.rule, `${alert.rule.id} v${alert.rule.version}`],
    alert.value === null
      ? null
      : [words.measured, `${metric === null ? "" : `${metricLabel(metric, language)} `}${formatValue(metric, alert.value)} ${unit}`],
    alert.threshold === null ? null : [words.limit, `${formatValue(metric, alert.threshold)} ${unit}`],
    aggregate === undefined ? null : [words.aggregate, aggregateInWords(aggregate, words)],
    [words.onset, time.moment(alert.onsetAt, now)],
    [words.raised, `${time.moment(alert.raisedAt, now)} (${words.held} ${formatAge(alert.raisedAt - alert.onsetAt, words)})`],
    [words.tierWord, `${alert.tier} ${words.tiers[alert.tier]}`],
    alert.lowConfidence ? [words.confidence, words.lowConfidence] : null,
    alert.device === null ? null : [words.device, alert.device],
  ];
  return (
    <dl className="facts">
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
};

export const AlertStoryView = ({ alert, who }: { readonly alert: WireAlert; readonly who?: ReactElement }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const story = useStory(alert);
  return (
    <article className={`story ${alert.severity} is-${alert.status}`} data-story={alert.id}>
      <header>
        <span className="story-mark">
          <SeverityMark severity={alert.severity} status={alert.status} size={24} />
          <b>{alert.severity}</b> {words.severities[alert.severity]}
        </span>
        {who}
        <AlertClockView alert={alert} />
      </header>
      <div className="story-body">
        <h3>{alert.summary[language]}</h3>
        <p>{alert.action[language]}</p>
        {alert.status !== "closed" && (
          <p className="acts">
            <ActButton alert={alert} kind="acknowledge" primary={alert.status === "open"} />
            <ActButton alert={alert} kind="contact" />
            <ActButton alert={alert} kind="comment" />
            <ActButton alert={alert} kind="snooze" />
            <ActButton alert={alert} kind="close" primary={alert.status === "cleared"} />
          </p>
        )}
        <h4>{words.evidence}</h4>
        <EvidenceChart alert={alert} />
        <h4>{words.why}</h4>
        <Why alert={alert} />
        {story !== null && (
          <>
            <h4>{words.course}</h4>
            <Course story={story} />
          </>
        )}
      </div>
    </article>
  );
};

/** An alert by its id, also one that is closed already. */
export const useAlert = (id: string | null): WireAlert | null | "unknown" => {
  const { store, api } = useHouse();
  const known = useStore("alerts", () => (id === null ? undefined : store.alert(id)));
  const [read, setRead] = useState<{ readonly id: string; readonly found: WireAlert | "unknown" } | null>(null);
  useEffect(() => {
    if (id === null || known !== undefined) return;
    let gone = false;
    void api.get<AlertStory>(`/alerts/${encodeURIComponent(id)}`).then((answer) => {
      if (!gone) setRead({ id, found: answer.ok ? answer.value : "unknown" });
    });
    return () => {
      gone = true;
    };
  }, [id, known, api]);
  return known ?? (read?.id === id ? read.found : null);
};
