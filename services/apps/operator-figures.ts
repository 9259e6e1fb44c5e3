/** What stands in `/metrics` besides what was counted: read from the parts when somebody asks. */
import { statfsSync } from "node:fs";
import type { Alert } from "#core/alerts/alert.ts";
import type { EpochMs } from "#core/time.ts";
import type { Figure } from "#ports/diagnostics.ts";
import type { Journal, Position } from "#ports/journal.ts";
import type { Ledger } from "#ports/ledger.ts";
import type { Outbox } from "#ports/outbox.ts";
import type { Registry } from "#ports/registry.ts";
import type { TelemetryBus } from "#ports/telemetry-bus.ts";
import type { Readiness } from "./readiness.ts";

/** A board shows who to look for first; more would make a series of every device that ever fell silent. */
const LONGEST_SILENT = 20;
const SILENCE_RULES = new Set(["DEV-1", "DEV-2", "DEV-3"]);
const ACTIVE = new Set(["open", "acknowledged", "snoozed"]);

export interface OperatorFigureSources {
  readonly version: string;
  readonly dataDir: string;
  readonly journal: Pick<Journal, "head" | "stats">;
  readonly stored: () => Position;
  readonly applied: () => Position;
  readonly ledger: Pick<Ledger, "openAlerts">;
  readonly outbox: Pick<Outbox, "backlog">;
  readonly registry: Pick<Registry, "devices" | "wearerAt" | "patient">;
  readonly readiness: Pick<Readiness, "report">;
  readonly bus: Pick<TelemetryBus, "connections">;
  readonly clinicalNow: () => EpochMs;
  readonly wallNow: () => EpochMs;
}

export const createOperatorFigures = (sources: OperatorFigureSources): (() => readonly Figure[]) => {
  const { journal, ledger } = sources;
  return () => {
    const alerts = ledger.openAlerts();
    return [
      { name: "homeward_build_info", value: 1, labels: { version: sources.version } },
      { name: "homeward_data_free_bytes", value: freeBytes(sources.dataDir) },
      { name: "homeward_bus_connections", value: sources.bus.connections },
      ...readinessFigures(sources.readiness.report(journal.stats())),
      ...journalFigures(journal),
      { name: "homeward_follower_lag_entries", value: behind(journal, sources.stored()), labels: { follower: "store" } },
      { name: "homeward_follower_lag_entries", value: behind(journal, sources.applied()), labels: { follower: "alert" } },
      ...alertFigures(alerts),
      ...webhookFigures(sources.outbox.backlog(), sources.wallNow()),
      ...deviceFigures(sources.registry, sources.clinicalNow()),
      ...silenceFigures(alerts, sources.clinicalNow()),
    ];
  };
};

const behind = (journal: Pick<Journal, "head">, position: Position): number => Math.max(0, journal.head - position);

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

const readinessFigures = ({ ready, checks }: ReturnType<Readiness["report"]>): Figure[] => [
  { name: "homeward_ready", value: Number(ready) },
  ...Object.entries(checks).map(([part, { ok }]) => ({ name: "homeward_part_ok", value: Number(ok), labels: { part } })),
];

const journalFigures = (journal: Pick<Journal, "stats">): Figure[] => {
  const { bytes, maxBytes, segments, pendingEntries, damaged } = journal.stats();
  return [
    { name: "homeward_journal_bytes", value: bytes },
    { name: "homeward_journal_max_bytes", value: maxBytes },
    { name: "homeward_journal_segments", value: segments },
    { name: "homeward_journal_pending_entries", value: pendingEntries },
    { name: "homeward_journal_damaged_ranges", value: damaged.length },
  ];
};

/** Every combination is named, so that one that emptied is 0 and not gone. */
const alertFigures = (alerts: readonly Alert[]): Figure[] =>
  ["S1", "S2", "S3", "S4", "T"].flatMap((severity) =>
    [...ACTIVE, "cleared"].map((status) => ({
      name: "homeward_open_alerts",
      value: alerts.filter((alert) => alert.severity === severity && alert.status === status).length,
      labels: { severity, status },
    })),
  );

const webhookFigures = ({ pending, oldestAt, unreachable }: ReturnType<Outbox["backlog"]>, now: EpochMs): Figure[] => [
  { name: "homeward_webhook_pending", value: pending },
  { name: "homeward_webhook_oldest_pending_seconds", value: oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1_000 },
  { name: "homeward_webhook_unreachable", value: unreachable },
];

const deviceFigures = (registry: OperatorFigureSources["registry"], now: EpochMs): Figure[] => {
  let registered = 0;
  let expected = 0;
  for (const { id, revoked } of registry.devices()) {
    if (revoked) continue;
    registered++;
    const wearer = registry.wearerAt(id, now);
    const patient = wearer === null ? null : registry.patient(wearer);
    const pause = patient?.pause ?? null;
    const isPaused = pause !== null && now >= pause.from && now < pause.to;
    if (patient?.status === "active" && !isPaused) expected++;
  }
  return [
    { name: "homeward_devices", value: registered, labels: { state: "registered" } },
    { name: "homeward_devices", value: expected, labels: { state: "expected" } },
  ];
};

/** Silence as clinicians are told of it: since when the device's oldest alert for it says that nothing was heard. */
const silenceFigures = (alerts: readonly Alert[], now: EpochMs): Figure[] => {
  const since = new Map<string, EpochMs>();
  for (const { rule, status, device, onsetAt } of alerts) {
    if (device === null || !SILENCE_RULES.has(rule.id) || !ACTIVE.has(status)) continue;
    since.set(device, Math.min(onsetAt, since.get(device) ?? Infinity));
  }
  const longest = [...since].sort(([, one], [, other]) => one - other).slice(0, LONGEST_SILENT);
  return [
    { name: "homeward_devices_silent", value: since.size },
    ...longest.map(([device, from]) => ({
      name: "homeward_device_silence_seconds",
      value: Math.max(0, now - from) / 1_000,
      labels: { device },
    })),
  ];
};
