/** What is left undone comes in runs, at the share asked for. */
import { describe, expect, test } from "vitest";
import { planAdherence } from "#simulators/people/adherence.ts";
import { createRandom } from "#simulators/random.ts";
import { mean } from "./live-person.ts";

const never = (): boolean => false;

describe("adherence", () => {
  test.each([0.2, 0.5, 0.75, 0.9])("of %d is kept in the long run", (share) => {
    const done = planAdherence(20_000, share, never, createRandom(1));
    expect(mean(done.map(Number))).toBeCloseTo(share, 1);
  });

  test("misses come in runs: one more likely after another", () => {
    const done = planAdherence(20_000, 0.75, never, createRandom(2));
    const after = (kept: boolean): number =>
      mean(done.flatMap((now, index) => (index > 0 && done[index - 1] === kept ? [Number(!now)] : [])));
    expect(after(false)).toBeCloseTo(0.55, 1);
    expect(after(true)).toBeCloseTo(0.15, 1);
  });

  test("of all or nothing is exactly that", () => {
    expect(planAdherence(10, 1, () => true, createRandom(3))).not.toContain(false);
    expect(planAdherence(10, 0, never, createRandom(3))).not.toContain(true);
  });
});
