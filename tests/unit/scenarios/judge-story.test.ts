/** What counts as heard in time, and what as heard in vain. */
import { describe, expect, test } from "vitest";
import type { AlertId } from "#core/ids.ts";
import { MINUTE } from "#core/time.ts";
import type { Scenario } from "#simulators/scenarios/scenario.ts";
import { storyOffset, storyTimeZone } from "#simulators/scenarios/story-zone.ts";
import { type Truth, truthOf } from "#simulators/scenarios/truth.ts";
import { planWard } from "#simulators/ward/plan-ward.ts";
import { type Heard, judgeStory, ringsOf } from "#tests/scenarios/judge-story.ts";

const START = Date.UTC(2026, 4, 1, 9);
const scenario: Scenario = {
  name: "tale",
  title: { zh: "故事", en: "Tale" },
  startsAtHour: 9,
  lastsMin: 200,
  people: [
    {
      key: "a",
      persona: "copd_gold2",
      devices: [{ kind: "oximeter", faults: [{ kind: "worn_by", fromMin: 5, toMin: 9, person: "b" }] }],
      episodes: [
        { kind: "ill", onsetMin: 10, peakMin: 20, endMin: 40, offsets: { spo2: -5 } },
        { kind: "ill", onsetMin: 15, peakMin: 20, endMin: 60, offsets: { pulse: 5 } },
      ],
    },
    { key: "b", persona: "asthma", devices: [{ kind: "oximeter" }] },
  ],
  must: [
    { person: "a", rule: "SPO2-A1", severity: "S2", fromMin: 50, earliestMin: 40, withinMin: 20, untilMin: 120 },
    { person: "b", rule: "ASTH-1", late: true, fromMin: 50, withinMin: 20 },
  ],
  may: ["DEV-3"],
  mustNot: ["HR-1"],
  notYet: [],
};
const truth: Truth = truthOf({ scenario, devices: planWard({ people: 1, seed: 3, site: "home", scenario }), seed: 3, startsAt: START });
const [a, b] = truth.people.map(({ person }) => person) as [string, string];

const heard = (person: string, rule: string, minute: number, more: Partial<Heard["alert"]> = {}): Heard => {
  const at = START + minute * MINUTE;
  const id = `${person}-${rule}` as AlertId;
  return {
    person,
    alert: {
      id,
      version: 1,
      rule: { id: rule, version: 1 },
      severity: "S2",
      late: false,
      recurrences: 0,
      raisedAt: at,
      updatedAt: at,
      ...more,
    },
  };
};

describe("a truth", () => {
  test("says of each person what happened when, parts of one course together, and who wore what", () => {
    expect(truth.people[0]).toMatchObject({
      key: "a",
      happenings: [{ kind: "ill", from: START + 10 * MINUTE, to: START + 60 * MINUTE }],
      devices: [{ kind: "oximeter", faults: [{ kind: "worn_by", from: START + 5 * MINUTE, person: b }] }],
    });
    expect(truth.must[0]).toMatchObject({ person: a, from: START + 50 * MINUTE, by: START + 70 * MINUTE, until: START + 120 * MINUTE });
  });

  test("knows every copy of its people", () => {
    const devices = planWard({ people: 6, seed: 3, site: "home", scenario });
    const copies = truthOf({ scenario, devices, seed: 3, startsAt: START });
    expect(copies.people.map(({ key }) => key)).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(new Set(copies.must.map(({ person }) => person)).size).toBe(6);
  });
});

describe("a story's zone", () => {
  test("makes it the story's hour where its people live, whatever hour it is told at", () => {
    for (let hour = 0; hour < 24; hour++) {
      const at = START + hour * 60 * MINUTE;
      const local = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: storyTimeZone(22, at) }).format(at);
      expect(Number(local)).toBe(22);
      expect(((at + storyOffset(22, at)) / (60 * MINUTE)) % 24).toBe(22);
    }
  });
});

describe("a ring", () => {
  test("is a new alert, a worse one, one that comes again and one that is of the present after all; nothing else", () => {
    const story = [
      heard(a, "SPO2-A1", 60, { late: true }),
      heard(a, "SPO2-A1", 60, { version: 2, late: true, updatedAt: START + 61 * MINUTE }),
      heard(a, "SPO2-A1", 60, { version: 3, updatedAt: START + 62 * MINUTE }),
      heard(a, "SPO2-A1", 60, { version: 4, severity: "S1", updatedAt: START + 63 * MINUTE }),
      heard(a, "SPO2-A1", 60, { version: 5, severity: "S1", recurrences: 1, updatedAt: START + 64 * MINUTE }),
    ];
    expect(ringsOf(story).map(({ at }) => (at - START) / MINUTE)).toEqual([60, 62, 63, 64]);
  });
});

describe("a verdict", () => {
  const leadOf = (...story: Heard[]): number | null => judgeStory(truth, story).leads[0]?.minutes ?? null;

  test("counts the lead from the cause; a worse alert does as well, a milder one or a stranger's does not", () => {
    expect(leadOf(heard(a, "SPO2-A1", 62))).toBe(12);
    expect(leadOf(heard(a, "SPO2-A1", 62, { severity: "S1" }))).toBe(12);
    expect(leadOf(heard(a, "SPO2-A1", 62, { severity: "S3" }))).toBeNull();
    expect(leadOf(heard(b, "SPO2-A1", 62))).toBeNull();
  });

  test("lets an alert come before its cause is whole, but not before there was any", () => {
    expect(leadOf(heard(a, "SPO2-A1", 45))).toBe(-5);
    expect(judgeStory(truth, [heard(a, "SPO2-A1", 39)])).toMatchObject({ unwanted: [{ rule: "SPO2-A1" }] });
    expect(leadOf(heard(a, "SPO2-A1", 39))).toBeNull();
  });

  test("finds what rang in vain: another's alert, another rule, one after its time, a sound for what is past", () => {
    const unwanted = (...story: Heard[]): string[] => judgeStory(truth, story).unwanted.map(({ rule }) => rule);
    expect(unwanted(heard(b, "SPO2-A1", 62))).toEqual(["SPO2-A1"]);
    expect(unwanted(heard(a, "HR-2", 62))).toEqual(["HR-2"]);
    expect(unwanted(heard(a, "SPO2-A1", 121))).toEqual(["SPO2-A1"]);
    expect(unwanted(heard(b, "ASTH-1", 60))).toEqual(["ASTH-1"]);
    expect(unwanted(heard(b, "ASTH-1", 60, { late: true }), heard(a, "DEV-3", 3))).toEqual([]);
  });
});
