/** The engine against a naive oracle on random streams, and its promises about replay, restart and repeats. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import type { SpO2Profile } from "#core/people.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import type { Sample } from "#core/samples/sample.ts";
import { P1, sample, START, Ward } from "#tests/unit/rules/ward.ts";
import { oracle, type OracleRule, type OracleSample } from "./engine-oracle.ts";

const MIN = 60_000;

const standard: readonly OracleRule[] = [
  {
    id: "SPO2-A1",
    family: "A",
    branches: [
      { severity: "S2", holds: (v) => v <= 91, holdMs: 5 * MIN },
      { severity: "S1", holds: (v) => v <= 88, holdMs: 3 * MIN },
    ],
    clears: (v) => v >= 93,
    clearMs: 10 * MIN,
    latches: true,
  },
  {
    id: "SPO2-A2",
    family: "A",
    branches: [{ severity: "S3", holds: (v) => v > 91 && v < 94, holdMs: 10 * MIN }],
    clears: (v) => v >= 94,
    clearMs: 15 * MIN,
    latches: false,
  },
];
const target: readonly OracleRule[] = [
  {
    id: "SPO2-C1",
    family: "C",
    branches: [{ severity: "S1", holds: (v) => v <= 83, holdMs: 3 * MIN }],
    clears: (v) => v >= 86,
    clearMs: 10 * MIN,
    latches: true,
  },
  {
    id: "SPO2-C2",
    family: "C",
    branches: [{ severity: "S2", holds: (v) => v > 83 && v < 86, holdMs: 10 * MIN }],
    clears: (v) => v >= 88,
    clearMs: 15 * MIN,
    latches: true,
  },
  {
    id: "SPO2-C3",
    family: "C",
    branches: [{ severity: "S3", holds: (v) => v >= 86 && v < 88, holdMs: 15 * MIN }],
    clears: (v) => v >= 88,
    clearMs: 30 * MIN,
    latches: false,
  },
];
/** A lower limit of 90: the rules lie over one another, and the worse covers the others while it holds. */
const custom: readonly OracleRule[] = [
  {
    id: "SPO2-T1",
    family: "T",
    branches: [{ severity: "S1", holds: (v) => v <= 84, holdMs: 3 * MIN }],
    clears: (v) => v >= 86,
    clearMs: 10 * MIN,
    latches: true,
  },
  {
    id: "SPO2-T2",
    family: "T",
    branches: [{ severity: "S2", holds: (v) => v <= 87, holdMs: 10 * MIN }],
    clears: (v) => v >= 89,
    clearMs: 15 * MIN,
    latches: true,
  },
  {
    id: "SPO2-T3",
    family: "T",
    branches: [{ severity: "S3", holds: (v) => v < 90, holdMs: 15 * MIN }],
    clears: (v) => v >= 92,
    clearMs: 30 * MIN,
    latches: false,
  },
];
const pulse: readonly OracleRule[] = [
  {
    id: "HR-1",
    family: "H",
    branches: [
      { severity: "S2", holds: (v) => v >= 131, holdMs: 5 * MIN },
      { severity: "S2", holds: (v) => v <= 40, holdMs: 5 * MIN },
      { severity: "S1", holds: (v) => v >= 150, holdMs: 3 * MIN },
      { severity: "S1", holds: (v) => v <= 35, holdMs: 3 * MIN },
    ],
    clears: (v) => v >= 45 && v <= 120,
    clearMs: 10 * MIN,
    latches: true,
  },
  {
    id: "HR-2",
    family: "H",
    branches: [{ severity: "S2", holds: (v) => v >= 111 && v < 131, holdMs: 15 * MIN }],
    clears: (v) => v <= 105,
    clearMs: 15 * MIN,
    latches: true,
  },
];
const breathing: readonly OracleRule[] = [
  {
    id: "RR-1",
    family: "R",
    branches: [
      { severity: "S2", holds: (v) => v >= 25, holdMs: 10 * MIN },
      { severity: "S1", holds: (v) => v >= 30, holdMs: 5 * MIN },
    ],
    clears: (v) => v <= 22,
    clearMs: 15 * MIN,
    latches: true,
  },
  {
    id: "RR-2",
    family: "R",
    branches: [{ severity: "S3", holds: (v) => v >= 21 && v < 25, holdMs: 30 * MIN }],
    clears: (v) => v <= 20,
    clearMs: 30 * MIN,
    latches: false,
  },
  {
    id: "RR-3",
    family: "L",
    branches: [{ severity: "S1", holds: (v) => v <= 8, holdMs: 5 * MIN }],
    clears: (v) => v >= 12,
    clearMs: 10 * MIN,
    latches: true,
  },
];

