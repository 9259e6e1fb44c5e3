/** `Retry-After` in every spelling, and the wait it makes. */
import { describe, expect, test } from "vitest";
import { InfluxError } from "#contracts/errors/influx.ts";
import { createDeliverLines } from "#adapters/readings-influx/deliver-lines.ts";
import { parseRetryAfter } from "#adapters/readings-influx/retry-after.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);

describe("Retry-After", () => {
  test.each([
    ["3", 3_000],
    [" 0 ", 0],
    ["0.25", 250],
    ["1e1", 10_000],
    ["86400", 60_000],
    ["99999999999999999999", 60_000],
    ["Sun, 22 Nov 2026 04:00:07 GMT", 7_000],
    ["Sunday, 22-Nov-26 04:00:07 GMT", 7_000],
    ["Sun Nov 22 04:00:07 2026 GMT", 7_000],
    ["Sun, 22 Nov 2026 03:00:00 GMT", 0],
    ["Sun, 22 Nov 2099 03:00:00 GMT", 60_000],
    ["", null],
    ["-5", null],
    ["soon", null],
    ["NaN", null],
    ["1,5", null],
  ])("%j is a wait of %s ms", (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  test("nothing is sent before the time asked for, and a little later with chance", async () => {
    const clocks = createVirtualClocks();
    const sent: number[] = [];
    let busy = true;
    const lines = createDeliverLines(
      {
        write() {
          sent.push(clocks.transport.monotonic());
          if (busy) return Promise.reject(new InfluxError("influx_busy", "", { retryAfterMs: 10_000 }));
          return Promise.resolve({ kind: "stored" });
        },
      },
      clocks.transport,
      () => 0.5,
    );
    await expect(lines.deliver("b", ["l"], () => {})).rejects.toThrow("InfluxDB asks");
    busy = false;
    const delivered = lines.deliver("b", ["l"], () => {});
    clocks.advance(10_499);
    expect(sent).toHaveLength(1);
    clocks.advance(1);
    await delivered;
    expect(sent).toEqual([0, 10_500]);
  });

  test("however long it asks, the wait is a minute", async () => {
    const clocks = createVirtualClocks();
    let calls = 0;
    const lines = createDeliverLines(
      {
        write: () =>
          (calls += 1) === 1
            ? Promise.reject(new InfluxError("influx_busy", "", { retryAfterMs: 60_000 }))
            : Promise.resolve({ kind: "stored" }),
      },
      clocks.transport,
      () => 1,
    );
    await expect(lines.deliver("b", ["l"], () => {})).rejects.toThrow("InfluxDB asks");
    const delivered = lines.deliver("b", ["l"], () => {});
    clocks.advance(60_000);
    await delivered;
    expect(calls).toBe(2);
  });
});
