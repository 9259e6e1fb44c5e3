/** A knee brace over a session of exercise: the curve it sends and what it sums up. */
import { describe, expect, test } from "vitest";
import { kneeBrace } from "#simulators/devices/knee-brace.ts";
import type { Body, Knee } from "#simulators/people/body.ts";
import { live, type LifeOptions, mean, numbersOf, valuesOf } from "#tests/support/scripted-body.ts";

const KNEE: Knee = { side: "left", flexionMax: 95, extensionDeficit: 6, painRest: 2, painMovement: 3, movementQuality: 80 };
const MINUTES = 12;

/** Exercises one after another from the tenth minute of the script. */
const session =
  (exercises: readonly string[], more: Partial<Body> = {}) =>
  ({ s }: { readonly s: number }): Partial<Body> => {
    const elapsedS = s - 600;
    const exercise = exercises[Math.floor(elapsedS / (MINUTES * 60))];
    return elapsedS < 0 || exercise === undefined
      ? { knee: KNEE }
      : { knee: KNEE, activity: "exercising", session: { exercise, elapsedS: elapsedS % (MINUTES * 60) }, ...more };
  };

const brace = (exercises: readonly string[], more: LifeOptions = {}) =>
  live(kneeBrace, {
    fromHour: 9,
    seconds: 600 + exercises.length * MINUTES * 60 + 60,
    change: session(exercises),
    artefacts: false,
    ...more,
  });

describe("the curve", () => {
  const { samples, waveforms } = brace(["heel_slide"]);
  const angles = waveforms.filter(({ signal }) => signal === "knee_angle");
  const envelope = waveforms.filter(({ signal }) => signal === "semg_rms");

  test("comes as 50 Hz blocks without a gap or an overlap, and only while exercising", () => {
    expect(angles.reduce((sum, { values }) => sum + values.length, 0)).toBe(MINUTES * 60 * 50);
    for (const [index, block] of angles.entries()) {
      const before = angles[index - 1];
      if (before !== undefined) expect(block.t0).toBe(before.t0 + (before.values.length / before.hz) * 1_000);
    }
    expect(envelope.reduce((sum, { values }) => sum + values.length, 0)).toBe(MINUTES * 60 * 10);
  });

  test("goes from nearly straight to about the active flexion and back, sixty times less what the rests take", () => {
    const values = angles.flatMap((block) => block.values);
    expect(Math.max(...values)).toBeGreaterThan(88);
    expect(Math.max(...values)).toBeLessThan(104);
    expect(Math.min(...values)).toBeLessThan(12);
    let bends = 0;
    for (let index = 1; index < values.length; index++) if ((values[index - 1] as number) < 45 && (values[index] as number) >= 45) bends++;
    expect(bends).toBeGreaterThanOrEqual(numbersOf(samples, "rep_count")[0] as number);
    expect(bends).toBeLessThan(80);
  });

  test("shows the thigh at work: loud on the way back, quiet at rest", () => {
    const values = envelope.flatMap((block) => block.values).toSorted((a, b) => a - b);
    expect(values[Math.floor(values.length * 0.9)]).toBeGreaterThan(8 * (values[Math.floor(values.length * 0.1)] as number));
  });

  test("loosens over the first repetitions", () => {
    const peaks = angles.slice(0, 8).map(({ values }) => Math.max(...values));
    const later = angles.slice(20, 40).map(({ values }) => Math.max(...values));
    expect(Math.max(...later)).toBeGreaterThan(peaks[0] as number);
  });
});

describe("the sum of an exercise", () => {
  test("is told when the exercise ends, with its name and side", () => {
    const { samples } = brace(["heel_slide"]);
    const flexion = samples.filter(({ metric }) => metric === "knee_flexion_max");
    expect(flexion).toHaveLength(1);
    expect(flexion[0]?.tags).toEqual({ side: "left", exercise_id: "heel_slide" });
    expect(Math.abs((flexion[0]?.value as number) - KNEE.flexionMax)).toBeLessThan(8);
    expect(Math.abs((numbersOf(samples, "knee_extension_deficit")[0] as number) - KNEE.extensionDeficit)).toBeLessThan(8);
    expect(numbersOf(samples, "session_duration")).toEqual([MINUTES]);
    expect(numbersOf(samples, "set_completion")[0]).toBeGreaterThan(60);
  });

  test("is one for each exercise of a session", () => {
    const { samples } = brace(["heel_slide", "quad_set", "seated_knee_extension"]);
    const exercises = samples.filter(({ metric }) => metric === "session_duration").map(({ tags }) => tags?.["exercise_id"]);
    expect(exercises).toEqual(["heel_slide", "quad_set", "seated_knee_extension"]);
    // A quad set bends nothing, so it says nothing of flexion.
    expect(samples.filter(({ metric }) => metric === "knee_flexion_max")).toHaveLength(1);
    expect(samples.filter(({ metric }) => metric === "knee_extension_deficit")).toHaveLength(3);
  });

  test("of walking has a curve but neither repetitions nor range", () => {
    const gait = { speed: 0.9, stride: 1.08, cadence: 100, asymmetry: 8, doubleSupport: 28, strideCv: 3, freezing: false };
    const { samples, waveforms } = brace(["treadmill_walk"], { change: session(["treadmill_walk"], { gait }) });
    const angles = waveforms.filter(({ signal }) => signal === "knee_angle").flatMap(({ values }) => values);
    let strides = 0;
    for (let index = 1; index < angles.length; index++)
      if ((angles[index - 1] as number) < 30 && (angles[index] as number) >= 30) strides++;
    expect(strides / MINUTES).toBeGreaterThan(45);
    expect(strides / MINUTES).toBeLessThan(56);
    expect(valuesOf(samples, "rep_count")).toEqual([]);
    expect(valuesOf(samples, "knee_flexion_max")).toEqual([]);
  });

  test("agrees between devices within the error of fused angles", () => {
    const measured = Array.from(
      { length: 20 },
      (_, seed) => numbersOf(brace(["heel_slide"], { seed }).samples, "knee_flexion_max")[0] as number,
    );
    expect(Math.abs(mean(measured) - KNEE.flexionMax)).toBeLessThan(4);
    expect(new Set(measured).size).toBeGreaterThan(3);
  });
});

describe("misfortune", () => {
  const lives = Array.from({ length: 100 }, (_, seed) => brace(["heel_slide"], { seed: 100 + seed, artefacts: true }));

  test("loosens an electrode now and then: no amplitude rather than a wrong one", () => {
    const holes = lives.flatMap(({ samples }) => valuesOf(samples, "semg_rms")).filter((value) => value === null);
    expect(holes.length).toBeGreaterThan(0);
    const blocks = lives.flatMap(({ waveforms }) => waveforms.filter(({ signal }) => signal === "semg_rms"));
    expect(blocks.some(({ values }) => values.some(Number.isNaN))).toBe(true);
  });

  test("makes some sessions doubtful, and says so", () => {
    const flexions = lives.flatMap(({ samples }) => samples.filter(({ metric }) => metric === "knee_flexion_max"));
    const doubtful = flexions.filter(({ quality }) => quality === "degraded");
    expect(doubtful.length).toBeGreaterThan(0);
    expect(doubtful.length).toBeLessThan(flexions.length / 3);
  });
});