interface Part {
  readonly level: number;
  readonly samples: number;
  readonly jitter: number;
  readonly bad: number;
  readonly gapS: number;
}

const parts = (low: number, high: number, most: number) =>
  fc.array(
    fc.record({
      level: fc.integer({ min: low, max: high }),
      samples: fc.integer({ min: 3, max: most }),
      jitter: fc.constantFrom(0, 0, 1, 2),
      bad: fc.constantFrom(0, 0, 0, 0.2, 0.5, 1),
      gapS: fc.constantFrom(0, 0, 0, 20, 50, 70, 130, 400),
    }),
    { minLength: 2, maxLength: 14 },
  );

/** A stream without jumps that the rate-of-change check would take out. */
const draw = (
  chosen: readonly Part[],
  everyS: number,
  steepest: number,
  seed: number,
  grain: (chance: number) => number = () => 0,
): OracleSample[] => {
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 4_294_967_296;
  };
  const samples: OracleSample[] = [];
  let t = START;
  let value = chosen[0]?.level ?? 95;
  for (const { level, samples: count, jitter, bad, gapS } of chosen) {
    for (let index = 0; index < count; index++) {
      const wanted = level + Math.round((noise() * 2 - 1) * jitter);
      value += Math.max(-steepest, Math.min(steepest, wanted - value));
      samples.push({ t, value: value + grain(noise()), bad: noise() < bad });
      t += everyS * 1000;
    }
    t += gapS * 1000;
  }
  return samples;
};

const engineStory = (
  metric: string,
  samples: readonly OracleSample[],
  everyS: number,
  profile: SpO2Profile,
  ids: readonly string[],
): string[] => {
  const ward = Ward.standard({ profile, ...(profile === "custom_target" ? { spo2LowerLimit: 90 } : {}) }, { [metric]: everyS });
  for (const { t, value, bad } of samples) ward.send([sample(metric, t, value, { quality: bad ? 2 : 0 })], t);
  return ward.events.flatMap((event) => {
    if (event.kind !== "alert" || event.type === null || event.type === "alert.escalated" || !ids.includes(event.alert.rule.id)) return [];
    const type = event.type.replace("alert.", "");
    return [`${event.alert.rule.id} ${type}${type === "raised" ? ` ${event.alert.severity}` : ""} @${event.at}`];
  });
};

describe("the engine says what the oracle says", () => {
  const cases = [
    ["SpO2 on the standard profile", "spo2", 10, standard, "standard", 84, 98, 6, MIN, 0.7, 90],
    ["SpO2 on the 88–92 target", "spo2", 10, target, "hypercapnic_target", 78, 92, 6, MIN, 0.7, 110],
    ["SpO2 below the patient's own limit", "spo2", 10, custom, "custom_target", 80, 95, 6, MIN, 0.7, 110],
    ["pulse", "pulse_rate", 10, pulse, "standard", 30, 160, 39, MIN, 0.7, 90],
    ["respiratory rate", "resp_rate", 60, breathing, "standard", 5, 35, 40, 5 * MIN, 0.6, 50],
  ] as const;
  for (const [name, metric, everyS, rules, profile, low, high, steepest, window, minValid, most] of cases) {
    test(`for random streams of ${name}`, () => {
      fc.assert(
        fc.property(parts(low, high, most), fc.integer({ min: 1, max: 1_000_000 }), (chosen, seed) => {
          const samples = draw(chosen, everyS, steepest, seed);
          const ids = rules.map(({ id }) => id);
          expect(engineStory(metric, samples, everyS, profile, ids)).toEqual(oracle(samples, rules, window, everyS * 1000, minValid));
        }),
        { numRuns: 120 },
      );
    });
  }
});

