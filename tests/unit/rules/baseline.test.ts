/** The patient's own level, learned from stable days of explicit rest (domain 2.1 and 4.5, semantics 4.5 and 5.10). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LearnedBaseline, type LearnedState, NOTHING_LEARNED } from "#core/rules/learned-baseline.ts";
import { DAY, HOUR, MINUTE } from "#core/time.ts";
import { checkpointOf, sample, START, Ward } from "./ward.ts";

const ZONE = "Asia/Shanghai";
/** A level taught with one value per day, 40 minutes of rest each. */
const taught = (values: readonly number[], minutes = 40): LearnedBaseline => {
  const level = new LearnedBaseline(NOTHING_LEARNED);
  for (const [day, value] of [...values, 0].entries())
    for (let minute = 0; minute < minutes; minute++) level.add(START + day * DAY + minute * MINUTE, value, ZONE);
  return level;
};

describe("a learned level", () => {
  test("needs ten days", () => {
    expect(taught(Array.from({ length: 9 }, () => 97)).value).toBeUndefined();
    expect(taught(Array.from({ length: 10 }, () => 97)).value).toBe(97);
  });

  test("needs half an hour of rest a day", () => {
    expect(
      taught(
        Array.from({ length: 12 }, () => 97),
        29,
      ).value,
    ).toBeUndefined();
    expect(
      taught(
        Array.from({ length: 12 }, () => 97),
        30,
      ).value,
    ).toBe(97);
  });

  test("is the median of the newest fourteen days' medians", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 880, max: 1000 }), { minLength: 10, maxLength: 20 }), (tenths) => {
        const values = tenths.map((value) => value / 10);
        const kept = values.slice(-14).sort((a, b) => a - b);
        const middle = ((kept[(kept.length - 1) >> 1] ?? 0) + (kept[kept.length >> 1] ?? 0)) / 2;
        expect(taught(values).value).toBeCloseTo(middle, 9);
      }),
      { numRuns: 50 },
    );
  });

  test("goes on from its state as if nothing had happened", () => {
    const whole = taught([97, 96, 95, 97, 98, 96, 97, 97, 96, 95, 94, 97]);
    let level = new LearnedBaseline(NOTHING_LEARNED);
    for (const [day, value] of [97, 96, 95, 97, 98, 96, 97, 97, 96, 95, 94, 97, 0].entries())
      for (let minute = 0; minute < 40; minute++) {
        if (minute % 7 === 0) level = new LearnedBaseline(JSON.parse(JSON.stringify(level.state())) as LearnedState);
        level.add(START + day * DAY + minute * MINUTE, value, ZONE);
      }
    expect(level.state()).toEqual(whole.state());
  });

  test("forgets days of another time of life, and leaves out what comes from an earlier day", () => {
    const level = taught(Array.from({ length: 12 }, () => 97));
    level.add(START, 50, ZONE);
    expect(level.value).toBe(97);
    level.add(START + 60 * DAY, 97, ZONE);
    expect(level.value).toBeUndefined();
  });
});

describe("SPO2-A3", () => {
  /** One sample a minute from 09:00 to 18:00 in Shanghai, `value` by day. */
  const days = (ward: Ward, from: number, values: readonly number[], tags = "context=rest"): void => {
    for (const [day, value] of values.entries())
      for (let minute = 0; minute < 9 * 60; minute++) {
        const t = START + (from + day) * DAY - 7 * HOUR + minute * MINUTE;
        ward.send([sample("spo2", t, value, { tags })], t);
      }
  };
  const notes = (ward: Ward): unknown[] =>
    ward.events.flatMap((event) => (event.kind === "rule-note" && event.rule === "SPO2-A3" ? [event.active] : []));
  const fortnight = Array.from({ length: 12 }, () => 97);

  test("is listed as silent until the patient's own days are known, then compares with them", () => {
    const ward = Ward.standard({}, { spo2: 60 });
    days(ward, 1, fortnight);
    days(ward, 13, [94.5, 94.5, 94.5]);
    expect(notes(ward)).toEqual([true, false]);
    expect(ward.story("SPO2-A3").filter((line) => line.includes("alert."))).toEqual(["SPO2-A3 alert.raised"]);
  });

  test("does not let its own alert teach: the level is as it was when the patient is still low a fortnight later", () => {
    const ward = Ward.standard({}, { spo2: 60 });
    days(ward, 1, [...fortnight, ...Array.from({ length: 16 }, () => 94.5)]);
    expect(ward.story("SPO2-A3").filter((line) => line.endsWith("raised"))).toHaveLength(1);
    expect(notes(ward)).toEqual([true, false]);
  });

  test("stays silent where rest was never said, or the own level is not above 95", () => {
    const unsaid = Ward.standard({}, { spo2: 60 });
    days(unsaid, 1, [...fortnight, 94.5, 94.5, 94.5], "");
    expect([notes(unsaid), unsaid.story("SPO2-A3")]).toEqual([[true], []]);
    const low = Ward.standard({}, { spo2: 60 });
    days(low, 1, [...Array.from({ length: 12 }, () => 95.6), 94.5, 94.5, 94.5]);
    expect([notes(low), low.story("SPO2-A3")]).toEqual([[true, false], []]);
  });

  test("is answered alike by an engine that was restored on the way", () => {
    const ward = Ward.standard({}, { spo2: 60 });
    days(ward, 1, fortnight.slice(0, 7));
    const again = new Ward({ restore: checkpointOf(ward) });
    again.now = ward.now;
    for (const one of [ward, again]) {
      days(one, 8, fortnight.slice(7));
      days(one, 13, [94.5, 94.5, 94.5]);
    }
    expect(again.newest("SPO2-A3")).toEqual(ward.newest("SPO2-A3"));
  });
});
