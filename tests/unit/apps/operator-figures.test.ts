/** Figures that are read from the parts when a scraper asks. */
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { openDiagnosticsPino } from "#adapters/diagnostics-pino/open-diagnostics-pino.ts";
import { createAlertMeter } from "#apps/alert-meter.ts";
import { createOperatorFigures, type OperatorFigureSources } from "#apps/operator-figures.ts";
import { createReadiness } from "#apps/readiness.ts";
import { watchParts } from "#apps/watch-parts.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { DeviceConfig, PatientConfig } from "#core/people.ts";
import { HOUR, MINUTE } from "#core/time.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { T, alert } from "#tests/contract/ledger-fixture.ts";

const stats = {
  bytes: 700,
  maxBytes: 1_000,
  segments: 2,
  pendingEntries: 3,
  pendingBytes: 90,
  accepting: true,
  damaged: [{ segment: "s", from: 1, to: 2, reason: "crc" }],
};
const silent = (device: string, since: number, more: Partial<Alert> = {}): Alert =>
  alert(`silent-${device}`, { rule: { id: "DEV-1", version: 1 }, severity: "T", device: device as DeviceId, onsetAt: since, ...more });
const device = (id: string, revoked = false) => ({ id, revoked }) as unknown as DeviceConfig;
const patient = (id: string, more: Partial<PatientConfig> = {}) =>
  ({ id, status: "active", pause: null, ...more }) as unknown as PatientConfig;

const figures = (more: Partial<OperatorFigureSources> = {}): Map<string, number> => {
  const collect = createOperatorFigures({
    version: "1.2.3",
    dataDir: tmpdir(),
    journal: { head: 10, stats: () => stats },
    stored: () => 4,
    applied: () => 10,
    ledger: { openAlerts: () => [] },
    outbox: { backlog: () => ({ pending: 0, oldestAt: null, unreachable: 0 }) },
    registry: { devices: () => [], wearerAt: () => null, patient: () => null },
    readiness: createReadiness(),
    bus: { connections: 5 },
    clinicalNow: () => T,
    wallNow: () => T,
    ...more,
  });
  return new Map(
    collect().map(({ name, value, labels = {} }) => [[name.replace("homeward_", ""), ...Object.values(labels)].join(" "), value]),
  );
};

describe("operators' figures", () => {
  test("say how far each follower is and how full the journal", () => {
    const seen = figures();
    expect([seen.get("follower_lag_entries store"), seen.get("follower_lag_entries alert")]).toEqual([6, 0]);
    expect(["bytes", "max_bytes", "segments", "pending_entries", "damaged_ranges"].map((name) => seen.get(`journal_${name}`))).toEqual([
      700, 1_000, 2, 3, 1,
    ]);
    expect([seen.get("bus_connections"), seen.get("build_info 1.2.3"), seen.get("ready")]).toEqual([5, 1, 1]);
    expect(seen.get("data_free_bytes")).toBeGreaterThan(0);
  });

  test("count open alerts by severity and status, also those there are none of", () => {
    const seen = figures({ ledger: { openAlerts: () => [alert("a"), alert("b"), alert("c", { status: "cleared" })] } });
    expect(["S2 open", "S2 cleared", "S1 open"].map((key) => seen.get(`open_alerts ${key}`))).toEqual([2, 1, 0]);
  });

  test("name the devices that are silent longest, at most twenty, and none that came back", () => {
    const alerts = [
      ...Array.from({ length: 30 }, (_, index) => silent(`d${index}`, T - (index + 1) * MINUTE)),
      silent("d29", T - HOUR, { rule: { id: "DEV-2", version: 1 } }),
      silent("back", T - 9 * HOUR, { status: "cleared" }),
    ];
    const seen = figures({ ledger: { openAlerts: () => alerts } });
    const named = [...seen].filter(([key]) => key.startsWith("device_silence_seconds"));
    expect([seen.get("devices_silent"), named.length, named[0]]).toEqual([30, 20, ["device_silence_seconds d29", 3_600]]);
    expect(named.some(([key]) => key.endsWith("back"))).toBe(false);
  });

  test("expect nothing of a device that nobody wears, is revoked, or whose patient is paused or gone", () => {
    const patients = new Map([
      ["p1", patient("p1")],
      ["p2", patient("p2", { pause: { from: T - 1, to: T + 1, reason: "holiday" } })],
      ["p3", patient("p3", { status: "discharged" })],
    ]);
    const wearers = new Map([
      ["d1", "p1"],
      ["d2", "p2"],
      ["d3", "p3"],
      ["d5", "p1"],
    ]);
    const seen = figures({
      registry: {
        devices: () => [device("d1"), device("d2"), device("d3"), device("d4"), device("d5", true)],
        wearerAt: (id) => (wearers.get(id) ?? null) as PatientId | null,
        patient: (id) => patients.get(id) ?? null,
      },
    });
    expect([seen.get("devices registered"), seen.get("devices expected")]).toEqual([4, 1]);
  });

  test("tell how long the oldest delivery has been waiting", () => {
    const seen = figures({ outbox: { backlog: () => ({ pending: 2, oldestAt: T - 90_000, unreachable: 1 }) } });
    expect(["pending", "oldest_pending_seconds", "unreachable"].map((name) => seen.get(`webhook_${name}`))).toEqual([2, 90, 1]);
  });
});

