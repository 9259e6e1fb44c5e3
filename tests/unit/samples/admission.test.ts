import { describe, expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { ClockAdmission } from "#core/samples/admission.ts";
import { QUALITY, type Sample } from "#core/samples/sample.ts";
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";

const NOW = Date.UTC(2026, 0, 10);
const RETENTION = { rawMs: 90 * DAY, spotMs: 5 * 365 * DAY };
const sample = (t: number, key = "spo2"): Sample => ({
  metric: metricByKey(key)?.code ?? 0,
  t,
  value: 96,
  quality: QUALITY.good,
  flags: 0,
  tags: "",
  identity: "",
});

describe("whether a sample's time can be believed", () => {
  test("up to five minutes ahead is accepted, more is the future", () => {
    const clock = new ClockAdmission(RETENTION);
    expect(clock.admit([sample(NOW + 5 * MINUTE)], NOW).samples).toHaveLength(1);
    expect(clock.admit([sample(NOW + 5 * MINUTE + 1)], NOW).future).toHaveLength(1);
  });

  test("older than the retention of its kind is too old; a diary may reach back years", () => {
    const clock = new ClockAdmission(RETENTION);
    expect(clock.admit([sample(NOW - 90 * DAY - 1)], NOW).old).toHaveLength(1);
    expect(clock.admit([sample(NOW - 180 * DAY, "pef")], NOW).samples).toHaveLength(1);
    expect(clock.admit([sample(0, "pef")], NOW).old).toHaveLength(1);
  });

  test("good and doubtful samples of one message are told apart", () => {
    const verdict = new ClockAdmission(RETENTION).admit([sample(NOW), sample(NOW + DAY), sample(NOW - 100 * DAY)], NOW);
    expect([verdict.samples.length, verdict.future.length, verdict.old.length]).toEqual([1, 1, 1]);
  });

  test("a clock an hour ahead that runs steadily is believed, and what was held meanwhile is freed", () => {
    const clock = new ClockAdmission(RETENTION);
    let accepted = 0;
    for (let second = 0; second < 60; second++) {
      const verdict = clock.admit([sample(NOW + HOUR + second * SECOND)], NOW + second * SECOND + (second % 3) * 40);
      accepted += verdict.samples.length + verdict.released.length;
    }
    expect(accepted).toBe(60);
    expect(clock.offset).toBeLessThanOrEqual(-HOUR + SECOND);
  });

  test("a burst from the future is not a clock", () => {
    const clock = new ClockAdmission(RETENTION);
    for (let index = 0; index < 200; index++) {
      const verdict = clock.admit([sample(NOW + HOUR + index * MINUTE)], NOW + index * 10);
      expect(verdict.samples.length + verdict.released.length).toBe(0);
    }
  });

  test("a clock that is set right afterwards needs no offset any more", () => {
    const clock = new ClockAdmission(RETENTION);
    for (let second = 0; second < 30; second++) clock.admit([sample(NOW + HOUR + second * SECOND)], NOW + second * SECOND);
    expect(clock.offset).toBeLessThan(0);
    clock.admit([sample(NOW + 40 * SECOND)], NOW + 40 * SECOND);
    expect(clock.offset).toBe(0);
  });
});
