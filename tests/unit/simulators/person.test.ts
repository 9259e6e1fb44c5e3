/** One simulated person: the same seed tells the same day, signals answer each other, plans are kept or skipped, episodes are honoured. */
import { describe, expect, test } from "vitest";
import type { Body, Deed } from "#simulators/people/body.ts";
import type { Episode, Offsets } from "#simulators/people/episode.ts";
import { personas } from "#simulators/people/personas.ts";
import { ExerciseResponse } from "#simulators/physiology/exercise-response.ts";
import { correlation, type Life, live, mean, MIDNIGHT, personaOf, personFor } from "./live-person.ts";

const HOUR = 3_600_000;
const NOON = MIDNIGHT + 12 * HOUR;
const DAY_S = 86_400;

const deedsOf = (bodies: readonly Body[]): (readonly [Deed, number])[] =>
  bodies.flatMap(({ deeds, t }) => deeds.map((deed) => [deed, t] as const));
const count = (bodies: readonly Body[], deed: Deed): number => deedsOf(bodies).filter(([name]) => name === deed).length;

/** From a minute after the origin on, for good. */
const always = (offsets: Offsets, more: Partial<Episode> = {}): Episode[] => [
  { kind: "test", onsetMin: 0, peakMin: 1, endMin: 1e6, offsets, ...more },
];

describe("the twelve", () => {
  test("are twelve, with a title, devices and a profile that a doctor could enrol", () => {
    expect(personas).toHaveLength(12);
    expect(new Set(personas.map(({ key }) => key)).size).toBe(12);
    for (const { key, profile, spo2LowerLimit, deviceKinds, title, age } of personas) {
      expect(profile === "custom_target", key).toBe(spo2LowerLimit !== undefined);
      expect(deviceKinds.length, key).toBeGreaterThan(1);
      expect(title.zh.length * title.en.length, key).toBeGreaterThan(0);
      expect(age).toBeGreaterThan(17);
    }
  });
});

describe("a day", () => {
  const life: Life = { key: "copd_gold3", seed: 11, seconds: 2 * 3_600, from: NOON };

  test("is the same for the same seed, and another for another", () => {
    expect(live(life)).toEqual(live(life));
    expect(live({ ...life, seed: 12 }).map(({ spo2 }) => spo2)).not.toEqual(live(life).map(({ spo2 }) => spo2));
  });

  test("is planned alike wherever the story starts and however long the strides", () => {
    const bySecond = deedsOf(live({ ...life, from: MIDNIGHT, seconds: DAY_S }));
    const byMinute = deedsOf(live({ ...life, from: MIDNIGHT - DAY_S * 1_000, seconds: 2 * DAY_S, strideS: 60 }));
    const today = byMinute.filter(([, t]) => t > MIDNIGHT);
    expect(bySecond.length).toBeGreaterThan(4);
    expect(today.map(([deed]) => deed)).toEqual(bySecond.map(([deed]) => deed));
    for (const [index, [, t]] of today.entries()) expect(t - (bySecond[index]?.[1] ?? 0)).toBeLessThan(60_000);
  });

  test("lived in one great stride loses no deed and about no step", () => {
    const walked = live({ ...life, key: "healthy_older", from: MIDNIGHT, seconds: DAY_S, strideS: 60 });
    const person = personFor({ key: "healthy_older", seed: 11 });
    person.step(MIDNIGHT);
    const leapt = person.step(MIDNIGHT + DAY_S * 1_000);
    expect(leapt.deeds).toEqual(deedsOf(walked).map(([deed]) => deed));
    const steps = walked.reduce((sum, body) => sum + body.steps, 0);
    expect(Math.abs(leapt.steps - steps) / steps).toBeLessThan(0.05);
  });

  test("has the statistics of seconds when it is lived in minutes", () => {
    const spread = (strideS: number): number => {
      const values = live({ key: "copd_gold2", seed: 4, from: NOON, seconds: 6 * 3_600, strideS })
        .filter(({ activity }) => activity === "resting")
        .map(({ spo2 }) => spo2);
      const centre = mean(values);
      return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    };
    expect(spread(60) / spread(1)).toBeGreaterThan(0.8);
    expect(spread(60) / spread(1)).toBeLessThan(1.25);
  });

  test("has sleep, rest, walks, exercise and recovery, and what belongs to each", () => {
    const day = live({ key: "tka", seconds: DAY_S, strideS: 5, adherence: 1 });
    expect(new Set(day.map(({ activity }) => activity))).toEqual(new Set(["asleep", "resting", "walking", "exercising", "recovering"]));
    for (const { activity, asleep, gait, session, steps } of day) {
      expect(asleep).toBe(activity === "asleep");
      if (activity === "asleep") expect([gait, session, steps]).toEqual([null, null, 0]);
      if (activity === "walking") expect(gait).not.toBeNull();
      expect(session !== null).toBe(activity === "exercising");
    }
  });
});

