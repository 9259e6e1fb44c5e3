/** What the ward decides before it is drawn: who is shown, who reads alike, what is new, when it storms, which places are kept. */
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { groupByCause, stormOf } from "../../../dashboards/web/src/data/alert-storm.ts";
import { createPlaceKeeper, groupWard } from "../../../dashboards/web/src/data/group-ward.ts";
import { findLookAlikes } from "../../../dashboards/web/src/data/look-alikes.ts";
import { createLooked } from "../../../dashboards/web/src/data/looked.ts";
import { createOrderHolder } from "../../../dashboards/web/src/data/order-needs.ts";
import { readingOf } from "../../../dashboards/web/src/data/pinyin.ts";
import { tileStateOf } from "../../../dashboards/web/src/data/reading-state.ts";
import { countShows, passes, readWardFilter } from "../../../dashboards/web/src/data/ward-filter.ts";
import { MINUTE, NOW, aPatient, anAlert } from "./dashboard-fixtures.ts";

const named = (id: string, name: string) => aPatient({ id, identity: { name } });
const filter = (query: string) => readWardFilter(new URLSearchParams(query));

describe("the filter", () => {
  const people = [
    {
      patient: aPatient({ id: "a", tier: "T1", conditions: ["copd"] }),
      alerts: [anAlert({ id: "1", severity: "S1", acknowledgedBy: "me" })],
      state: "live",
    },
    {
      patient: aPatient({ id: "b", tier: "T2", institution: "i2", access: { relation: "granted", ground: "referral", untilAt: null } }),
      alerts: [anAlert({ id: "2", severity: "S2" }), anAlert({ id: "3", severity: "S2" })],
      state: "silent",
    },
  ] as const;
  const shown = (query: string) => people.filter((person) => passes(person, filter(query), "me")).map(({ patient }) => patient.id);

  test("shows people by severity, state, tier, institution, condition and holder, and all of them together", () => {
    expect(shown("")).toEqual(["a", "b"]);
    expect(shown("show=S1")).toEqual(["a"]);
    expect(shown("show=silent")).toEqual(["b"]);
    expect(shown("tier=T2")).toEqual(["b"]);
    expect(shown("institution=i1")).toEqual(["a"]);
    expect(shown("condition=copd")).toEqual(["a"]);
    expect(shown("holder=mine")).toEqual(["a"]);
    expect(shown("holder=shared")).toEqual(["b"]);
    expect(shown("holder=team&show=silent")).toEqual([]);
  });

  test("counts people, not alerts, and ignores what an address asks for in vain", () => {
    expect(countShows(people)).toEqual(
      new Map([
        ["S1", 1],
        ["S2", 1],
        ["silent", 1],
      ]),
    );
    expect(filter("show=nonsense&holder=nobody")).toMatchObject({ show: null, holder: null });
  });
});

describe("look-alikes", () => {
  const pairs = (...names: readonly string[]) =>
    [...findLookAlikes(names.map((name, index) => named(String(index), name)))].map(
      ([id, others]) => `${id}~${others.map((other) => other.id).join("")}`,
    );

  test("one character replaced, added or left out is alike; two are not", () => {
    expect(pairs("李桂芳", "李桂芬")).toEqual(["0~1", "1~0"]);
    expect(pairs("李桂芳", "李芳")).toEqual(["1~0", "0~1"].toSorted());
    expect(pairs("李桂芳", "王桂芬")).toEqual([]);
    expect(pairs("Ann Smith", "anne smith")).toHaveLength(2);
    expect(pairs("李桂芳", "李桂芳")).toHaveLength(2);
  });

  test("names that are spoken alike are alike, however they are written", () => {
    expect(Array.from("陈国栋吕任a").map(readingOf)).toEqual(["chen", "guo", "dong", "lu", "ren", "a"]);
    expect(pairs("李贵芳", "黎桂方")).toEqual(["0~1", "1~0"]);
    expect(pairs("李贵芳", "黎桂兰")).toEqual([]);
  });

  test("codes alone are never called alike", () => {
    expect(findLookAlikes([aPatient({ id: "a", pseudonym: "7F3A" }), aPatient({ id: "b", pseudonym: "7F3B" })]).size).toBe(0);
  });

  test("agrees with comparing everybody with everybody", () => {
    const distance = (left: string, right: string): number => {
      const row = Array.from({ length: right.length + 1 }, (_, index) => index);
      for (let i = 1; i <= left.length; i += 1) {
        let diagonal = row[0] ?? 0;
        row[0] = i;
        for (let j = 1; j <= right.length; j += 1) {
          const above = row[j] ?? 0;
          row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (left[i - 1] === right[j - 1] ? 0 : 1));
          diagonal = above;
        }
      }
      return row[right.length] ?? 0;
    };
    const name = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 3, maxLength: 5 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const people = names.map((text, index) => named(String(index), text));
        const found = findLookAlikes(people);
        for (const [left, one] of names.entries())
          for (const [right, other] of names.entries())
            if (left !== right)
              expect(found.get(String(left))?.some(({ id }) => id === String(right)) ?? false).toBe(distance(one, other) <= 1);
      }),
    );
  });
});

