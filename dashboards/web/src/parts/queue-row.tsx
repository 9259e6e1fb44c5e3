/** One row of a queue: an alert, or an episode with its alerts beneath; on a phone the worst row carries its acts. */
import { memo, type ReactElement } from "react";
import { Link } from "wouter";
import { isMediumTechnical } from "../data/alarm-pattern.ts";
import { isUrgent } from "../data/api.ts";
import type { Episode } from "../data/episodes.ts";
import { codeOf, nameOf } from "../data/person.ts";
import type { WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { clockOf } from "../data/alert-clock.ts";
import { ActButton } from "./act-buttons.tsx";
import { Age, Countdown } from "./age.tsx";
import { StateLine } from "./alert-clock.tsx";
import { DeviceTag } from "./device-tag.tsx";
import { Held } from "./lane-row.tsx";
import { Icon, SeverityMark } from "./marks.tsx";
import { Alike } from "./name-tag.tsx";
import { PersonFacts } from "./person-facts.tsx";

export const addressOf = (id: string): string => `/alerts/${encodeURIComponent(id)}`;

/** What runs out next; for the others how long they have been there. */
const RowClock = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const due = useTicking((now) => clockOf(alert, now)?.at ?? 0);
  if (alert.status === "cleared" && alert.latched) return <>{words.alertsPage.toClose}</>;
  if (alert.status === "closed" || alert.status === "cleared") return <>{time.minute(alert.updatedAt)}</>;
  if (alert.status === "snoozed" && alert.snoozedUntilAt !== null) return <>{words.alertsPage.until(time.minute(alert.snoozedUntilAt))}</>;
  const urgent = isUrgent(alert.severity);
  if (alert.status === "open" && urgent && alert.escalation.nextAt !== null) return <Countdown at={alert.escalation.nextAt} />;
  if (due > 0 && (urgent || alert.status === "acknowledged")) return <Countdown at={due} />;
  return <Age t={alert.raisedAt} />;
};

const shortState = (alert: WireAlert, words: ReturnType<typeof useWords>, at: (t: number) => string): string => {
  if (alert.status === "acknowledged" && alert.acknowledgedAt !== null) return `${words.statuses.acknowledged} ${at(alert.acknowledgedAt)}`;
  if (alert.status === "snoozed" && alert.snoozedUntilAt !== null) return words.snoozedUntil(at(alert.snoozedUntilAt));
  return words.statuses[alert.status];
};

const Kid = ({ alert, head, chosen }: { readonly alert: WireAlert; readonly head: WireAlert; readonly chosen: boolean }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const absorbed = alert.supersededBy !== null && alert.status === "closed";
  return (
    <li>
      <Link
        href={addressOf(alert.id)}
        className={`kid ${alert.severity} is-${alert.status}${isMediumTechnical(alert) ? " medium-t" : ""}${chosen ? " chosen" : ""}`}
        data-alert={alert.id}
        {...(chosen ? { "aria-current": "true" as const } : {})}
      >
        {absorbed ? <Icon name="check" size={13} /> : <SeverityMark severity={alert.severity} status={alert.status} flash size={15} />}
        <span className="kid-rule">{alert.rule.id}</span>
        <span className="kid-what">
          {absorbed ? `${alert.severity} ${words.alertsPage.absorbed(head.rule.id)}` : alert.summary[language]}
          {!absorbed && <Held alert={alert} />}
        </span>
        <em>
          {alert.status === "open" && isUrgent(alert.severity) && (
            <>
              <RowClock alert={alert} />{" "}
            </>
          )}
          {absorbed ? time.minute(alert.updatedAt) : shortState(alert, words, (t) => time.minute(t))}
        </em>
      </Link>
    </li>
  );
};

export interface QueueRowProps {
  readonly episode: Episode;
  /** What a worse alert of this episode took over today. */
  readonly absorbed: readonly WireAlert[];
  readonly chosen: string | null;
  readonly others: string | null;
  /** The worst that nobody acknowledged: on a phone it can be acted on at once. */
  readonly first: boolean;
}

export const QueueRow = memo(({ episode, absorbed, chosen, others, first }: QueueRowProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const { head, rest } = episode;
  const patient = useStore("patients", () => store.patient(head.patient ?? ""));
  const isChosen = head.id === chosen;
  const technical = head.severity === "T";
  const count = rest.length + absorbed.length + 1;
  return (
    <li className={`queue-item ${head.severity} is-${head.status}${isChosen || rest.some(({ id }) => id === chosen) ? " current" : ""}`}>
      <Link
        href={addressOf(head.id)}
        className={`queue-row ${head.severity} is-${head.status}${isMediumTechnical(head) ? " medium-t" : ""}${isChosen ? " chosen" : ""}`}
        data-alert={head.id}
        {...(isChosen ? { "aria-current": "true" as const } : {})}
      >
        <span className="queue-mark">
          <SeverityMark
            severity={head.severity}
            status={head.status}
            flash
            size={head.severity === "S1" && head.status === "open" ? 22 : 18}
          />
          {!technical && <b>{head.severity}</b>}
        </span>
        <span className="queue-who">
          {technical || patient === undefined ? (
            <b>{head.summary[language]}</b>
          ) : (
            <>
              <b>{nameOf(patient)}</b>
              <PersonFacts patient={patient} />
              <Alike others={others} />
            </>
          )}
        </span>
        <span className="queue-clock">
          <RowClock alert={head} />
        </span>
        <span className="queue-what">
          {technical || patient === undefined ? (
            <>
              {patient !== undefined && (
                <>
                  {nameOf(patient)} <span className="code">{codeOf(patient)}</span>{" "}
                </>
              )}
              {head.device !== null && <DeviceTag device={head.device} />}
            </>
          ) : (
            <>
              {head.summary[language]}
              <Held alert={head} />
            </>
          )}
        </span>
        <span className="queue-state">
          {head.status === "acknowledged" && <Icon name="check" size={11} />}
          {head.status === "snoozed" && <Icon name="stale" size={11} />}
          {head.stale && <Icon name="silent" size={11} />}
          {count > 1 && <>{technical ? words.alertsPage.incident(count) : words.alertsPage.episode(count)} · </>}
          {technical && head.status === "open" ? head.action[language] : <StateLine alert={head} />}
        </span>
      </Link>
      {count > 1 && (
        <ol className="kids">
          {rest.map((alert) => (
            <Kid key={alert.id} alert={alert} head={head} chosen={alert.id === chosen} />
          ))}
          {absorbed.map((alert) => (
            <Kid key={alert.id} alert={alert} head={head} chosen={alert.id === chosen} />
          ))}
        </ol>
      )}
      {first && (
        <p className="queue-acts">
          <ActButton alert={head} kind="acknowledge" primary />
          <ActButton alert={head} kind="contact" />
          <Link href={addressOf(head.id)} className="button">
            {words.why}
          </Link>
        </p>
      )}
    </li>
  );
});
