/** Alerts: clinical and technical queues apart, one alert opened beside them. */
import { useMemo, type ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { isUrgent } from "../data/api.ts";
import { orderNeeds, type Need } from "../data/order-needs.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import type { WireAlert } from "../data/wire.ts";
import { Countdown, Age } from "../parts/age.tsx";
import { StateLine } from "../parts/alert-clock.tsx";
import { AlertStoryView, useAlert } from "../parts/alert-story.tsx";
import { Empty } from "../parts/empty.tsx";
import { SeverityMark } from "../parts/marks.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { useDesk, useHouse, useKeys, useLanguage, useStore, useTicking, useWords } from "./house-context.ts";

const addressOf = (id: string): string => `/alerts/${encodeURIComponent(id)}`;

const QueueRow = ({ alert, chosen }: { readonly alert: WireAlert; readonly chosen: boolean }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const patient = useStore("patients", () => store.patient(alert.patient ?? ""));
  return (
    <li>
      <Link
        href={addressOf(alert.id)}
        replace={chosen}
        className={`queue-row ${alert.severity} is-${alert.status}${chosen ? " chosen" : ""}`}
        data-alert={alert.id}
        {...(chosen ? { "aria-current": "true" as const } : {})}
      >
        <span className="lane-mark">
          <SeverityMark severity={alert.severity} status={alert.status} flash={isUrgent(alert.severity)} />
          <b>{alert.severity}</b>
        </span>
        <span className="queue-what">
          <span>
            <b>{patient === undefined ? (alert.device ?? words.system) : nameOf(patient)}</b>{" "}
            {patient !== undefined && <span className="code">{codeOf(patient)}</span>}
          </span>
          <span className="strong">{alert.summary[language]}</span>
          <StateLine alert={alert} />
        </span>
        <span className="queue-clock">
          {alert.status === "open" && alert.escalation.nextAt !== null ? (
            <Countdown at={alert.escalation.nextAt} />
          ) : (
            <Age t={alert.raisedAt} />
          )}
        </span>
      </Link>
    </li>
  );
};

const Queue = ({
  title,
  alerts,
  chosen,
}: {
  readonly title: string;
  readonly alerts: readonly WireAlert[];
  readonly chosen: string | null;
}): ReactElement => {
  const words = useWords();
  return (
    <section className="queue" aria-label={title}>
      <SectionHead title={title} count={alerts.length} />
      {alerts.length === 0 ? (
        <p className="calm">{words.noOpenAlerts}</p>
      ) : (
        <ol>
          {alerts.map((alert) => (
            <QueueRow key={alert.id} alert={alert} chosen={alert.id === chosen} />
          ))}
        </ol>
      )}
    </section>
  );
};

const Detail = ({ id }: { readonly id: string | null }): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const alert = useAlert(id);
  const patientId = alert === null || alert === "unknown" ? "" : (alert.patient ?? "");
  const patient = useStore("patients", () => store.patient(patientId));
  if (id === null) return <Empty text={words.chooseAlert} />;
  if (alert === null) return <Empty text={words.loading} />;
  if (alert === "unknown") return <Empty text={words.alertUnknown} />;
  const born = patient === undefined ? null : birthMonthOf(patient);
  return (
    <AlertStoryView
      alert={alert}
      who={
        <span className="story-who">
          {patient === undefined ? (
            <b>{alert.device ?? words.system}</b>
          ) : (
            <>
              <Link href={`/patients/${encodeURIComponent(patient.id)}?alert=${encodeURIComponent(alert.id)}`}>
                <b>{nameOf(patient)}</b>
              </Link>{" "}
              <span className="code">{codeOf(patient)}</span> {born !== null && <span>{words.born(born)}</span>}
            </>
          )}
        </span>
      }
    />
  );
};

export const Alerts = ({ chosen }: { readonly chosen: string | null }): ReactElement => {
  const words = useWords();
  const { store, ticker } = useHouse();
  const [, navigate] = useLocation();
  const { openSheet } = useDesk();
  const alerts = useStore("alerts", store.alerts);
  const beat = useTicking((now) => Math.floor(now / 10_000));
  const { clinical, technical } = useMemo(() => {
    const needs: Need[] = alerts.map((alert) => ({ alert, code: store.patient(alert.patient ?? "")?.pseudonym ?? alert.device ?? "" }));
    const ordered = orderNeeds(needs, ticker.now()).map(({ alert }) => alert);
    return { clinical: ordered.filter(({ severity }) => severity !== "T"), technical: ordered.filter(({ severity }) => severity === "T") };
    // oxlint-disable-next-line react/exhaustive-deps
  }, [alerts, store, ticker, beat]);
  const rows = [...clinical, ...technical];
  const step = (by: number): void => {
    const at = rows.findIndex(({ id }) => id === chosen);
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    navigate(addressOf(next.id), { replace: chosen !== null });
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-alert="${CSS.escape(next.id)}"]`)?.focus());
  };
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    const id = chosen ?? rows[0]?.id;
    if (id !== undefined) openSheet(id, kind);
  };
  useKeys({ j: () => step(1), k: () => step(-1), a: () => act("acknowledge"), c: () => act("contact"), s: () => act("snooze") });
  return (
    <div className={chosen === null ? "alerts" : "alerts with-detail"}>
      <Queue title={words.clinical} alerts={clinical} chosen={chosen} />
      <Queue title={words.technical} alerts={technical} chosen={chosen} />
      <section className="detail" aria-label={words.evidence}>
        <Link href="/alerts" className="detail-back button">
          {words.alerts}
        </Link>
        <Detail id={chosen} />
      </section>
    </div>
  );
};