describe("signals answer each other", () => {
  test("a fall of saturation is followed by the breathing and then by the pulse", () => {
    const hour: Life = { key: "healthy_older", from: NOON, origin: NOON, seconds: 1_800 };
    const still = { stepsFactor: 0 };
    const calm = live({ ...hour, episodes: always(still) });
    const ill = live({
      ...hour,
      episodes: [...always(still), { kind: "hypoxia", onsetMin: 5, peakMin: 6, endMin: 120, offsets: { spo2: -9 } }],
    });
    // The same seed has the same noise: what differs is the answer.
    const rise = (of: (body: Body) => number): number[] => ill.map((body, second) => of(body) - of(calm[second] as Body));
    const [saturation, breathing, pulse] = [rise(({ spo2 }) => -spo2), rise(({ respRate }) => respRate), rise((body) => body.pulse)];
    const half = (values: readonly number[]): number => values.findIndex((value) => value > (values.at(-1) as number) / 2);
    expect(saturation.at(-1)).toBeCloseTo(9, 0);
    expect(breathing.at(-1)).toBeGreaterThan(4);
    expect(pulse.at(-1)).toBeGreaterThan(8);
    expect(half(breathing)).toBeGreaterThan(half(saturation) + 20);
    expect(half(pulse)).toBeGreaterThan(half(breathing) + 20);
  });

  test("a single drop in the night is answered by six to ten beats after its nadir", () => {
    const night = live({ key: "copd_gold3", from: MIDNIGHT, seconds: 5 * 3_600, episodes: [] });
    // Correlation of saturation with the pulse some seconds later is against each other, and strongest after a delay.
    // Both also wander over many minutes, each its own way: that is taken away first.
    const quick = (values: readonly number[]): number[] =>
      values.slice(60, -60).map((value, at) => value - mean(values.slice(at, at + 120)));
    const spo2 = quick(night.map((body) => body.spo2));
    const pulse = quick(night.map((body) => body.pulse));
    const later = (lag: number): number => correlation(spo2.slice(0, -lag), pulse.slice(lag));
    expect(later(15)).toBeLessThan(-0.15);
    expect(later(15)).toBeLessThan(later(120));
  });

  test("fever brings pulse and breathing along, unless the course says what they do", () => {
    const hour: Life = { key: "healthy_older", from: NOON, origin: NOON - HOUR, seconds: 1_200 };
    const pulseOf = (offsets: Offsets): number =>
      mean(live({ ...hour, episodes: always({ stepsFactor: 0, ...offsets }) }).map(({ pulse }) => pulse));
    const well = pulseOf({});
    expect(pulseOf({ coreTemp: 2 }) - well).toBeGreaterThan(13);
    expect(pulseOf({ coreTemp: 2, pulse: 3 }) - well).toBeCloseTo(3, 0);
  });

  test("too much oxygen lifts saturation in minutes and carbon dioxide in hours, and breathing slows", () => {
    const origin = MIDNIGHT + 10 * HOUR;
    const usual = live({ key: "copd_gold3", seed: 3, from: origin, origin, seconds: 5 * 3_600, strideS: 10 });
    const more = live({
      key: "copd_gold3",
      seed: 3,
      from: origin,
      origin,
      seconds: 5 * 3_600,
      strideS: 10,
      episodes: always({ oxygenFlow: 1 }),
    });
    const differ = (from: number, to: number, of: (body: Body) => number): number =>
      mean(more.slice(from, to).map(of)) - mean(usual.slice(from, to).map(of));
    const breathed = more.slice(1_400, 1_800).filter(({ oxygenFlow }) => oxygenFlow > 0);
    expect(breathed.length).toBeGreaterThan(0);
    expect(differ(0, 1_800, ({ spo2 }) => spo2)).toBeGreaterThan(2);
    expect(differ(1_400, 1_800, ({ etco2 }) => etco2)).toBeGreaterThan(4);
    expect(differ(0, 60, ({ etco2 }) => etco2)).toBeLessThan(2);
    expect(differ(1_000, 1_800, ({ respRate }) => respRate)).toBeLessThan(-0.5);
  });
});

