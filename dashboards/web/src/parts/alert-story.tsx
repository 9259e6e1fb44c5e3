/** One alert opened: why it fired, its evidence, its ladder, and everything people did. */
import { useEffect, useState, type ReactElement } from "react";
import type { ActKind } from "../data/act-on-alert.ts";
import { aggregateInWords } from "../data/aggregate-words.ts";
import { formatAge } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import type { AlertStory, PatientRule, WireAlert } from "../data/wire.ts";
import type { Words } from "../i18n/en.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useWords } from "../rooms/house-context.ts";
import { ActButton } from "./act-buttons.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { EvidenceChart } from "./evidence-chart.tsx";
import { SeverityMark } from "./marks.tsx";

/** The alert with its history, read again with every version. */
const useStory = (alert: WireAlert, wanted: boolean): AlertStory | null => {
  const { api } = useHouse();
  const [story, setStory] = useState<AlertStory | null>(null);
  // Comments change no version: the sheet closing re-mounts nothing, so acts are read again while the alert is looked at.
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = setInterval(() => setRound((before) => before + 1), 15_000);
    return () => clearInterval(again);
  }, []);
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void api.get<AlertStory>(`/alerts/${encodeURIComponent(alert.id)}`).then((answer) => {
      if (!gone && answer.ok) setStory(answer.value);
    });
    return () => {
      gone = true;
    };
    // A new version is a new alert object; `round` asks again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, alert.id, alert, round, wanted]);
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
    ...story.acts.map(({ at, by, name, act }, index) => {
      const members: Readonly<Record<string, unknown>> = { ...act };
      const said = [
        words.contactOutcomes[text(members["outcome"])] ?? text(members["outcome"]),
        words.dispositions[text(members["disposition"])] ?? text(members["disposition"]),
      ].filter((part) => part !== "");
      return {
        at,
        key: `a${index}`,
        line: [`${by === me.id ? words.me : (name ?? by)}: ${words.actNames[act.kind] ?? act.kind}`, ...said].join(" · "),
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

/** How long the rule waits before it fires, where it is a threshold with a hold. */
const holdOf = (alert: WireAlert, rule: PatientRule | undefined): number | null => {
  const branches = rule?.parameters["branches"];
  if (!Array.isArray(branches)) return null;
  const found = branches.find(
    (branch: unknown) => typeof branch === "object" && branch !== null && (branch as { severity?: unknown }).severity === alert.severity,
  ) as { readonly holdMs?: unknown } | undefined;
  return typeof found?.holdMs === "number" ? found.holdMs : null;
};

const limitSource = (rule: PatientRule, words: Words, since: string | null): string =>
  rule.limits?.threshold === undefined
    ? words.patient.limitCatalogue(rule.profile === null ? null : words.profiles[rule.profile])
    : words.patient.limitOwn(rule.limits.reason, since);

const Why = ({ alert, rule }: { readonly alert: WireAlert; readonly rule: PatientRule | undefined }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { ticker } = useHouse();
  const { aggregate } = alert.evidence;
  // A zone of the peak flow is judged in percent of the best, while its points are litres a minute.
  const metric = alert.evidence.metric === "pef" && alert.unit === "%" ? "pef_pct_best" : alert.evidence.metric;
  const unit = metric === null ? (alert.unit ?? "") : metricUnit(metric);
  const now = ticker.now();
  const hold = holdOf(alert, rule);
  const said = (value: number): string => `${formatValue(metric, value)} ${unit}`.trim();
  const judged = [aggregate === undefined ? "" : aggregateInWords(aggregate, words), metric === null ? "" : metricLabel(metric, language)];
  const facts: readonly (readonly [string, string] | null)[] = [
    [words.rule, `${alert.rule.id} v${alert.rule.version}`],
    alert.value === null
      ? null
      : [
          words.measured,
          [
            judged.filter((part) => part !== "").join(" "),
            said(alert.value),
            alert.threshold === null ? "" : `· ${words.limit} ${said(alert.threshold)}`,
          ]
            .filter((part) => part !== "")
            .join(" "),
        ],
    hold === null
      ? null
      : [words.patient.sustained, words.patient.sustainedFor(formatAge(alert.raisedAt - alert.onsetAt, words), formatAge(hold, words))],
    rule === undefined || rule.threshold === null
      ? null
      : [words.patient.limitFrom, limitSource(rule, words, rule.limits?.since === undefined ? null : time.moment(rule.limits.since, now))],
    [
      `${words.onset} → ${words.raised}`,
      `${time.moment(alert.onsetAt, now)} → ${time.moment(alert.raisedAt, now)} (${formatAge(alert.raisedAt - alert.onsetAt, words)})`,
    ],
    alert.evidence.points.length === 0
      ? null
      : [
          words.patient.window,
          `${time.moment(alert.evidence.from, now)}–${time.moment(alert.evidence.to, now)} · ${words.patient.samples(alert.evidence.points.length)}`,
        ],
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

const ALL_ACTS: readonly ActKind[] = ["acknowledge", "contact", "comment", "snooze", "close"];

export const AlertStoryView = ({
  alert,
  who,
  rules = [],
  course = true,
  acts = ALL_ACTS,
}: {
  readonly alert: WireAlert;
  readonly who?: ReactElement;
  /** The limits in force for the patient: where the alert's limit comes from. */
  readonly rules?: readonly PatientRule[];
  /** False where the patient's whole course stands beside it. */
  readonly course?: boolean;
  /** Those that stand nowhere else in sight. */
  readonly acts?: readonly ActKind[];
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const story = useStory(alert, course);
  // On a phone the evidence comes before the reasons: those open with a touch.
  const [wide] = useState(() => matchMedia("(min-width: 900px)").matches);
  return (
    <article className={`story ${alert.severity} is-${alert.status}`} data-story={alert.id}>
      <header>
        <span className="story-mark">
          <SeverityMark severity={alert.severity} status={alert.status} size={24} />
          <b>{alert.severity}</b> <span className="story-word">{words.severities[alert.severity]}</span>
        </span>
        {who}
        <AlertClockView alert={alert} />
      </header>
      <div className="story-body">
        <h3>{alert.summary[language]}</h3>
        <p>{alert.action[language]}</p>
        {alert.status !== "closed" && (
          <p className="acts">
            {acts.map((kind) => (
              <ActButton
                key={kind}
                alert={alert}
                kind={kind}
                primary={kind === "acknowledge" ? alert.status === "open" : kind === "close" && alert.status === "cleared"}
              />
            ))}
          </p>
        )}
        <h4>{words.evidence}</h4>
        <EvidenceChart alert={alert} />
        <details className="why" open={wide}>
          <summary>{words.why}</summary>
          <Why alert={alert} rule={rules.find(({ id }) => id === alert.rule.id)} />
        </details>
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
