/** The bookkeeping behind the limits: rates, backlog and guessed secrets. */
import { describe, expect, test } from "vitest";
import { Backlog } from "#adapters/bus-embedded/backlog.ts";
import { SignInDamper } from "#adapters/bus-embedded/sign-in-damper.ts";
import { TokenBucket } from "#adapters/bus-embedded/token-bucket.ts";

describe("the rate of a device", () => {
  test("lets a full burst through, then one message each time its share of a second has passed", () => {
    const bucket = new TokenBucket(500, 5_000, 0);
    for (let n = 0; n < 5_000; n += 1) {
      expect(bucket.wait(0)).toBe(0);
      bucket.take();
    }
    expect(bucket.wait(0)).toBe(2);
    expect(bucket.wait(1)).toBe(1);
    expect(bucket.wait(2)).toBe(0);
    bucket.take();
    expect(bucket.wait(2)).toBe(2);
  });

  test("never saves up more than one burst", () => {
    const bucket = new TokenBucket(500, 10, 0);
    expect(bucket.wait(1_000_000)).toBe(0);
    for (let n = 0; n < 10; n += 1) bucket.take();
    expect(bucket.wait(1_000_000)).toBe(2);
  });
});

describe("the backlog of everybody", () => {
  test.each([
    { what: "messages", size: 1, count: 10 },
    { what: "bytes", size: 250, count: 4 },
  ])("holds all at its limit of $what and wakes each once when half of it is gone", ({ size, count }) => {
    const backlog = new Backlog(10, 1_000);
    const woken: string[] = [];
    for (let n = 0; n < count; n += 1) {
      expect(backlog.saturated).toBe(false);
      backlog.add(size);
    }
    expect(backlog.saturated).toBe(true);
    backlog.wait({ wakeFromBacklog: () => woken.push("a") });
    const gone = { wakeFromBacklog: () => woken.push("gone") };
    backlog.wait(gone);
    backlog.leave(gone);
    for (let n = 0; n < count / 2 - 1; n += 1) backlog.remove(1, size);
    expect(woken).toEqual([]);
    backlog.remove(1, size);
    expect(woken).toEqual(["a"]);
    expect(backlog.saturated).toBe(false);
  });
});

describe("guessed secrets", () => {
  const fail = (damper: SignInDamper, times: number, now = 0): number[] =>
    Array.from({ length: times }, () => damper.failed("192.0.2.1", now));

  test("a few mistakes cost nothing, then every wrong answer takes longer, up to two seconds", () => {
    const damper = new SignInDamper();
    expect(fail(damper, 14)).toEqual([0, 0, 0, 0, 0, 50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    expect(damper.failed("192.0.2.2", 0)).toBe(0);
  });

  test("do not delay a right one at the same address, until somebody there keeps guessing", () => {
    const damper = new SignInDamper();
    fail(damper, 19);
    expect(damper.admit("192.0.2.1", 0)).toBe(0);
    fail(damper, 1);
    expect([1, 2, 3].map(() => damper.admit("192.0.2.1", 0))).toEqual([0, 5, 10]);
    expect(damper.admit("192.0.2.1", 100)).toBe(0);
    expect(damper.admit("192.0.2.2", 0)).toBe(0);
  });

  test("queue up only for a bounded time; then they are refused unseen", () => {
    const damper = new SignInDamper();
    fail(damper, 20);
    const waits = Array.from({ length: 3_000 }, () => damper.admit("192.0.2.1", 0));
    expect(waits.filter((wait) => wait !== undefined)).toHaveLength(2_001);
    expect(waits[2_000]).toBe(10_000);
    expect(waits[2_999]).toBeUndefined();
  });

  test("are forgotten with time", () => {
    const damper = new SignInDamper();
    fail(damper, 1_000);
    expect(fail(damper, 1, 15_000)).toEqual([2_000]);
    expect(fail(damper, 1, 120_000)).toEqual([0]);
  });

  test("from ever new addresses do not grow the table without end, and the newest are kept", () => {
    const damper = new SignInDamper();
    for (let n = 0; n < 20_000; n += 1) {
      for (let times = 0; times < 5; times += 1) damper.failed(`address-${n}`, 0);
    }
    expect(damper.failed("address-0", 0)).toBe(0);
    expect(damper.failed("address-19999", 0)).toBe(50);
  });
});
