/** Ledger: commits a second, one by one and many at once, what one alert costs, and what a large checkpoint does to the alert behind it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedgerSqlite } from "#adapters/ledger-sqlite/open-ledger-sqlite.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { AlertTransition } from "#core/rules/engine-event.ts";

const POINTS = Array.from({ length: 600 }, (_, index) => [1_795_255_200_000 + index * 1_000, 90 + (index % 7)] as const);
const transition = (n: number): AlertTransition => ({
  kind: "alert",
  key: `a${n}/1`,
  at: n,
  type: "alert.raised",
  alert: {
    id: `a${n}`,
    version: 1,
    rule: { id: "SPO2-A1", version: 1 },
    patient: `p${n % 1_000}`,
    device: "d1",
    institution: "t1",
    severity: "S2",
    tier: "T1",
    status: "open",
    raisedAt: n,
    evidence: { metric: "spo2", from: 0, to: 1, points: POINTS },
  } as unknown as Alert,
});

const folder = await mkdtemp(join(tmpdir(), "homeward-bench-ledger-"));
const line = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  await using opened = await openLedgerSqlite({ file: join(folder, "ledger.sqlite"), now: () => 1, randomId: () => "r" });
  const { ledger } = opened;
  let n = 0;
  const commit = (count = 1, adopt = false) =>
    ledger.commit({ position: 1, events: Array.from({ length: count }, () => transition(n++)), changes: [], adopt });
  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
  await commit();

  const single: number[] = [];
  for (let index = 0; index < 300; index++) single.push(await timed(() => commit()));
  single.sort((a, b) => a - b);
  line(`one alert, one commit: p50 ${single[150]?.toFixed(2)} ms, p99 ${single[297]?.toFixed(2)} ms`);
  const together = await timed(() => Promise.all(Array.from({ length: 2_000 }, () => commit())));
  line(`2,000 commits at once: ${Math.round(2_000 / (together / 1_000)).toLocaleString("en")} commits/s`);
  const batch = await timed(() => commit(2_000));
  line(`2,000 alerts of 600 points in one commit: ${Math.round(2_000 / (batch / 1_000)).toLocaleString("en")} alerts/s`);

  const parts = Array.from({ length: 10_000 }, (_, index) => ({ key: `patient:${index}`, bytes: new Uint8Array(8_192) }));
  const behind: number[] = [];
  const checkpoint = await timed(async () => {
    for (let from = 0; from < parts.length; from += 32) {
      const staged = ledger.stage(parts.slice(from, from + 32));
      behind.push(await timed(() => commit()));
      await staged;
    }
    await commit(0, true);
  });
  line(
    `checkpoint of 10,000 patients of 8 KiB: ${checkpoint.toFixed(0)} ms; alerts meanwhile: at most ${Math.max(...behind).toFixed(0)} ms`,
  );
  const open = await timed(async () => ledger.openAlerts());
  line(`snapshot of ${ledger.openAlerts().length.toLocaleString("en")} open alerts: ${open.toFixed(0)} ms`);
  const list = await timed(async () => {
    for (let index = 0; index < 1_000; index++) ledger.alerts({ limit: 20, status: ["open"] });
  });
  line(`a page of 20 alerts: ${list.toFixed(0)} µs`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
