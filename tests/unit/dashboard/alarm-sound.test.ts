/** Which alarm sounds, how its pulses lie in time, when it is silent, and that the switch is remembered. */
import { expect, test } from "vitest";
import { PATTERNS, soundingPriority } from "../../../dashboards/web/src/data/alarm-pattern.ts";
import { rememberSound, wantsSound } from "../../../dashboards/web/src/data/sound-memory.ts";
import { MINUTE, NOW, anAlert } from "./dashboard-fixtures.ts";

test("ten pulses for high in two halves of three and two, three for medium, one for low that never repeats", () => {
  const starts = PATTERNS.high.pulses.map(({ atMs }) => atMs);
  expect(starts).toEqual([0, 250, 500, 1_000, 1_250, 2_100, 2_350, 2_600, 3_100, 3_350]);
  expect([PATTERNS.high.everyMs, PATTERNS.medium.pulses.length, PATTERNS.medium.everyMs]).toEqual([7_000, 3, 20_000]);
  expect([PATTERNS.low.pulses.length, PATTERNS.low.everyMs]).toEqual([1, null]);
});

test("only the highest of what nobody acknowledged sounds", () => {
  const s2 = anAlert({ id: "b" });
  const s1 = anAlert({ id: "a", severity: "S1" });
  expect(soundingPriority([s2, s1], NOW)).toBe("high");
  expect(soundingPriority([s2, { ...s1, status: "acknowledged" }], NOW)).toBe("medium");
  expect(soundingPriority([anAlert({ id: "c", severity: "S3" })], NOW)).toBe("low");
  expect(soundingPriority([anAlert({ id: "d", severity: "S4" })], NOW)).toBeNull();
});

test("technical alerts are silent unless an urgent patient is no longer measured", () => {
  const silent = anAlert({ id: "t", severity: "T", rule: { id: "DEV-1", version: 1 } });
  expect(soundingPriority([silent], NOW)).toBeNull();
  expect(soundingPriority([{ ...silent, rule: { id: "DEV-2", version: 1 } }], NOW)).toBe("medium");
});

test("an emergency older than ten minutes and a late alert are silent", () => {
  const old = anAlert({ id: "a", severity: "S1", raisedAt: NOW - 10 * MINUTE - 1 });
  expect(soundingPriority([old], NOW)).toBeNull();
  expect(soundingPriority([old, anAlert({ id: "b" })], NOW)).toBe("medium");
  expect(soundingPriority([anAlert({ id: "c", severity: "S1", late: true })], NOW)).toBeNull();
});

test("a pause silences what was there, and never an emergency that came after it", () => {
  const before = anAlert({ id: "a", severity: "S1", raisedAt: NOW - 2 * MINUTE });
  expect(soundingPriority([before], NOW, NOW - MINUTE)).toBeNull();
  expect(soundingPriority([before, anAlert({ id: "b", raisedAt: NOW })], NOW, NOW - MINUTE)).toBeNull();
  expect(soundingPriority([before, anAlert({ id: "c", severity: "S1", raisedAt: NOW })], NOW, NOW - MINUTE)).toBe("high");
});

test("whoever switched sound on finds it on again; without storage it is off", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  expect(wantsSound(storage)).toBe(false);
  rememberSound(storage, true);
  expect(wantsSound(storage)).toBe(true);
  rememberSound(storage, false);
  expect(wantsSound(storage)).toBe(false);
  const broken = {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
  };
  rememberSound(broken, true);
  expect(wantsSound(broken)).toBe(false);
});
