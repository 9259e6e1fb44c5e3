/** A ledger in a folder of its own, and makers of what it is given. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openLedgerSqlite, type LedgerSqlite } from "#adapters/ledger-sqlite/open-ledger-sqlite.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, InstitutionId, PatientId, SiteId } from "#core/ids.ts";
import type { Actor } from "#core/journal-entry.ts";
import type { Assignment, DeviceConfig, PatientConfig } from "#core/people.ts";
import type { AlertTransition, EngineEvent } from "#core/rules/engine-event.ts";
import type { Institution } from "#ports/accounts.ts";
import type { LedgerCommit } from "#ports/ledger.ts";
import type { WebhookSubscription } from "#ports/outbox.ts";
import { alertLike } from "#tests/support/alert-like.ts";

export const T = 1_795_255_200_000;
export const WALL = 1_800_000_000_000;
export const ACTOR: Actor = { user: "system", institution: null, roles: [] };

export const tempFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-ledger-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const openLedger = async (folder: string, options: { readonly feedKept?: number } = {}): Promise<LedgerSqlite> => {
  let ids = 0;
  const opened = await openLedgerSqlite({
    file: join(folder, "ledger.sqlite"),
    now: () => WALL,
    randomId: () => `random-${++ids}`,
    alertUrl: (id) => `/alerts/${id}`,
    ...options,
  });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
};

export const alert = (id: string, more: Partial<Alert> = {}): Alert =>
  alertLike(id, { patient: "p1", device: "d1", latched: true, ...more });

export const transition = (
  id: string,
  more: Partial<Alert> = {},
  type: AlertTransition["type"] = "alert.raised",
  at = T,
): AlertTransition => {
  const after = alert(id, more);
  return { kind: "alert", key: `${id}/${after.version}`, at, alert: after, type };
};

export const work = (events: readonly EngineEvent[], more: Partial<LedgerCommit> = {}): LedgerCommit => ({
  position: 1,
  events,
  changes: [],
  adopt: false,
  ...more,
});

export const institution = (id: string, tier: Institution["tier"], alliance = "north"): Institution => ({
  id: id as InstitutionId,
  name: { en: id, zh: id },
  tier,
  alliance,
  site: `site-${id}`,
  timeZone: "Asia/Shanghai",
  version: 1,
});

export const subscription = (id: string, more: Partial<WebhookSubscription> = {}): WebhookSubscription => ({
  id,
  institution: "t1" as InstitutionId,
  url: "https://example.org/hook",
  types: [],
  detail: "minimal",
  format: "plain",
  secrets: ["whsec_AAAA"],
  status: "active",
  createdAt: WALL,
  ...more,
});

export const patient = (id: string, more: Partial<PatientConfig> = {}): PatientConfig => ({
  id: id as PatientId,
  version: 1,
  institution: "t1" as InstitutionId,
  site: "site-t1" as SiteId,
  pseudonym: `P-${id}`,
  tier: "T1",
  profile: "standard",
  conditions: [],
  baseline: {},
  timeZone: "Asia/Shanghai",
  status: "active",
  pause: null,
  createdAt: T,
  ...more,
});

export const device = (id: string, more: Partial<DeviceConfig> = {}): DeviceConfig => ({
  id: id as DeviceId,
  site: "site-t1" as SiteId,
  institution: "t1" as InstitutionId,
  kind: "oximeter",
  metrics: { spo2: { everyS: 1 } },
  secretHash: "00",
  revoked: false,
  createdAt: T,
  ...more,
});

export const assignment = (deviceId: string, patientId: string, from: number, to: number | null = null): Assignment => ({
  id: `${deviceId}-${from}`,
  device: deviceId as DeviceId,
  patient: patientId as PatientId,
  from,
  to,
  madeAt: from,
});
