import { expect, test } from "vitest";
import { judgeAttempt, retryDelay } from "#core/delivery/retry-schedule.ts";

const waits = (jitter: number): number[] => {
  const found: number[] = [];
  for (let failures = 1; ; failures += 1) {
    const wait = retryDelay(failures, jitter);
    if (wait === null) return found;
    found.push(wait / 1000);
  }
};

test("retries follow the contract's schedule and then end", () => {
  expect(waits(0)).toEqual([1, 5, 15, 60, 300, 1800, 7200, 18_000, 36_000, 36_000]);
});

test("jitter only lengthens a wait, by at most a twentieth", () => {
  const plain = waits(0);
  for (const [index, wait] of waits(0.999).entries()) {
    expect(wait).toBeGreaterThanOrEqual(plain[index] ?? 0);
    expect(wait).toBeLessThanOrEqual((plain[index] ?? 0) * 1.05);
  }
});

test.for([200, 201, 204, 299])("an answer of %i confirms", (status) => {
  expect(judgeAttempt(status, 0, 0)).toEqual({ kind: "confirmed" });
});

test.for([null, 100, 301, 302, 304, 308, 400, 401, 404, 408, 429, 500, 503])("an answer of %s is tried again", (status) => {
  expect(judgeAttempt(status, 0, 0)).toEqual({ kind: "retry", after: 1000 });
});

test("410 ends the subscription, at the first attempt and at the last", () => {
  expect(judgeAttempt(410, 0, 0).kind).toBe("gone");
  expect(judgeAttempt(410, 10, 0).kind).toBe("gone");
});

test("the eleventh failed attempt exhausts the delivery", () => {
  expect(judgeAttempt(500, 9, 0).kind).toBe("retry");
  expect(judgeAttempt(500, 10, 0)).toEqual({ kind: "exhausted" });
  expect(judgeAttempt(200, 10, 0)).toEqual({ kind: "confirmed" });
});
