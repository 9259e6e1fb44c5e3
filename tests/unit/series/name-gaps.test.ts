import { describe, expect, test } from "vitest";
import { nameGaps } from "#core/series/name-gaps.ts";
import type { GapQuestion } from "#core/series/name-gaps.ts";

const MIN = 60_000;
const worn = { from: 0, to: Infinity, newest: 99 * MIN, newestOfAny: 99 * MIN };
const ask = (more: Partial<GapQuestion>) =>
  nameGaps({
    from: 0,
    to: 100 * MIN,
    now: 100 * MIN,
    quiet: [],
    bad: [],
    wearings: [worn],
    pauses: [],
    declaredIntervalMs: 1_000,
    medianSpacingMs: null,
    spot: false,
    ...more,
  });

describe("gaps", () => {
  test("a series without quiet stretches has none", () => {
    expect(ask({})).toEqual([]);
  });

  test("a stretch of more than five minutes without a sample is silent", () => {
    expect(ask({ quiet: [{ from: 10 * MIN, to: 16 * MIN }] })).toEqual([{ from: 10 * MIN, to: 16 * MIN, reason: "silent" }]);
    expect(ask({ quiet: [{ from: 10 * MIN, to: 15 * MIN }] })).toEqual([]);
  });

  test("silence of a slow device counts from two of its intervals", () => {
    const quiet = [{ from: 10 * MIN, to: 29 * MIN }];
    expect(ask({ quiet, declaredIntervalMs: 10 * MIN })).toEqual([]);
    expect(ask({ quiet, declaredIntervalMs: 9 * MIN })).toHaveLength(1);
    expect(ask({ quiet, declaredIntervalMs: null, medianSpacingMs: 10 * MIN })).toEqual([]);
  });

  test("silence lasts until now, never into the future", () => {
    expect(ask({ quiet: [{ from: 50 * MIN, to: 100 * MIN }], now: 70 * MIN })).toEqual([
      { from: 50 * MIN, to: 70 * MIN, reason: "silent" },
    ]);
  });

  test("a probe that was off is named, and what is left of the quiet stretch is silent", () => {
    expect(ask({ quiet: [{ from: 10 * MIN, to: 40 * MIN }], bad: [{ from: 10.5 * MIN, to: 25 * MIN, reason: "probe_off" }] })).toEqual([
      { from: 10 * MIN, to: 25 * MIN, reason: "probe_off" },
      { from: 25 * MIN, to: 40 * MIN, reason: "silent" },
    ]);
  });

  test("a short stretch of bad samples is a gap with its reason", () => {
    expect(ask({ bad: [{ from: MIN, to: 2 * MIN, reason: "bad_quality" }] })).toEqual([{ from: MIN, to: 2 * MIN, reason: "bad_quality" }]);
  });

  test("nothing is expected while nobody wears a device", () => {
    const wearings = [
      { ...worn, to: 20 * MIN },
      { ...worn, from: 60 * MIN },
    ];
    expect(ask({ wearings, quiet: [{ from: 10 * MIN, to: 80 * MIN }] })).toEqual([
      { from: 10 * MIN, to: 20 * MIN, reason: "silent" },
      { from: 60 * MIN, to: 80 * MIN, reason: "silent" },
    ]);
    expect(ask({ wearings: [], quiet: [{ from: 0, to: 100 * MIN }] })).toEqual([]);
  });

  test("a device that was given and never sent has never started", () => {
    const wearings = [{ from: 30 * MIN, to: Infinity, newest: null, newestOfAny: null }];
    const expected = [{ from: 30 * MIN, to: 100 * MIN, reason: "never_started" }];
    expect(ask({ wearings, quiet: [{ from: 0, to: 100 * MIN }] })).toEqual(expected);
    expect(ask({ wearings, quiet: [{ from: 0, to: 100 * MIN }], spot: true, declaredIntervalMs: null })).toEqual(expected);
  });

  test("what it sent on an earlier patient does not make it started on this one", () => {
    const wearings = [{ from: 30 * MIN, to: Infinity, since: 25 * MIN, newest: 20 * MIN, newestOfAny: 20 * MIN }];
    expect(ask({ wearings, quiet: [{ from: 0, to: 100 * MIN }] })[0]?.reason).toBe("never_started");
  });

  test("a device whose newest sample lies before the range is silent in it, not unstarted", () => {
    const wearings = [{ from: 30 * MIN, to: Infinity, since: 5 * MIN, newest: 20 * MIN, newestOfAny: 20 * MIN }];
    expect(ask({ from: 30 * MIN, wearings, quiet: [{ from: 30 * MIN, to: 100 * MIN }] })).toEqual([
      { from: 30 * MIN, to: 100 * MIN, reason: "silent" },
    ]);
  });

  test("a metric that nobody declared is not missed on a device that speaks", () => {
    const wearings = [{ from: 0, to: Infinity, newest: null, newestOfAny: 90 * MIN }];
    const question = { wearings, quiet: [{ from: 0, to: 100 * MIN }], declaredIntervalMs: null, spot: true };
    expect(ask(question)).toEqual([]);
  });

  test("a spot metric is not silent between its measurements", () => {
    expect(ask({ quiet: [{ from: 0, to: 90 * MIN }], spot: true, declaredIntervalMs: null })).toEqual([]);
  });

  test("an agreed pause is a pause, before and after it silence", () => {
    expect(ask({ quiet: [{ from: 10 * MIN, to: 60 * MIN }], pauses: [{ from: 20 * MIN, to: 40 * MIN }] })).toEqual([
      { from: 10 * MIN, to: 20 * MIN, reason: "silent" },
      { from: 20 * MIN, to: 40 * MIN, reason: "paused" },
      { from: 40 * MIN, to: 60 * MIN, reason: "silent" },
    ]);
  });
});
