/** Alerts: list, one with its history, and the six acts, which go to the engine and come back as its answer. */
import * as calls from "#contracts/http/alert-calls.ts";
import type { Viewer } from "#core/access/visibility.ts";
import type { Act } from "#core/alerts/act.ts";
import type { Alert } from "#core/alerts/alert.ts";
import { mayActOn, PERMISSIONS } from "#core/access/permissions.ts";
import { seesUnowned } from "#core/access/visibility.ts";
import type { PatientId, UserId } from "#core/ids.ts";
import { groundOf } from "#gateway/auditor.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import { actorOf } from "#gateway/handlers/patient-handlers.ts";
import type { House } from "#gateway/house.ts";
import { DEFAULT_LIMIT } from "#gateway/page.ts";
import { problem, type Problem } from "#gateway/problem.ts";

/** The engine's reasons in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  alert_closed: "The alert is closed.",
  alert_not_open: "The alert has recovered; close it instead.",
  snooze_refused_s1: "An emergency (S1) cannot be snoozed.",
  snooze_in_past: "The snooze would end in the past.",
  snooze_too_long: "An urgent alert (S2) can be snoozed for an hour, S3 for a day, others for a week.",
};

export const alertHandlers = (house: House): Handling[] => {
  const { sights, ledger, commands, auditor, accounts } = house;

  const act = async (viewer: Viewer, id: string, version: number, deed: Act): Promise<Alert | Problem> => {
    const seen = sights.alert(viewer, id);
    if (seen === null) return problem("not_found");
    if (!mayActOn(viewer.roles, seen.thing)) {
      await auditor.write(viewer, "access.refused", { patient: seen.thing.patient, target: seen.thing.id, detail: `alert.${deed.kind}` });
      return problem("not_allowed", { detail: `It needs the permission alerts.act (${PERMISSIONS["alerts.act"]})` });
    }
    const answer = await commands.act({ actor: actorOf(viewer), alert: seen.thing.id, version, act: deed });
    const about = { patient: seen.thing.patient, target: seen.thing.id, ground: groundOf(seen.sight) };
    switch (answer.outcome) {
      case "done":
        await auditor.write(viewer, `alert.${deed.kind}`, { ...about, detail: `version ${String(version)}` });
        return answer.alert;
      case "changed":
        await auditor.write(viewer, `alert.${deed.kind}`, { ...about, detail: `refused: version ${String(version)} is not current` });
        return problem("alert_changed", { members: { alert: answer.alert } });
      case "refused":
        await auditor.write(viewer, `alert.${deed.kind}`, { ...about, detail: `refused: ${answer.code}` });
        return problem("act_refused", {
          ...(REFUSALS[answer.code] === undefined ? {} : { detail: REFUSALS[answer.code] }),
          members: { reason: answer.code, alert: answer.alert },
        });
      case "unknown":
        return problem("not_found");
      default:
        return problem("journal_unavailable");
    }
  };

  return [
    handle(calls.listAlerts, async ({ query, viewer }) => {
      const visible = new Set(sights.patients(viewer).map(({ thing }) => thing.id));
      const patients = query.patient === undefined ? [...visible] : (query.patient as PatientId[]).filter((id) => visible.has(id));
      await auditor.read(viewer, "alerts.list", {});
      // Nothing of one's own was asked for: not the same as no filter.
      if (query.patient !== undefined && patients.length === 0) return { items: [], next: null };
      return ledger.alerts({
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.severity === undefined ? {} : { severity: query.severity }),
        ...(query.tier === undefined ? {} : { tier: query.tier }),
        patients,
        institutions: query.patient === undefined ? [viewer.institution] : [],
        unowned: query.patient === undefined && seesUnowned(viewer),
        limit: query.limit ?? DEFAULT_LIMIT,
        ...(query.cursor === undefined ? {} : { before: query.cursor }),
      });
    }),

    handle(calls.getAlert, async ({ params, viewer }) => {
      const seen = sights.alert(viewer, params.id);
      if (seen === null) return problem("not_found");
      const { thing: alert, sight } = seen;
      await auditor.read(viewer, "alert.read", { patient: alert.patient, target: alert.id, ground: groundOf(sight) });
      return {
        ...alert,
        acts: ledger.acts(alert.id).map(({ at, actor, act: deed }) => ({
          at,
          by: actor.user,
          name: accounts.user(actor.user as UserId)?.displayName ?? null,
          institution: actor.institution,
          roles: actor.roles,
          act: deed,
        })),
        history: ledger.transitions(alert.id).map(({ at, alert: then, type }) => ({
          at,
          version: then.version,
          status: then.status,
          severity: then.severity,
          late: then.late,
          stale: then.stale,
          recurrences: then.recurrences,
          value: then.value,
          type,
        })),
      };
    }),

    handle(calls.acknowledgeAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "acknowledge", ...rest }),
    ),
    handle(calls.contactAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "contact", ...rest }),
    ),
    handle(calls.snoozeAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "snooze", ...rest }),
    ),
    handle(calls.commentAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "comment", ...rest }),
    ),
    handle(calls.closeAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "close", ...rest }),
    ),
    handle(calls.feedbackAlert, ({ params, body: { version, ...rest }, viewer }) =>
      act(viewer, params.id, version, { kind: "feedback", ...rest }),
    ),
  ];
};
