/** Many simulated people against the published figures: levels, spreads, persistence, nights, steps, gait (domain 5.1–5.5). */
import { describe, expect, test } from "vitest";
import type { Body } from "#simulators/people/body.ts";
import { personas } from "#simulators/people/personas.ts";
import { autocorrelation, correlation, live, mean, personFor, sd } from "#tests/unit/simulators/live-person.ts";

const DAY_S = 86_400;
const PEOPLE = 40;
const KEYS = personas.map(({ key }) => key);

const column = (bodies: readonly Body[], of: (body: Body) => number): number[] => bodies.map(of);
const resting = (bodies: readonly Body[]): Body[] => bodies.filter(({ activity }) => activity === "resting");
const asleep = (bodies: readonly Body[]): Body[] => bodies.filter((body) => body.asleep);

interface Member {
  readonly spo2: number;
  readonly pulse: number;
  readonly respRate: number;
  readonly pef: number;
  readonly fev1: number;
  readonly steps: number;
  readonly speed: number;
}

/** Daily means of many members of a persona, in strides of a minute. */
const members = (key: string): Member[] =>
  Array.from({ length: PEOPLE }, (_, seed) => {
    const day = live({ key, seed, varied: true, seconds: DAY_S, strideS: 60 });
    const rest = resting(day);
    const walks = day.flatMap(({ gait }) => (gait === null ? [] : [gait.speed]));
    return {
      spo2: mean(column(rest, ({ spo2 }) => spo2)),
      pulse: mean(column(rest, ({ pulse }) => pulse)),
      respRate: mean(column(rest, ({ respRate }) => respRate)),
      pef: mean(column(rest, ({ pef }) => pef)),
      fev1: mean(column(rest, ({ fev1 }) => fev1)),
      steps: day.reduce((sum, { steps }) => sum + steps, 0),
      speed: walks.length === 0 ? Number.NaN : mean(walks),
    };
  });

/** Mean and between-person SD as published (domain 5.2); steps and speed of `tka` at week 3 of its curve. */
const PUBLISHED: Readonly<Record<string, Partial<Record<keyof Member, readonly [number, number]>>>> = {
  healthy_older: {
    spo2: [96.5, 1.7],
    pulse: [70, 8],
    respRate: [16, 2],
    pef: [350, 55],
    fev1: [2.1, 0.4],
    steps: [6_500, 2_500],
    speed: [1.21, 0.19],
  },
  copd_gold2: {
    spo2: [94.5, 1.5],
    pulse: [78, 9],
    respRate: [18, 3],
    pef: [235, 60],
    fev1: [1.5, 0.4],
    steps: [4_500, 2_200],
    speed: [1.05, 0.2],
  },
  copd_gold3: {
    spo2: [92, 2],
    pulse: [84, 10],
    respRate: [20, 3],
    pef: [162, 40],
    fev1: [1, 0.3],
    steps: [2_800, 1_600],
    speed: [0.9, 0.2],
  },
  copd_gold3_custom: {
    spo2: [92, 2],
    pulse: [84, 10],
    respRate: [20, 3],
    pef: [162, 40],
    fev1: [1, 0.3],
    steps: [2_800, 1_600],
    speed: [0.9, 0.2],
  },
  asthma: { spo2: [97, 1], pulse: [74, 9], respRate: [16, 2], pef: [430, 90], fev1: [2.7, 0.6], steps: [7_000, 2_800], speed: [1.3, 0.15] },
  covid_like: { spo2: [96.5, 1.2], pulse: [78, 9], respRate: [17, 2], steps: [3_000, 1_200] },
  tka: { spo2: [96, 1.3], pulse: [76, 9], respRate: [16, 2] },
  stroke: { spo2: [96, 1.5], pulse: [74, 9], respRate: [16, 2], steps: [3_000, 1_900], speed: [0.74, 0.42] },
  parkinson: { spo2: [96.5, 1.3], pulse: [72, 9], respRate: [16, 2], steps: [4_200, 2_200], speed: [1.05, 0.14] },
};

