/** Above the queues: which alerts are shown, by tier and rule, and the keys that act on them. */
import type { ReactElement } from "react";
import { ALERT_SHOWS, type AlertFilter, type AlertShow } from "../data/alert-filter.ts";
import { useWords } from "../rooms/house-context.ts";
import { Choose } from "./ward-tools.tsx";

export type QueueKind = "clinical" | "technical";

export const AlertTools = ({
  filter,
  counts,
  queueCounts,
  queue,
  tiers,
  rules,
  onFilter,
  onQueue,
}: {
  readonly filter: AlertFilter;
  readonly counts: Readonly<Record<AlertShow, number | null>>;
  readonly queueCounts: Readonly<Record<QueueKind, number>>;
  readonly queue: QueueKind;
  readonly tiers: readonly (readonly [string, string])[];
  readonly rules: readonly (readonly [string, string])[];
  readonly onFilter: (change: Partial<AlertFilter>) => void;
  readonly onQueue: (queue: QueueKind) => void;
}): ReactElement => {
  const words = useWords();
  const keys: readonly (readonly [string, string])[] = [
    ["j k", words.alertsPage.move],
    ["a", words.acknowledge],
    ["c", words.contact],
    ["s", words.snooze],
    ["r", words.alertsPage.refer],
    ["e", words.alertsPage.evidenceKey],
    ["f", words.alertsPage.feedbackKey],
  ];
  return (
    <div className="ward-tools alert-tools" role="group" aria-label={words.filters}>
      <div className="ward-segments shows" role="group" aria-label={words.state}>
        {ALERT_SHOWS.map((show) => (
          <button key={show} type="button" data-show={show} aria-pressed={filter.show === show} onClick={() => onFilter({ show })}>
            {words.alertsPage.shows[show]} {counts[show] !== null && <b>{counts[show]}</b>}
          </button>
        ))}
      </div>
      <div className="picks">
        <Choose label={words.tierFilter} value={filter.tier} options={tiers} onChoose={(tier) => onFilter({ tier })} />
        <Choose label={words.alertsPage.rule} value={filter.rule} options={rules} onChoose={(rule) => onFilter({ rule })} />
      </div>
      <div className="ward-segments queue-tabs" role="group" aria-label={words.alertsPage.queues}>
        {(["clinical", "technical"] as const).map((kind) => (
          <button key={kind} type="button" data-tab={kind} aria-pressed={queue === kind} onClick={() => onQueue(kind)}>
            {words[kind]} <b>{queueCounts[kind]}</b>
          </button>
        ))}
      </div>
      <span className="key-line" aria-hidden="true">
        {keys.map(([names, meaning]) => (
          <span key={names}>
            {names.split(" ").map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}{" "}
            {meaning}
          </span>
        ))}
      </span>
    </div>
  );
};
