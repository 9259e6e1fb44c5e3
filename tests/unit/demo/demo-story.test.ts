/** What rings in the demo's first hour, in virtual time: the story, one technical alert, and nothing else. */
import { expect, test } from "vitest";
import { liveDemo } from "./virtual-demo.ts";

/** Morning and small hours at home: 8 h east. */
const STARTS = [Date.UTC(2026, 10, 22, 1, 17, 23), Date.UTC(2026, 10, 22, 18, 40, 2)];

test.each([2, 3, 7])("seed %i: an urgent alert within two minutes, one silent device, and calm otherwise", (seed) => {
  for (const startsAt of STARTS) {
    const raised = liveDemo({ seed, startsAt, minutes: 65 });
    const urgent = raised.filter(({ severity }) => severity === "S1" || severity === "S2");
    expect(new Set(urgent.map(({ rule, patient }) => `${rule} ${patient}`))).toEqual(new Set(["SPO2-A1 p_demo_01"]));
    expect(urgent[0]?.raisedS).toBeGreaterThan(0);
    expect(urgent[0]?.raisedS).toBeLessThan(115);
    expect(urgent[0]?.onsetS).toBeLessThan(0);
    expect(raised.filter((alert) => !urgent.includes(alert)).map(({ rule, device }) => `${rule} ${device}`)).toEqual([
      "DEV-1 gait-demo-10",
    ]);
  }
});

test("the same seed at the same time rings to the second", () => {
  const startsAt = STARTS[0] as number;
  expect(liveDemo({ seed: 5, startsAt, minutes: 15 })).toEqual(liveDemo({ seed: 5, startsAt, minutes: 15 }));
});