describe("people of a persona", () => {
  test.each(Object.entries(PUBLISHED))("%s differ from each other as the published group does", (key, published) => {
    const group = members(key);
    for (const [signal, [level, spread]] of Object.entries(published) as [keyof Member, readonly [number, number]][]) {
      const values = group.map((member) => member[signal]).filter((value) => !Number.isNaN(value));
      // Saturation and breathing are cut where a doctor would have chosen another profile: the quiet half of the group.
      const cut = signal === "spo2" || signal === "respRate";
      expect.soft(Math.abs(mean(values) - level) / spread, `${key} ${signal} mean ${mean(values)}`).toBeLessThan(cut ? 1.15 : 0.4);
      expect.soft(sd(values) / spread, `${key} ${signal} SD ${sd(values)}`).toBeLessThan(1.35);
      expect.soft(sd(values) / spread, `${key} ${signal} SD ${sd(values)}`).toBeGreaterThan(cut ? 0.12 : 0.5);
    }
  });

  test("with a good FEV1 have a good peak flow", () => {
    const group = members("asthma");
    expect(
      correlation(
        group.map(({ fev1 }) => fev1),
        group.map(({ pef }) => pef),
      ),
    ).toBeGreaterThan(0.55);
  });

  test("a member's own reference values follow its own levels", () => {
    const own = Array.from({ length: PEOPLE }, (_, seed) => personFor({ key: "asthma", seed, varied: true }));
    const best = own.map(({ baseline }) => baseline["pef"] as number);
    expect(sd(best)).toBeGreaterThan(40);
    for (const [index, person] of own.entries()) {
      const noon = person.step(Date.UTC(2026, 2, 3, 4));
      expect(noon.pef / (best[index] as number)).toBeGreaterThan(0.88);
    }
  });
});

describe("a day of anybody", () => {
  test.each(KEYS)("%s stays finite and inside the catalogue's hard limits", (key) => {
    const limits: Readonly<Record<string, readonly [number, number]>> = {
      spo2: [50, 100],
      pulse: [20, 250],
      perfusion: [0.02, 20],
      coreTemp: [30, 43],
      skinTemp: [15, 43],
      systolic: [50, 280],
      diastolic: [20, 180],
      etco2: [5, 100],
      pef: [30, 900],
      fev1: [0.2, 7],
      fvc: [0.3, 9],
      symptoms: [0, 10],
      grip: [0, 100],
      chairStandS: [3, 120],
    };
    for (const seed of [1, 2, 3])
      for (const body of live({ key, seed, varied: true, seconds: DAY_S, strideS: 20 })) {
        for (const [signal, value] of Object.entries(body))
          if (typeof value === "number" && !Number.isFinite(value)) throw new Error(signal);
        for (const [signal, [low, high]] of Object.entries(limits)) {
          const value = body[signal as keyof Body] as number;
          if (value < low || value > high) throw new Error(`${signal} ${value}`);
        }
        if (body.respRate !== 0 && (body.respRate < 3 || body.respRate > 60)) throw new Error(`respRate ${body.respRate}`);
        if (body.fev1 >= body.fvc) throw new Error("fev1 over fvc");
        const { gait } = body;
        if (gait !== null && gait.speed !== (gait.stride * gait.cadence) / 120) throw new Error("speed is not stride × cadence / 120");
      }
  });

  test.each(["healthy_older", "copd_gold2", "copd_gold3"])(
    "%s sinks in sleep: saturation, pulse, breathing, pressure; the skin warms",
    (key) => {
      const day = live({ key, seconds: DAY_S, strideS: 10 });
      const [night, awake] = [asleep(day), resting(day)];
      const fall = (of: (body: Body) => number): number => mean(column(awake, of)) - mean(column(night, of));
      const copd = key !== "healthy_older";
      expect(fall(({ spo2 }) => spo2)).toBeGreaterThan(copd ? 1.3 : 0.7);
      expect(fall(({ spo2 }) => spo2)).toBeLessThan(copd ? 4 : 2);
      expect(fall(({ pulse }) => pulse)).toBeGreaterThan(8);
      expect(fall(({ pulse }) => pulse)).toBeLessThan(18);
      expect(fall(({ respRate }) => respRate)).toBeGreaterThan(0.8);
      const dip = fall(({ systolic }) => systolic) / mean(column(awake, ({ systolic }) => systolic));
      expect(dip).toBeGreaterThan(0.08);
      expect(dip).toBeLessThan(0.18);
      expect(fall(({ skinTemp }) => skinTemp)).toBeLessThan(-0.3);
      expect(fall(({ coreTemp }) => coreTemp)).toBeGreaterThan(0.2);
      expect(fall(({ etco2 }) => etco2)).toBeLessThan(-1);
    },
  );
});