describe("exercise", () => {
  /** Ten minutes of a brisk walk, then ten of rest. */
  const bout = (key: string, slow = false): { readonly pulse: number; readonly spo2: number }[] => {
    const response = new ExerciseResponse(personaOf(key).exercise);
    return Array.from({ length: 1_200 }, (_, second) => {
      response.change(second < 600 ? 1 : 0, slow);
      response.step(1);
      return { pulse: response.pulse, spo2: response.spo2 };
    });
  };

  test("drives the pulse up and lets it come down with the published gains and times", () => {
    const pulse = bout("copd_gold3").map((now) => now.pulse);
    expect(pulse[599]).toBeCloseTo(30, 0);
    expect((pulse[70] as number) / 30).toBeCloseTo(0.63, 1);
    expect((pulse[710] as number) / 30).toBeCloseTo(0.37, 1);
    expect(bout("healthy_older")[599]?.pulse).toBeCloseTo(38, 0);
  });

  test("costs severe COPD six points, healthy people less than one, with a nadir after the stop", () => {
    const spo2 = bout("copd_gold3").map((now) => now.spo2);
    const nadir = spo2.indexOf(Math.min(...spo2));
    expect(Math.min(...spo2)).toBeCloseTo(-6, 0);
    expect(nadir - 600).toBeGreaterThanOrEqual(10);
    expect(nadir - 600).toBeLessThanOrEqual(30);
    expect(Math.min(...bout("healthy_older").map((now) => now.spo2))).toBeGreaterThan(-1);
  });

  test("is followed by five minutes of low saturation when the recovery is a slow one", () => {
    const within = (slow: boolean): number => bout("copd_gold3", slow).findIndex((now, second) => second > 640 && now.spo2 > -2) - 600;
    expect(within(false)).toBeLessThan(120);
    expect(within(true)).toBeGreaterThan(300);
  });

  test("shows in the body: pulse and breathing rise, saturation of severe COPD falls", () => {
    const days = [1, 2, 3, 4].flatMap((seed) =>
      live({ key: "copd_gold3_custom", seed, from: MIDNIGHT + 7 * HOUR, seconds: 8 * 3_600, adherence: 1, strideS: 5 }),
    );
    const during = days.filter(({ session }) => (session?.elapsedS ?? 0) > 240);
    const rest = days.filter(({ activity }) => activity === "resting");
    const differ = (of: (body: Body) => number): number => mean(during.map(of)) - mean(rest.map(of));
    expect(differ(({ pulse }) => pulse)).toBeGreaterThan(12);
    expect(differ(({ respRate }) => respRate)).toBeGreaterThan(5);
    expect(differ(({ spo2 }) => spo2)).toBeLessThan(-2.5);
  });

  test("left off is neither felt nor seen", () => {
    const day = live({ key: "copd_gold3", seconds: DAY_S, strideS: 10, adherence: 0 });
    expect(day.some(({ session: now }) => now !== null)).toBe(false);
  });
});

