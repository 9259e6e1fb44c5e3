/** Wards from a seed or a story, and what a file may say. */
import { describe, expect, test } from "vitest";
import { isTopicSafe } from "#core/ids.ts";
import { personas } from "#simulators/people/personas.ts";
import type { Scenario } from "#simulators/scenarios/scenario.ts";
import { planWard } from "#simulators/ward/plan-ward.ts";
import { isWardDevice } from "#simulators/ward/ward-device.ts";
import { kindOf } from "#simulators/ward.ts";

const story: Scenario = {
  name: "swap",
  title: { zh: "互换", en: "Swapped" },
  startsAtHour: 9,
  lastsMin: 60,
  people: [
    {
      key: "husband",
      persona: "healthy_older",
      devices: [{ kind: "oximeter", artefacts: false, faults: [{ kind: "worn_by", fromMin: 10, toMin: 20, person: "wife" }] }],
    },
    { key: "wife", persona: "copd_gold3", devices: [{ kind: "oximeter" }, { kind: "thermometer" }], episodes: [] },
  ],
  must: [],
  may: [],
  mustNot: [],
  notYet: [],
};

describe("a ward from a seed", () => {
  const ward = planWard({ people: 200, seed: 7, site: "home" });

  test("has every persona in turn, with devices of its own and distinct names and secrets", () => {
    expect(new Set(ward.map(({ person }) => person)).size).toBe(200);
    expect(new Set(ward.map(({ persona }) => persona)).size).toBe(personas.length);
    expect(new Set(ward.map(({ id }) => id)).size).toBe(ward.length);
    expect(new Set(ward.map(({ secret }) => secret)).size).toBe(ward.length);
    expect(ward.every((device) => isTopicSafe(device.id) && isWardDevice(device) && kindOf(device) !== null)).toBe(true);
  });

  test("is the same again, and another from another seed", () => {
    expect(planWard({ people: 200, seed: 7, site: "home" })).toEqual(ward);
    const other = planWard({ people: 200, seed: 8, site: "home" });
    expect(other.some(({ id, secret }) => ward.some((device) => device.id === id || device.secret === secret))).toBe(false);
  });

  test("gives nobody two sensors of a kind, on a hub or beside it", () => {
    for (const person of new Set(ward.map((device) => device.person))) {
      const kinds = ward.filter((device) => device.person === person).flatMap(({ kind, carries }) => carries ?? [kind as string]);
      expect(new Set(kinds).size).toBe(kinds.length);
    }
  });

  test("of two thousand has one connection each, and no sensor is left out", () => {
    const large = planWard({ people: 2_000, seed: 7, site: "home" });
    expect(large).toHaveLength(2_000);
    expect(large.every((device) => device.kind === "hub" && kindOf(device) !== null)).toBe(true);
    const first = ward.filter(({ person }) => person === large[0]?.person).flatMap(({ kind, carries }) => carries ?? [kind as string]);
    expect(large[0]?.carries?.toSorted()).toEqual(first.toSorted());
  });
});

describe("a story", () => {
  test("is told whole, as often as there are people for it, each copy among its own", () => {
    const ward = planWard({ people: 5, seed: 1, site: "home", scenario: story });
    expect(new Set(ward.map(({ person }) => person)).size).toBe(6);
    const husbands = ward.filter(({ persona }) => persona === "healthy_older");
    for (const husband of husbands) {
      const wife = husband.person?.replace("husband", "wife") as string;
      expect(husband.faults).toMatchObject([{ person: wife }]);
      expect(ward.filter(({ person }) => person === wife)).toHaveLength(2);
      expect(husband.artefacts).toBe(false);
    }
  });

  test("with long names still has ids that fit a topic", () => {
    const long = {
      ...story,
      name: "a".repeat(50),
      people: story.people.map((person) => ({ ...person, key: `${person.key}-${"b".repeat(40)}` })),
    };
    const ward = planWard({ people: 1, seed: 4_294_967_295, site: "home", scenario: long });
    expect(ward.every(({ id }) => isTopicSafe(id))).toBe(true);
    expect(new Set(ward.map(({ id }) => id)).size).toBe(3);
  });
});

test.each([
  null,
  "a",
  {},
  { id: "a b", site: "h", secret: "s", persona: "asthma" },
  { id: "a", site: "h", secret: "", persona: "asthma" },
  { id: "a", site: "h", secret: "s", persona: "asthma", kind: 3 },
  { id: "a", site: "h", secret: "s", persona: "asthma", carries: "oximeter" },
  { id: "a", site: "h", secret: "s", persona: "asthma", faults: [{ kind: "offline", fromMin: 0 }] },
  { id: "a", site: "h", secret: "s", persona: "asthma", faults: [{ kind: "explodes", fromMin: 0, toMin: 1 }] },
  { id: "a", site: "h", secret: "s", persona: "asthma", episodes: [{ kind: "x", onsetMin: 0, peakMin: 1, endMin: null, offsets: {} }] },
])("a list's item that is no device is not taken for one: %j", (item) => {
  expect(isWardDevice(item)).toBe(false);
});
