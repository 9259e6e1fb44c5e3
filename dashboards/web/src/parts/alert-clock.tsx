/** Countdown, ladder and one line of why: how long somebody still has. */
import type { ReactElement } from "react";
import { isUrgent } from "../data/api.ts";
import { clockOf, ladderMinutes, ladderStart } from "../data/alert-clock.ts";
import { formatAge } from "../data/format-time.ts";
import type { WireAlert } from "../data/wire.ts";
import { useLocalTime, useTicking, useWords } from "../rooms/house-context.ts";
import { useHolder } from "../rooms/use-alert-facts.ts";
import { Countdown } from "./age.tsx";

const MINUTE = 60_000;

const Ladder = ({ alert }: { readonly alert: WireAlert }): ReactElement | null => {
  const rungs = ladderMinutes(alert.severity);
  const used = useTicking((now) => Math.floor((now - ladderStart(alert)) / 5_000) * 5_000);
  if (rungs.length === 0) return null;
  return (
    <span className="ladder" aria-hidden="true">
      {rungs.map((rung, index) => {
        const from = (rungs[index - 1] ?? 0) * MINUTE;
        const share = Math.min(1, Math.max(0, (used - from) / (rung * MINUTE - from)));
        return (
          <span key={rung} className={alert.escalation.step === index ? "rung now" : "rung"}>
            <i>
              <b style={{ width: `${share * 100}%` }} />
            </i>
            +{rung}
          </span>
        );
      })}
    </span>
  );
};

export const StateLine = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const holder = useHolder(alert);
  const line = useTicking((now) => {
    if (now === 0) return "";
    if (alert.status === "snoozed" && alert.snoozedUntilAt !== null) return words.snoozedUntil(time.moment(alert.snoozedUntilAt, now));
    if (alert.status === "closed") {
      const what =
        alert.disposition === "superseded"
          ? words.patient.absorbed
          : (words.dispositions[alert.disposition ?? ""] ?? alert.disposition ?? "");
      return [words.statuses.closed, what].filter((part) => part !== "").join(" · ");
    }
    if (alert.status === "cleared" && !alert.latched) return words.alertsPage.recovered;
    if (alert.status === "cleared") return words.recoveredToClose;
    if (alert.acknowledgedAt !== null && alert.status === "acknowledged") {
      const contact = alert.contactedAt === null ? "" : ` · ${words.contactedAt(time.moment(alert.contactedAt, now))}`;
      return words.acknowledgedAt(holder ?? "", time.moment(alert.acknowledgedAt, now)) + contact;
    }
    const clock = clockOf(alert, now);
    const age = formatAge(now - (clock?.from ?? alert.raisedAt), words);
    if (clock !== null && clock.share > 1) return words.alertsPage.overClock(age);
    return clock === null ? words.unacknowledgedSince(age) : words.unacknowledgedFor(age, `${Math.floor(clock.share * 100)} %`);
  });
  const marks = [
    alert.stale ? words.staleAlert : "",
    alert.late ? words.lateAlert : "",
    alert.lowConfidence ? words.lowConfidence : "",
    alert.recurrences > 0 ? words.recurred(alert.recurrences) : "",
  ].filter((mark) => mark !== "");
  return <span className="state-line">{[line, ...marks].join(" · ")}</span>;
};

export const AlertClockView = ({ alert, ladder = true }: { readonly alert: WireAlert; readonly ladder?: boolean }): ReactElement => {
  const words = useWords();
  const due = useTicking((now) => clockOf(alert, now)?.at ?? 0);
  const next = alert.status === "open" ? alert.escalation.nextAt : null;
  const label =
    next !== null
      ? isUrgent(alert.severity)
        ? words.nextStep[Math.min(alert.escalation.step, 2)]
        : words.alertsPage.nextTold(words.alertsPage.steps[alert.severity]?.[alert.escalation.step + 1] ?? "")
      : alert.status === "acknowledged"
        ? alert.severity === "S1"
          ? words.contactDue
          : words.assessDue
        : alert.status === "open" && alert.escalation.step > 0
          ? words.ladderDone
          : "";
  return (
    <span className="clock-box">
      {(next !== null || (due > 0 && alert.status === "acknowledged")) && (
        <span className="clock-line">
          <Countdown at={next ?? due} /> <span className="clock-label">{label}</span>
        </span>
      )}
      {next === null && alert.status === "open" && label !== "" && <span className="clock-label">{label}</span>}
      {ladder && next !== null && <Ladder alert={alert} />}
      <StateLine alert={alert} />
    </span>
  );
};
