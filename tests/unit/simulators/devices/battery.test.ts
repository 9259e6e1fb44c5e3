import { describe, expect, test } from "vitest";
import { Battery, spotBattery, wornBattery } from "#simulators/devices/battery.ts";
import { oximeter } from "#simulators/devices/oximeter.ts";
import { createRandom } from "#simulators/random.ts";
import { live } from "#tests/support/scripted-body.ts";

/** Level at the end of each hour of so many days. */
const levels = (battery: Battery, days: number, fromHour = 0): number[] => {
  const seen: number[] = [];
  for (let s = 1; s <= days * 86_400; s++) {
    battery.step((fromHour + s / 3_600) % 24);
    if (s % 3_600 === 0) seen.push(battery.level);
  }
  return seen;
};

const forgotten = (hours: number) =>
  new Battery({ random: createRandom(1), hours, chargeHours: 1, looks: [23.9], whenBelow: 90, forgets: 1 });

describe("a battery", () => {
  test.each([18, 36])("of %i hours is empty after as many", (hours) => {
    const seen = levels(forgotten(hours), 2);
    expect((seen[0] ?? 0) - (seen[10] ?? 0)).toBeCloseTo(1_000 / hours, -1);
    expect(seen.at(-1)).toBe(5);
  });

  test("shuts the device down below five percent, without a word", () => {
    const battery = forgotten(18);
    const alive: boolean[] = [];
    for (let s = 1; s <= 30 * 3_600; s++)
      if (battery.step((s / 3_600) % 24) !== (alive.at(-1) ?? null)) alive.push(!(alive.at(-1) ?? false));
    expect(alive).toEqual([true, false]);
  });

  test("that its owner never forgets stays above thirty percent, by day and by night", () => {
    for (let seed = 1; seed <= 20; seed++)
      expect(Math.min(...levels(wornBattery(createRandom(seed), false), 3, seed % 24))).toBeGreaterThanOrEqual(30);
  });

  test("is forgotten by some: now and then one runs low", () => {
    const lows = Array.from({ length: 20 }, (_, seed) => Math.min(...levels(wornBattery(createRandom(seed + 1), true), 5)));
    const low = lows.filter((level) => level < 20).length;
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(15);
  });

  test("of a device used for minutes lasts for weeks", () => {
    const seen = levels(spotBattery(createRandom(5), false), 4);
    const spent = (seen[0] ?? 0) - (seen[70] ?? 0);
    expect(spent).toBeGreaterThanOrEqual(3);
    expect(spent).toBeLessThanOrEqual(16);
  });

  test("tells a device's charge in whole percents that fall with use", () => {
    const seen: (number | null)[] = [];
    live(oximeter, { seconds: 3_600, fromHour: 1, watch: (device, { t }) => void (t % 600_000 === 0 && seen.push(device.battery)) });
    expect(seen.every((level) => Number.isInteger(level))).toBe(true);
    expect(seen.at(-1)).toBeLessThan(seen[0] as number);
  });
});
