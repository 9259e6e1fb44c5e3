/** Ages, countdowns, the server's clock, and the clock that runs on an alert. */
import { describe, expect, test } from "vitest";
import { clockOf } from "../../../dashboards/web/src/data/alert-clock.ts";
import { PATTERNS, soundingPriority } from "../../../dashboards/web/src/data/alarm-pattern.ts";
import { createLocalTime, formatAge, formatCountdown } from "../../../dashboards/web/src/data/format-time.ts";
import { createServerClock } from "../../../dashboards/web/src/data/server-clock.ts";
import { en } from "../../../dashboards/web/src/i18n/en.ts";
import { zh } from "../../../dashboards/web/src/i18n/zh.ts";
import { MINUTE, NOW, anAlert } from "./dashboard-fixtures.ts";

describe("ages and countdowns", () => {
  test.each([
    [0, "0 s"],
    [89_999, "89 s"],
    [90_000, "1 min"],
    [89 * MINUTE, "89 min"],
    [90 * MINUTE, "1 h"],
    [47 * 60 * MINUTE, "47 h"],
    [48 * 60 * MINUTE, "2 d"],
    [-5_000, "0 s"],
  ])("an age of %d ms reads %s", (ms, text) => expect(formatAge(ms, en)).toBe(text));
  test("ages speak Chinese", () => expect(zh.ago(formatAge(12_000, zh))).toBe("12 秒前"));
  test.each([
    [26_000, "0:26"],
    [25_001, "0:26"],
    [348_000, "5:48"],
    [0, "0:00"],
    [-999, "0:00"],
    [-200_000, "+3:20"],
    [192 * MINUTE, "3:12 h"],
  ])("%d ms left reads %s", (ms, text) => expect(formatCountdown(ms)).toBe(text));
  test("times of day are the institution's, not the browser's", () => {
    const time = createLocalTime("Asia/Shanghai");
    const t = Date.UTC(2026, 10, 20, 2, 42, 18);
    expect([time.clock(t), time.day(t), time.zone(t), time.moment(t, t + 86_400_000)]).toEqual([
      "10:42:18",
      "11-20",
      "UTC+8",
      "11-20 10:42",
    ]);
  });
  test("both dictionaries say every word", () => expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted()));
});

test("the server's clock runs on between frames, as fast as the server says", () => {
  let monotonic = 500;
  const clock = createServerClock(() => monotonic);
  expect(clock.known).toBe(false);
  clock.heard(NOW);
  monotonic += 1_000;
  expect(clock.now()).toBe(NOW + 1_000);
  clock.setSpeed(60);
  monotonic += 1_000;
  expect(clock.now()).toBe(NOW + 61_000);
});

describe("the clock on an alert", () => {
  test("an emergency has two minutes from the moment its ladder began", () => {
    const clock = clockOf(
      anAlert({ id: "a", severity: "S1", raisedAt: NOW - 10 * MINUTE, escalation: { step: 0, nextAt: NOW + 26_000 } }),
      NOW,
    );
    expect(clock).toMatchObject({ due: "acknowledge", remaining: 26_000 });
    expect(clock?.share).toBeCloseTo(94 / 120);
  });
  test("later steps of the ladder do not start the clock anew", () =>
    expect(clockOf(anAlert({ id: "a", severity: "S1", escalation: { step: 1, nextAt: NOW + 2 * MINUTE } }), NOW)?.remaining).toBe(-MINUTE));
  test("an acknowledged emergency owes a contact within ten minutes, and nothing after it", () => {
    const taken = { id: "a", severity: "S1", status: "acknowledged", acknowledgedAt: NOW - 4 * MINUTE } as const;
    expect(clockOf(anAlert(taken), NOW)).toMatchObject({ due: "contact", remaining: 6 * MINUTE });
    expect(clockOf(anAlert({ ...taken, contactedAt: NOW }), NOW)).toBeNull();
  });
  test("a late alert escalates to nobody, so nothing runs on it", () => expect(clockOf(anAlert({ id: "a", late: true }), NOW)).toBeNull());
});

describe("sound", () => {
  test("only the highest unacknowledged priority sounds; late, technical and old emergencies are silent", () => {
    const alerts = [anAlert({ id: "a", severity: "S2" }), anAlert({ id: "b", severity: "S1" }), anAlert({ id: "c", severity: "T" })];
    expect(soundingPriority(alerts, NOW)).toBe("high");
    expect(soundingPriority(alerts, NOW + 11 * MINUTE)).toBe("medium");
    expect(
      soundingPriority([anAlert({ id: "a", severity: "S1", late: true }), anAlert({ id: "b", status: "acknowledged" })], NOW),
    ).toBeNull();
  });
  test("ten, three and one pulses, spaced as the priority asks", () => {
    expect([PATTERNS.high, PATTERNS.medium, PATTERNS.low].map(({ pulses, everyMs }) => [pulses.length, everyMs])).toEqual([
      [10, 7_000],
      [3, 20_000],
      [1, null],
    ]);
    const starts = PATTERNS.high.pulses.map(({ atMs }) => atMs);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0) - 150);
    expect(gaps).toEqual([100, 100, 350, 100, 700, 100, 100, 350, 100]);
  });
});