describe("deeds", () => {
  test("are done morning and evening by who keeps to the plan, and in runs left undone by who does not", () => {
    const fortnight = (adherence: number): Body[] => live({ key: "asthma", seed: 3, seconds: 28 * DAY_S, strideS: 60, adherence });
    const dutiful = fortnight(1);
    expect(count(dutiful, "inhale_controller")).toBe(56);
    expect(count(dutiful, "blow_peak_flow")).toBeGreaterThanOrEqual(56);
    const half = count(fortnight(0.5), "inhale_controller");
    expect(half).toBeGreaterThan(12);
    expect(half).toBeLessThan(44);
    expect(count(fortnight(0), "inhale_controller")).toBe(0);
  });

  test("of need follow the need: the reliever is Poisson at the persona's rate and grows with its factor", () => {
    const month = (episodes: Episode[]): number =>
      count(live({ key: "copd_gold2", seed: 5, seconds: 60 * DAY_S, strideS: 60, episodes }), "inhale_rescue") / 60;
    const usual = month([]);
    expect(usual).toBeGreaterThan(0.9);
    expect(usual).toBeLessThan(2.2);
    expect(month(always({ rescueFactor: 3 })) / usual).toBeGreaterThan(2.2);
  });

  test("are skipped while an episode says so", () => {
    const skips: Deed[] = ["inhale_controller"];
    const week = live({ key: "asthma", seconds: 7 * DAY_S, strideS: 60, adherence: 1, episodes: always({}, { skips }) });
    expect(count(week, "inhale_controller")).toBe(0);
    expect(count(week, "blow_peak_flow")).toBeGreaterThan(7);
  });

  test("are repeated when the reading would worry anybody", () => {
    const day = live({ key: "tka", seconds: DAY_S, adherence: 1, episodes: always({ coreTemp: 2 }) });
    const taken = deedsOf(day).filter(([deed]) => deed === "take_temperature");
    expect(taken.length).toBeGreaterThanOrEqual(4);
    expect((taken[1]?.[1] ?? 0) - (taken[0]?.[1] ?? 0)).toBeLessThan(10 * 60_000);
  });

  test("come without plan when somebody feels much worse, and not in sleep", () => {
    const day = live({ key: "asthma", seconds: DAY_S, strideS: 20, adherence: 0, episodes: always({ symptoms: 5, pefFactor: 0.5 }) });
    expect(count(day, "blow_peak_flow")).toBeGreaterThan(4);
    for (const { deeds, asleep } of day) if (deeds.includes("report_symptoms")) expect(asleep).toBe(false);
  });
});

describe("an episode", () => {
  test("moves every signal it names, by what it says", () => {
    const day: Omit<Life, "key"> = { seed: 5, from: NOON, origin: NOON - HOUR, seconds: 4 * 3_600, strideS: 10 };
    const difference = (key: string, offsets: Offsets, of: (body: Body) => number): number => {
      const still = { stepsFactor: 0, pulse: 0, respRate: 0 };
      const own = live({ ...day, key, episodes: always(still) });
      const moved = live({ ...day, key, episodes: always({ ...still, ...offsets }) });
      return mean(moved.map(of)) - mean(own.map(of));
    };
    expect(difference("healthy_older", { spo2: -4 }, ({ spo2 }) => spo2)).toBeCloseTo(-4, 0);
    expect(difference("healthy_older", { pulse: 20 }, ({ pulse }) => pulse)).toBeCloseTo(20, 0);
    expect(difference("healthy_older", { respRate: 6 }, ({ respRate }) => respRate)).toBeCloseTo(6, 0);
    expect(difference("healthy_older", { coreTemp: 1.5 }, ({ coreTemp }) => coreTemp)).toBeCloseTo(1.5, 1);
    expect(difference("healthy_older", { systolic: -30 }, ({ systolic }) => systolic)).toBeCloseTo(-30, 0);
    expect(difference("healthy_older", { etco2: 9 }, ({ etco2 }) => etco2)).toBeCloseTo(9, 0);
    expect(difference("healthy_older", { symptoms: 3 }, ({ symptoms }) => symptoms)).toBeCloseTo(3, 0);
    expect(difference("tka", { painRest: 3 }, ({ knee }) => knee?.painRest ?? Number.NaN)).toBeCloseTo(3, 0);
    expect(difference("tka", { kneeFlexion: -12 }, ({ knee }) => knee?.flexionMax ?? Number.NaN)).toBeCloseTo(-12, 0);
    expect(difference("copd_gold2", { desaturations: 30 }, ({ spo2 }) => spo2)).toBeLessThan(-0.3);
    expect(difference("copd_gold2", { coughFactor: 2 }, ({ cough }) => cough)).toBeGreaterThan(4);
    const pef = live({ ...day, key: "asthma", episodes: always({ pefFactor: 0.6 }) }).map((body) => body.pef);
    expect(mean(pef) / mean(live({ ...day, key: "asthma" }).map((body) => body.pef))).toBeCloseTo(0.6, 1);
  });

  test("widens the mask's leak and turns the oxygen up only while they are on", () => {
    const night = live({ key: "niv", seed: 2, seconds: DAY_S, strideS: 20, episodes: always({ maskLeak: 0.6 }) });
    expect(mean(night.filter(({ papOn }) => papOn).map(({ maskLeak }) => maskLeak))).toBeGreaterThan(0.6);
    expect(night.some(({ papOn, maskLeak }) => !papOn && maskLeak > 0)).toBe(false);
    const flows = live({ key: "copd_gold3", seconds: DAY_S, strideS: 20, episodes: always({ oxygenFlow: 1 }) }).map(
      ({ oxygenFlow }) => oxygenFlow,
    );
    expect(new Set(flows.map((flow) => flow > 0 && Math.abs(flow - 2.5) < 0.01)).has(true)).toBe(true);
    expect(flows).toContain(0);
  });

  test("keeps at home who can hardly move", () => {
    const steps = (episodes: Episode[]): number =>
      live({ key: "healthy_older", seconds: DAY_S, strideS: 20, episodes }).reduce((sum, body) => sum + body.steps, 0);
    expect(steps(always({ stepsFactor: 0.3 })) / steps([])).toBeLessThan(0.6);
  });

  test("with a fall throws the person down at its onset: impact known, no steps, a racing pulse", () => {
    const episodes: Episode[] = [{ kind: "fall", onsetMin: 10, peakMin: 11, endMin: 600, offsets: {}, fall: { impactG: 4, stillS: 120 } }];
    const hour = live({ key: "frail_elder", from: NOON, origin: NOON, seconds: 90 * 60, episodes });
    expect(hour[500]?.fall).toBeNull();
    expect(hour[600]?.fall).toEqual({ at: NOON + 600_000, impactG: 4, stillS: 120 });
    expect(hour.slice(600, 4_000).every(({ gait, steps }) => gait === null && steps === 0)).toBe(true);
    expect(mean(hour.slice(610, 700).map((body) => body.pulse)) - mean(hour.slice(400, 599).map((body) => body.pulse))).toBeGreaterThan(6);
    expect(hour.at(-1)?.fall).toBeNull();
  });
});