describe("signals", () => {
  const afternoon = (key: string, seed: number): Body[] => resting(live({ key, seed, from: Date.UTC(2026, 2, 3, 5), seconds: 3 * 3_600 }));

  test("persist from second to second as published", () => {
    const rest = afternoon("healthy_older", 3);
    expect(
      autocorrelation(
        column(rest, ({ spo2 }) => spo2),
        1,
      ),
    ).toBeGreaterThan(0.965);
    expect(
      autocorrelation(
        column(rest, ({ spo2 }) => spo2),
        300,
      ),
    ).toBeLessThan(0.5);
    const pulse = autocorrelation(
      column(rest, (body) => body.pulse),
      1,
    );
    expect(pulse).toBeGreaterThan(0.95);
    expect(pulse).toBeLessThan(0.995);
    const breathing = autocorrelation(
      column(rest, ({ respRate }) => respRate),
      60,
    );
    expect(breathing).toBeGreaterThan(0.55);
    expect(breathing).toBeLessThan(0.9);
    const perfusion = column(rest, (body) => Math.log(body.perfusion));
    expect(sd(perfusion)).toBeGreaterThan(0.2);
    expect(sd(perfusion)).toBeLessThan(0.5);
    expect(autocorrelation(perfusion, 1)).toBeGreaterThan(0.97);
  });

  test("have the published spread within a day", () => {
    const within = (key: string, of: (body: Body) => number): number =>
      mean([1, 2, 3, 4].map((seed) => sd(column(afternoon(key, seed), of))));
    expect(within("healthy_older", ({ spo2 }) => spo2)).toBeCloseTo(0.6, 0);
    expect(within("copd_gold3", ({ spo2 }) => spo2)).toBeGreaterThan(0.7);
    expect(within("copd_gold3", ({ spo2 }) => spo2)).toBeLessThan(1.8);
    expect(within("healthy_older", ({ pulse }) => pulse)).toBeGreaterThan(2.5);
    expect(within("healthy_older", ({ pulse }) => pulse)).toBeLessThan(6);
    expect(within("healthy_older", ({ respRate }) => respRate)).toBeGreaterThan(1);
    expect(within("healthy_older", ({ respRate }) => respRate)).toBeLessThan(2.5);
  });

  test("of pulse and breathing go together, of saturation and pulse against each other", () => {
    const rest = afternoon("copd_gold2", 5);
    const together = correlation(
      column(rest, (body) => body.pulse),
      column(rest, ({ respRate }) => respRate),
    );
    expect(together).toBeGreaterThan(0.2);
    expect(together).toBeLessThan(0.65);
    // Daily means over a month of one person.
    const person = personFor({ key: "copd_gold2", seed: 2 });
    const days = Array.from({ length: 60 }, (_, day) => {
      const bodies = Array.from({ length: 24 }, (__, slot) =>
        person.step(Date.UTC(2026, 2, 3, 1) + day * DAY_S * 1_000 + slot * 1_500_000),
      );
      return { spo2: mean(column(bodies, ({ spo2 }) => spo2)), pulse: mean(column(bodies, ({ pulse }) => pulse)) };
    });
    expect(
      correlation(
        days.map(({ spo2 }) => spo2),
        days.map(({ pulse }) => pulse),
      ),
    ).toBeLessThan(0);
  });

  test("of the lungs swing over the day as published: 5 % in stable asthma, lowest in the early morning", () => {
    // Over several people: the days of one also differ by how open the airways are.
    const days = Array.from({ length: 12 }, (_, seed) => live({ key: "asthma", seed, seconds: DAY_S, strideS: 60 }));
    const day = (days[0] ?? []).map((__, minute) => mean(days.map((bodies) => bodies[minute]?.pef ?? Number.NaN)));
    const swing = (100 * (Math.max(...day) - Math.min(...day))) / mean(day);
    expect(swing).toBeGreaterThan(3.5);
    expect(swing).toBeLessThan(10);
    const hourOf = (value: number): number => day.indexOf(value) / 60;
    expect(hourOf(Math.min(...day))).toBeLessThan(9);
    expect(hourOf(Math.max(...day))).toBeGreaterThan(11);
  });
});