describe("the engine says what the oracle says of values between whole numbers", () => {
  const grains = {
    tenths: (chance: number): number => Math.floor(chance * 10) / 10,
    "tenths and, now and then, what is no decimal": (chance: number): number => (chance < 0.9 ? Math.floor(chance * 10) / 10 : chance / 3),
    "no decimals": (chance: number): number => chance / 3,
  };
  for (const [name, grain] of Object.entries(grains)) {
    test(name, () => {
      fc.assert(
        fc.property(parts(84, 98, 90), parts(30, 160, 90), fc.integer({ min: 1, max: 1_000_000 }), (oxygen, pulses, seed) => {
          const spo2 = draw(oxygen, 10, 6, seed, grain);
          expect(engineStory("spo2", spo2, 10, "standard", ["SPO2-A1", "SPO2-A2"])).toEqual(oracle(spo2, standard, MIN, 10_000, 0.7));
          const rate = draw(pulses, 10, 39, seed, grain);
          expect(engineStory("pulse_rate", rate, 10, "standard", ["HR-1", "HR-2"])).toEqual(oracle(rate, pulse, MIN, 10_000, 0.7));
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe("no value lies between two rules of a family", () => {
  const families = [
    ["standard", "spo2", "SPO2-A", 60, 93.999, {}],
    ["hypercapnic_target", "spo2", "SPO2-C", 60, 87.999, {}],
    ["custom_target", "spo2", "SPO2-T", 60, 89.999, { spo2LowerLimit: 90 }],
    ["standard", "pulse_rate", "HR", 111, 200, {}],
    ["standard", "resp_rate", "RR", 21, 50, {}],
  ] as const;
  for (const [profile, metric, family, from, to, more] of families) {
    test(`${family}: whatever is held from ${from} to ${to} raises exactly one alert`, () => {
      fc.assert(
        fc.property(fc.double({ min: from, max: to, noNaN: true }), (value) => {
          const ward = Ward.standard({ profile, ...more }, { [metric]: 30 });
          for (let s = 0; s < 45 * 60; s += 30) ward.send([sample(metric, START + s * 1000, value)]);
          const open = new Map(ward.engine.alertsOf(P1).map((alert) => [alert.id, alert.rule.id]));
          expect([...open.values()].filter((rule) => rule.startsWith(family))).toHaveLength(1);
        }),
        { numRuns: 40 },
      );
    });
  }

  test("single temperatures and peak flows likewise", () => {
    fc.assert(
      fc.property(fc.double({ min: 38.1, max: 42, noNaN: true }), fc.double({ min: 40, max: 399.9, noNaN: true }), (fever, flow) => {
        const ward = Ward.standard({ baseline: { pef: 500 } }, { body_temp: 43_200, pef: 43_200 });
        for (const after of [0, 5 * MIN]) ward.send([sample("body_temp", START + after, fever), sample("pef", START + after, flow)]);
        const rules = ward.engine.alertsOf(P1).map((alert) => alert.rule.id.slice(0, 4));
        expect(rules.toSorted()).toEqual(["ASTH", "TEMP"]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Entries of a lively ward: streams, gaps, bad samples, disorder, ticks, acts are left out (they need the alerts). */
const lively = (chosen: readonly Part[], seed: number): JournalEntry[] => {
  const ward = Ward.standard({ baseline: { spo2: 97, pef: 500 } }, { spo2: 10, pulse_rate: 10, pef: 43_200 });
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 4_294_967_296;
  };
  for (const { t, value, bad } of draw(chosen, 10, 6, seed)) {
    const samples: Sample[] = [sample("spo2", t, value, { quality: bad ? 2 : noise() < 0.1 ? 1 : 0 })];
    if (noise() < 0.3) samples.push(sample("pulse_rate", t, 60 + Math.round(noise() * 80)));
    if (noise() < 0.02) samples.push(sample("pef", t, 150 + Math.round(noise() * 400)));
    if (noise() < 0.1) samples.push(sample("spo2", t - 5_000 - Math.round(noise() * 50_000), value));
    ward.send(samples, Math.max(ward.now, t + Math.round(noise() * 3_000)));
    if (noise() < 0.2 && ward.nextWakeAt < ward.now + 60_000) ward.tick(ward.now + 1);
  }
  ward.tick(ward.now + 40 * MIN);
  return ward.entries;
};

const run = (entries: readonly JournalEntry[]): EngineEvent[] => {
  const engine = createEngine({ rules: shippedRules });
  return entries.flatMap((entry) => [...engine.step(entry).events]);
};

describe("the engine keeps its promises", () => {
  test("the same entries give the same events", () => {
    fc.assert(
      fc.property(parts(84, 98, 60), fc.integer({ min: 1, max: 1_000_000 }), (chosen, seed) => {
        const entries = lively(chosen, seed);
        expect(JSON.stringify(run(entries))).toBe(JSON.stringify(run(entries)));
      }),
      { numRuns: 15 },
    );
  });

  test("a restart from a checkpoint anywhere gives the same later events", () => {
    fc.assert(
      fc.property(
        parts(84, 98, 60),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (chosen, seed, where) => {
          const entries = lively(chosen, seed);
          const cut = Math.floor(where * entries.length);
          const first = createEngine({ rules: shippedRules });
          const parts = new Map<string, Uint8Array>();
          const keep = (checkpoint: Iterable<EngineCheckpoint>): void => {
            for (const { key, bytes } of checkpoint) {
              if (bytes === null) parts.delete(key);
              else parts.set(key, bytes);
            }
          };
          for (const [index, entry] of entries.slice(0, cut).entries()) {
            first.step(entry);
            if (index % 97 === 0) keep(first.checkpoint());
          }
          keep(first.checkpoint());
          const second = createEngine({ rules: shippedRules, restore: [...parts].map(([key, bytes]) => ({ key, bytes })) });
          for (const entry of entries.slice(cut)) expect(second.step(entry).events).toEqual(first.step(entry).events);
        },
      ),
      { numRuns: 80 },
    );
  });

  test("disorder inside the bound leaves onset and values as if everything had come in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 88, max: 95 }), { minLength: 6, maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 150, maxLength: 150 }),
        (middle, delays) => {
          const values = [...Array.from({ length: 30 }, () => 95), ...middle, ...Array.from({ length: 70 }, () => 90)];
          const inOrder = values.map((value, index) => ({ value, t: START + index * 10_000, delay: delays[index] ?? 0 }));
          const shuffled = inOrder.toSorted((a, b) => a.t + a.delay - (b.t + b.delay));
          const told = (samples: typeof inOrder): unknown => {
            const ward = Ward.standard({}, { spo2: 10 });
            for (const { t, value, delay } of samples) ward.send([sample("spo2", t, value)], Math.max(ward.now, t + delay));
            const { onsetAt, severity, threshold, value } = ward.newest("SPO2-A1");
            return { onsetAt, severity, threshold, value };
          };
          expect(told(shuffled)).toEqual(told(inOrder));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("samples sent again change nothing, and no event has the key of another", () => {
    fc.assert(
      fc.property(parts(84, 98, 60), fc.integer({ min: 1, max: 1_000_000 }), (chosen, seed) => {
        const entries = lively(chosen, seed);
        const twice = entries.flatMap((entry): JournalEntry[] => (entry.kind === "message" ? [entry, entry] : [entry]));
        const once = run(entries);
        const alerts = (events: readonly EngineEvent[]): string[] => events.flatMap((event) => (event.kind === "alert" ? [event.key] : []));
        expect(alerts(run(twice))).toEqual(alerts(once));
        const keys = once.flatMap((event) => ("key" in event ? [event.key] : []));
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 120 },
    );
  });
});