describe("rehabilitation", () => {
  test("bends the knee along the published curve, week by week", () => {
    const flexion = (weeks: number): number => {
      const person = personFor({ key: "tka" });
      const days = Array.from({ length: 7 }, (_, day) => person.step(NOON + (weeks * 7 + day) * DAY_S * 1_000).knee);
      return mean(days.map((knee) => knee?.flexionMax ?? Number.NaN));
    };
    // The persona's story starts in week three: 94° there, 110° by week eight.
    expect(Math.abs(flexion(0) - 95)).toBeLessThan(6);
    expect(Math.abs(flexion(5) - 110)).toBeLessThan(6);
  });

  test("lets Parkinson's walking fade before the next dose, with freezing", () => {
    const walks = [1, 2, 3, 4, 5, 6].flatMap((seed) =>
      live({ key: "parkinson", seed, seconds: DAY_S, strideS: 2 }).filter(({ gait }) => gait !== null),
    );
    const speed = (worn: boolean): number =>
      mean(walks.filter(({ hour }) => (hour - 7) % 4 > 3.25 === worn && hour > 9).map(({ gait }) => gait?.speed ?? Number.NaN));
    expect(speed(true) / speed(false)).toBeLessThan(0.93);
    expect(speed(true) / speed(false)).toBeGreaterThan(0.7);
    expect(walks.some(({ gait, steps }) => gait?.freezing === true && steps === 0)).toBe(true);
  });

  test("leaves a stroke survivor uneven", () => {
    const walks = live({ key: "stroke", seconds: DAY_S, strideS: 10 }).flatMap(({ gait }) => (gait === null ? [] : [gait]));
    const asymmetry = mean(walks.map((gait) => gait.asymmetry));
    expect(asymmetry).toBeGreaterThan(10);
    expect(asymmetry).toBeLessThan(35);
    expect(mean(walks.map((gait) => gait.doubleSupport))).toBeGreaterThan(35);
  });
});