describe("nights", () => {
  /** Falls of at least `points` from the mean of two minutes before within 90 s, that come back by two thirds (domain 5.3). */
  const desaturations = (night: readonly number[], points: number): number => {
    let events = 0;
    const sums = [0];
    for (const value of night) sums.push((sums.at(-1) as number) + value);
    for (let at = 120; at < night.length - 1; at++) {
      const before = ((sums[at - 30] as number) - (sums[at - 120] as number)) / 90;
      const value = night[at] as number;
      if (before - value < points) continue;
      let nadir = value;
      let until = at;
      while (until < night.length - 1 && before - (night[until] as number) > (before - nadir) / 3)
        nadir = Math.min(nadir, night[until++] as number);
      events++;
      at = until + 60;
    }
    return events;
  };
  const index = (key: string, points: number): number =>
    mean(
      [1, 2, 3].map((seed) => {
        const night = asleep(live({ key, seed, from: Date.UTC(2026, 2, 3, 15), seconds: 7 * 3_600 }));
        // Smoothed as an oximeter would.
        const spo2 = column(night, (body) => body.spo2);
        let shown = spo2[0] as number;
        const smooth = spo2.map((value) => (shown += (value - shown) / 6));
        return desaturations(smooth, points) / (night.length / 3_600);
      }),
    );

  test("are calm in healthy people and broken in those with COPD or a weak heart", () => {
    const healthy = index("healthy_older", 3);
    expect(healthy).toBeLessThan(5);
    expect(index("copd_gold3", 3)).toBeGreaterThan(healthy);
    expect(index("heart_failure_copd", 3)).toBeGreaterThan(healthy);
  });

  test("of a weak heart have trains of apnoeas: breathing stops for 10 to 40 s and overshoots", () => {
    const night = [1, 2, 3, 4].flatMap((seed) =>
      live({ key: "heart_failure_copd", seed, from: Date.UTC(2026, 2, 3, 15), seconds: 7 * 3_600 }),
    );
    const stops: number[] = [];
    let still = 0;
    for (const { respRate } of night) {
      if (respRate === 0) still++;
      else if (still > 0) {
        stops.push(still);
        still = 0;
      }
    }
    expect(stops.length).toBeGreaterThan(20);
    expect(Math.min(...stops)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...stops)).toBeLessThanOrEqual(41);
  });

  test("without the mask are worse than nights with it", () => {
    const nights = Array.from({ length: 60 }, (_, seed) =>
      asleep(live({ key: "niv", seed, from: Date.UTC(2026, 2, 3, 15), seconds: 7 * 3_600, strideS: 30 })),
    );
    const t90 = (night: readonly Body[]): number => night.filter(({ spo2 }) => spo2 < 88).length / night.length;
    const without = nights.filter((night) => night.every(({ papOn }) => !papOn));
    const used = nights.filter((night) => night.some(({ papOn }) => papOn));
    expect(without.length).toBeGreaterThan(0);
    expect(mean(without.map(t90))).toBeGreaterThan(2 * mean(used.map(t90)));
    const hours = mean(used.map((night) => (night.filter(({ papOn }) => papOn).length * 30) / 3_600));
    expect(hours).toBeGreaterThan(5);
    expect(hours).toBeLessThan(7.2);
  });
});