test("what is named no more is gone from the exposition", async () => {
  const diagnostics = openDiagnosticsPino("silent");
  let named = ["d1", "d2"];
  diagnostics.collect?.(() => named.map((id) => ({ name: "homeward_device_silence_seconds", value: 60, labels: { device: id } })));
  expect(await diagnostics.exposition()).toContain('homeward_device_silence_seconds{device="d2"} 60');
  named = ["d1"];
  const text = await diagnostics.exposition();
  expect([text.includes('{device="d1"} 60'), text.includes('device="d2"')]).toEqual([true, false]);
});

test("an alert's latency is real time, also when the clinical clock is fast", async () => {
  const diagnostics = openDiagnosticsPino("silent");
  const meter = createAlertMeter({ now: () => T + 60_000, speed: 60 }, diagnostics);
  const feed = [{ cursor: 1, kind: "alert" as const, at: T, patient: null, institution: null, payload: { version: 1, alert: alert("a") } }];
  meter.committed(feed);
  const text = await diagnostics.exposition();
  expect(text).toMatch(/^homeward_alert_commit_seconds_sum 1$/m);
  expect(text).toMatch(/^homeward_alert_transitions_total\{severity="S2"\} 1$/m);
  expect(text).toMatch(/^homeward_alert_live_seconds_count 0$/m);
});

test("the server is not ready while a webhook cannot be reached or the journal refuses, and says so by itself", () => {
  const readiness = createReadiness();
  const told: string[] = [];
  readiness.onChange((part, ok) => void told.push(`${part} ${ok}`));
  let look = (): void => undefined;
  const state = { unreachable: 0, accepting: true };
  const journal = { stats: () => ({ ...stats, accepting: state.accepting }) };
  const stop = watchParts({
    journal,
    outbox: { backlog: () => ({ pending: 0, oldestAt: null, unreachable: state.unreachable }) },
    readiness,
    transportClock: {
      every: (_, call) => {
        look = call;
        return { cancel: () => void told.push("stopped") };
      },
    },
    diagnostics: createCollectingDiagnostics(),
  });
  expect(readiness.report(journal.stats()).ready).toBe(true);
  state.unreachable = 1;
  look();
  expect(readiness.report(journal.stats()).ready).toBe(false);
  state.unreachable = 0;
  state.accepting = false;
  look();
  state.accepting = true;
  look();
  stop();
  expect(told).toEqual(["webhook_exhausted false", "journal_failing false", "webhook_exhausted true", "journal_failing true", "stopped"]);
});
