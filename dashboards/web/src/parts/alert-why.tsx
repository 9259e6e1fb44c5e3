/** Why an alert fired, in the rule's own terms, and why it did not fire earlier. */
import type { ReactElement } from "react";
import { aggregateInWords } from "../data/aggregate-words.ts";
import { formatAge, formatCountdown } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import { asksOf, type RuleAsks } from "../data/rule-branch.ts";
import type { PatientRule, WireAlert } from "../data/wire.ts";
import type { Words } from "../i18n/en.ts";
import { useHouse, useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";

const NOTHING_KNOWN: RuleAsks = { holdMs: null, confirmMs: null, sign: null, atRest: false, minValid: null, clearForMs: null };

const limitSource = (rule: PatientRule, words: Words, since: string | null): string =>
  rule.limits?.threshold === undefined
    ? words.patient.limitCatalogue(rule.profile === null ? null : words.profiles[rule.profile])
    : words.patient.limitOwn(rule.limits.reason, since);

export const Why = ({ alert, rule }: { readonly alert: WireAlert; readonly rule: PatientRule | undefined }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { ticker } = useHouse();
  const { aggregate, points, from, to } = alert.evidence;
  // A zone of the peak flow is judged in percent of the best, while its points are litres a minute.
  const metric = alert.evidence.metric === "pef" && alert.unit === "%" ? "pef_pct_best" : alert.evidence.metric;
  const unit = metric === null ? (alert.unit ?? "") : metricUnit(metric);
  const now = ticker.now();
  const asks = rule === undefined ? NOTHING_KNOWN : asksOf(alert, rule);
  const said = (value: number): string => `${formatValue(metric, value)} ${unit}`.trim();
  const judged = [aggregate === undefined ? "" : aggregateInWords(aggregate, words), metric === null ? "" : metricLabel(metric, language)];
  const facts: readonly (readonly [string, string] | null)[] = [
    [words.rule, `${alert.rule.id} v${alert.rule.version}${rule === undefined ? "" : ` · ${rule.source}`}`],
    alert.value === null
      ? null
      : [
          words.measured,
          [
            judged.filter((part) => part !== "").join(" "),
            said(alert.value),
            alert.threshold === null
              ? ""
              : asks.sign === null
                ? `· ${words.limit} ${said(alert.threshold)}`
                : `${asks.sign} ${said(alert.threshold)}`,
          ]
            .filter((part) => part !== "")
            .join(" "),
        ],
    asks.holdMs === null
      ? null
      : [
          words.alertsPage.sustained,
          words.patient.sustainedFor(formatCountdown(alert.raisedAt - alert.onsetAt), formatCountdown(asks.holdMs)),
        ],
    rule === undefined || alert.severity === "T"
      ? null
      : [words.alertsPage.context, asks.atRest ? words.alertsPage.atRest : words.alertsPage.anyContext],
    asks.minValid === null ? null : [words.alertsPage.validSamples, words.alertsPage.atLeastValid(`${Math.round(asks.minValid * 100)} %`)],
    rule === undefined || rule.threshold === null
      ? null
      : [words.patient.limitFrom, limitSource(rule, words, rule.limits?.since === undefined ? null : time.moment(rule.limits.since, now))],
    [
      `${words.onset} → ${words.raised}`,
      `${time.moment(alert.onsetAt, now)} → ${time.moment(alert.raisedAt, now)} (${formatAge(alert.raisedAt - alert.onsetAt, words)})`,
    ],
    points.length === 0
      ? null
      : [words.patient.window, `${time.moment(from, now)}–${time.moment(to, now)} · ${words.patient.samples(points.length)}`],
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

/** Only what the alert itself proves: since when it held, how long it had to, and what the way here took. */
export const WhyNotEarlier = ({ alert, rule }: { readonly alert: WireAlert; readonly rule: PatientRule }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const page = words.alertsPage;
  const { holdMs, confirmMs, clearForMs } = asksOf(alert, rule);
  const full = alert.onsetAt + (holdMs ?? 0);
  const delay = alert.raisedAt - full;
  const lines = [
    page.notBefore(time.clock(alert.onsetAt)),
    holdMs === null
      ? confirmMs === null
        ? page.atOnce
        : page.awaits(formatAge(confirmMs, words))
      : page.heldThen(formatCountdown(holdMs), time.clock(full)),
    alert.late ? page.lateData : confirmMs !== null ? "" : delay < 1_000 ? page.noDelay : page.delay(formatAge(delay, words)),
    clearForMs === null || clearForMs === 0 ? "" : page.clears(formatAge(clearForMs, words)),
  ];
  return <ul className="why-not">{lines.map((line) => (line === "" ? null : <li key={line}>{line}</li>))}</ul>;
};
