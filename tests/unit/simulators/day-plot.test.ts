/** The pictures of simulated days: the same seed draws the same, and the document shows everybody. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HOUR } from "#core/time.ts";
import { personas } from "#simulators/people/personas.ts";
import { drawDay } from "#simulators/plots/draw-day.ts";
import { liveDay } from "#simulators/plots/live-day.ts";
import { personaOf } from "./live-person.ts";

const ZONE = 8 * HOUR;
const draw = (key: string, seed: number): string => {
  const persona = personaOf(key);
  const day = liveDay({ persona, seed, from: Date.UTC(2026, 2, 3, 14), seconds: 2 * 3_600, zoneOffsetMs: ZONE });
  return drawDay({ persona, day, seed, zoneOffsetMs: ZONE });
};

describe("a picture of a day", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(draw("niv", 3)).toBe(draw("niv", 3));
    expect(draw("niv", 3)).not.toBe(draw("niv", 4));
  });

  test("says that it is simulated, in a title and in words, and holds no number that is none", () => {
    const picture = draw("copd_gold3", 1);
    expect(picture).toContain("Simulated person, simulated devices");
    expect(picture).toContain("<title");
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each(personas.map(({ key }) => key))("of %s is in the document and small enough for it", (key) => {
    const file = new URL(`../../../docs/images/simulators/${key}.svg`, import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).size).toBeLessThan(150_000);
    expect(readFileSync(new URL("../../../docs/simulators.md", import.meta.url), "utf8")).toContain(`images/simulators/${key}.svg`);
  });
});
