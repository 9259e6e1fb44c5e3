/** For those who run the place: audit trail, quarantine, health, metrics; referrals until they are built. */
import * as calls from "#contracts/http/operation-calls.ts";
import { QUARANTINE_REASONS } from "#core/samples/quarantine-reason.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { DEFAULT_LIMIT } from "#gateway/page.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import type { QuarantineRecord } from "#ports/reading-store.ts";

export const operationHandlers = (house: House): Handling[] => {
  const { accounts, auditor, readings, diagnostics, config } = house;
  const notBuilt = (): Problem => problem("not_implemented_yet");

  return [
    handle(calls.listAudit, async ({ query, viewer }) => {
      await auditor.read(viewer, "audit.read", { patient: query.patient ?? null });
      return accounts.auditTrail({
        institution: viewer.institution,
        limit: query.limit ?? DEFAULT_LIMIT,
        ...(query.cursor === undefined ? {} : { before: query.cursor }),
        ...(query.patient === undefined ? {} : { patient: query.patient }),
      });
    }),

    handle(calls.listQuarantine, async ({ query, viewer }) => {
      const limit = query.limit ?? DEFAULT_LIMIT;
      await auditor.read(viewer, "quarantine.read", {});
      let records: QuarantineRecord[];
      try {
        // One more than asked for tells whether there is a next page.
        records = await readings.quarantine({
          institution: viewer.institution,
          limit: limit + 1,
          ...(query.cursor === undefined ? {} : { before: query.cursor }),
        });
      } catch (cause) {
        diagnostics.warn("quarantine_unavailable", {}, cause);
        return problem("store_unavailable");
      }
      const shown = records.slice(0, limit);
      return {
        items: shown.map(({ id, reason, topic, device, at, raw, sample }) => ({
          id,
          reason,
          detail: QUARANTINE_REASONS[reason] ?? "",
          topic,
          device,
          at,
          raw: Buffer.from(raw).toString("base64"),
          ...(sample === undefined ? {} : { sample }),
        })),
        next: records.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
      };
    }),

    handle(calls.getLiveness, () => ({ status: "ok" })),

    handle(calls.getReadiness, async ({ reply }) => {
      const { ready, checks } = await house.ready();
      if (!ready) reply.code(503);
      return { ready, version: config.version, checks };
    }),

    handle(calls.getMetrics, () => diagnostics.exposition()),

    handle(calls.listReferrals, notBuilt),
    handle(calls.createReferral, notBuilt),
    handle(calls.getReferral, notBuilt),
    handle(calls.moveReferral, notBuilt),
  ];
};
