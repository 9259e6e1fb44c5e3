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
  test("a few mistakes cost nothing, then every one costs longer, up to two seconds", () => {
    const damper = new SignInDamper();
    const delays: (number | undefined)[] = [];
    for (let n = 0; n < 14; n += 1) {
      delays.push(damper.admit("192.0.2.1", 0));
      damper.failed("192.0.2.1", 0);
    }
    expect(delays).toEqual([0, 0, 0, 0, 0, 50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    expect(damper.admit("192.0.2.2", 0)).toBe(0);
  });

  test("are forgotten with time", () => {
    const damper = new SignInDamper();
    for (let n = 0; n < 1_000; n += 1) damper.failed("192.0.2.1", 0);
    expect(damper.admit("192.0.2.1", 0)).toBe(2_000);
    expect(damper.admit("192.0.2.1", 90_000)).toBe(0);
  });

  test("wait side by side only up to a bound", () => {
    const damper = new SignInDamper();
    for (let n = 0; n < 20; n += 1) damper.failed("192.0.2.1", 0);
    for (let n = 0; n < 64; n += 1) damper.wait("192.0.2.1", 1);
    expect(damper.admit("192.0.2.1", 0)).toBeUndefined();
    damper.wait("192.0.2.1", -1);
    expect(damper.admit("192.0.2.1", 0)).toBe(2_000);
  });

  test("from ever new addresses do not grow the table without end, and the newest are kept", () => {
    const damper = new SignInDamper();
    for (let n = 0; n < 20_000; n += 1) {
      for (let times = 0; times < 6; times += 1) damper.failed(`address-${n}`, 0);
    }
    expect(damper.admit("address-0", 0)).toBe(0);
    expect(damper.admit("address-19999", 0)).toBe(100);
  });
});