test("new is what was raised after this tab first saw the ward, or after the patient's page was last looked at", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const looked = createLooked(storage, () => NOW);
  const alerts = [
    anAlert({ id: "old", raisedAt: NOW - 1 }),
    anAlert({ id: "a", raisedAt: NOW + 1 }),
    anAlert({ id: "b", raisedAt: NOW + 9 }),
  ];
  expect(looked.newOf("p1", alerts)).toBe(2);
  looked.look("p1", NOW + 5);
  expect(looked.newOf("p1", alerts)).toBe(1);
  expect(looked.newOf("p2", alerts)).toBe(2);
  expect(createLooked(storage, () => NOW + 60_000).newOf("p1", alerts)).toBe(1);
  kept.set("homeward.looked", "not ours");
  expect(createLooked(storage, () => NOW + 5).newOf("p1", alerts)).toBe(1);
  looked.forget();
  expect(kept.size).toBe(0);
});

describe("a storm", () => {
  const many = (count: number, everyMs: number, rule = "SPO2-A1") =>
    Array.from({ length: count }, (_, index) =>
      anAlert({ id: `${rule}-${index}`, rule: { id: rule, version: 1 }, raisedAt: NOW - (count - index) * everyMs }),
    );

  test("begins with more than twenty in a minute, is told with its main cause, and is over five minutes later", () => {
    expect(stormOf(many(20, 1_000), NOW)).toBeNull();
    expect(stormOf(many(30, 4_000), NOW)).toBeNull();
    expect(stormOf([...many(18, 1_000), ...many(6, 1_000, "HR-1")], NOW)).toEqual({ count: 24, cause: "SPO2-A1", causeCount: 18 });
    expect(stormOf(many(30, 1_000), NOW + 4 * MINUTE)).not.toBeNull();
    expect(stormOf(many(30, 1_000), NOW + 6 * MINUTE)).toBeNull();
  });

  test("keeps causes together, the worst person's first, and leaves nobody out", () => {
    const needs = ["b", "a", "b", "c", "a"].map((rule, index) => ({
      alert: anAlert({ id: String(index), rule: { id: rule, version: 1 } }),
      code: "",
    }));
    expect(groupByCause(needs).map(({ alert }) => alert.rule.id)).toEqual(["b", "b", "a", "a", "c"]);
  });
});

test("rows wait for their place under a pointer, and take it when it leaves", () => {
  const order = createOrderHolder();
  expect(order(["a", "b", "c"], false).order).toEqual(["a", "b", "c"]);
  expect(order(["new", "c", "a"], true)).toEqual({ order: ["a", "c", "new"], moved: 2 });
  expect(order(["new", "c", "a"], false)).toEqual({ order: ["new", "c", "a"], moved: 0 });
});

test("who stood in Steady keeps the place while they need somebody, until another filter is chosen or they leave", () => {
  const [a, b, c] = [named("a", "安"), named("b", "白"), named("c", "蔡")];
  const keep = createPlaceKeeper();
  const ids = (steady: readonly ReturnType<typeof named>[], view = "", known = [a, b, c]) =>
    keep(steady, view, (id) => known.find((patient) => patient.id === id)).map(({ id }) => id);
  expect(ids([a, b])).toEqual(["a", "b"]);
  expect(ids([b, c])).toEqual(["a", "b", "c"]);
  expect(ids([b, c], "", [b, c])).toEqual(["b", "c"]);
  expect(ids([c], "T2")).toEqual(["c"]);
});

test("the ward tells how everybody's data are, also of those who need somebody", () => {
  const patients = [aPatient({ id: "p1" }), aPatient({ id: "p2" })];
  const groups = groupWard(patients, [anAlert({ id: "1" })], ({ id }) => (id === "p1" ? "off_body" : "live"), NOW);
  expect([groups.needs.length, groups.today.length, groups.steady.length]).toEqual([1, 0, 1]);
  expect(groups.states.get("p1")).toBe("off_body");
});

test("late values of a probe that the series knows to be off are called off body, not stale", () => {
  const reading = { patient: "p1", metric: "spo2", t: NOW - 10 * MINUTE, value: 95, quality: "good" } as const;
  const facts = {
    patient: aPatient({ id: "p1" }),
    streams: { spo2: { newest: reading, good: reading } },
    alerts: [],
    everyS: () => 1,
    now: NOW,
  };
  expect(tileStateOf(facts)).toBe("stale");
  expect(tileStateOf({ ...facts, gapNow: "probe_off" })).toBe("off_body");
  expect(tileStateOf({ ...facts, now: NOW - 10 * MINUTE, gapNow: "probe_off" })).toBe("live");
});

test("a tile is as late as the value it leads with; another late one does not make it stale", () => {
  const at = (metric: string, ageMs: number) => {
    const newest = { patient: "p1", metric, t: NOW - ageMs, value: 90, quality: "good" } as const;
    return { newest, good: newest };
  };
  const facts = { patient: aPatient({ id: "p1" }), alerts: [], everyS: () => 1, now: NOW };
  const streams = { spo2: at("spo2", 0), resp_rate: at("resp_rate", 10 * MINUTE) };
  expect(tileStateOf({ ...facts, streams, leading: "spo2" })).toBe("live");
  expect(tileStateOf({ ...facts, streams, leading: "resp_rate" })).toBe("stale");
  expect(tileStateOf({ ...facts, streams })).toBe("stale");
});
