/** The promises of both clocks: clinical time never goes back, also across restarts; timers fire in order. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openClinicalClock, type SystemClinicalClock } from "#adapters/clock-system/open-clinical-clock.ts";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import type { TransportClock } from "#ports/clock.ts";

const START = 1_795_255_200_000;
const HOUR = 3_600_000;

/** A real clinical clock on a transport clock moved by hand, whose wall may also be set. */
const machine = () => {
  const clocks = createVirtualClocks({ start: START });
  let shift = 0;
  let kept: number | null = null;
  let starts = 0;
  const transport: TransportClock = { ...clocks.transport, now: () => clocks.transport.now() + shift };
  return {
    advance: clocks.advance,
    setWall: (by: number) => (shift += by),
    wall: () => transport.now(),
    kept: () => kept,
    start: (speed: number): SystemClinicalClock => {
      // Of an earlier start nothing is left that could still write.
      const mine = ++starts;
      return openClinicalClock({ speed, transport, floor: kept, persist: (reached) => void (kept = mine === starts ? reached : kept) });
    },
  };
};

describe("the clinical clock", () => {
  test("is wall time at speed 1, also after the server was down", async () => {
    const { start, advance, wall } = machine();
    const first = start(1);
    expect(first.now()).toBe(START);
    advance(HOUR);
    expect(first.now()).toBe(START + HOUR);
    await first[Symbol.asyncDispose]();
    advance(HOUR);
    expect(start(1).now()).toBe(wall());
  });

  test("stands still while the wall clock was set back, and while a fast demo is down", async () => {
    const { start, advance, setWall, wall } = machine();
    const slow = start(1);
    advance(10_000);
    const before = slow.now();
    setWall(-5_000);
    expect(slow.now()).toBe(before);
    advance(6_000);
    expect(slow.now()).toBe(wall());
    await slow[Symbol.asyncDispose]();

    const fast = start(60);
    const from = fast.now();
    advance(1_000);
    expect(fast.now()).toBe(from + 60_000);
    await fast[Symbol.asyncDispose]();
    advance(HOUR);
    expect(start(60).now()).toBe(from + 60_000);
  });

  test("goes on from where a faster run stood, at its own speed", async () => {
    const { start, advance } = machine();
    const fast = start(3_600);
    advance(10_000);
    const reached = fast.now();
    expect(reached).toBe(START + 10 * HOUR);
    await fast[Symbol.asyncDispose]();
    const slow = start(1);
    expect(slow.now()).toBe(reached);
    advance(1_000);
    expect(slow.now()).toBe(reached + 1_000);
  });

  test("can be held and released, and raised to what the journal had seen", () => {
    const { start, advance } = machine();
    const clock = start(10);
    clock.hold();
    advance(5_000);
    expect(clock.now()).toBe(START);
    clock.release();
    expect(clock.now()).toBe(START);
    advance(1_000);
    expect(clock.now()).toBe(START + 10_000);
    clock.raise(START + 50_000);
    expect(clock.now()).toBe(START + 50_000);
    clock.raise(START);
    advance(100);
    expect(clock.now()).toBe(START + 51_000);
  });

  test("wakes in order of time, not while held, and not what was cancelled", () => {
    const { start, advance } = machine();
    const clock = start(10);
    const woken: [string, number][] = [];
    const wake = (name: string, at: number) => clock.wakeAt(START + at, () => woken.push([name, clock.now() - START]));
    wake("late", 60_000);
    wake("early", 10_000);
    wake("never", 30_000).cancel();
    advance(1_000);
    expect(woken).toEqual([["early", 10_000]]);
    clock.hold();
    advance(60_000);
    expect(woken).toHaveLength(1);
    clock.release();
    advance(5_000);
    expect(woken.map(([name]) => name)).toEqual(["early", "late"]);
  });

  test("never goes back, whatever happens to it and to the machine", async () => {
    const deed = fc.oneof(
      fc.record({ kind: fc.constant("advance" as const), by: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ kind: fc.constant("wall" as const), by: fc.integer({ min: -100_000, max: 100_000 }) }),
      fc.constant({ kind: "hold" as const }),
      fc.constant({ kind: "release" as const }),
      fc.record({ kind: fc.constant("restart" as const), speed: fc.constantFrom(1, 7, 3_600), clean: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 30 }), async (deeds) => {
        const { start, advance, setWall } = machine();
        let speed = 60;
        let clock = start(speed);
        let newest = clock.now();
        for (const deed of deeds) {
          if (deed.kind === "advance") advance(deed.by);
          else if (deed.kind === "wall") setWall(deed.by);
          else if (deed.kind === "restart") {
            // At speed 1 wall time itself is the memory: only a clean end and a wall set back meanwhile would need more.
            if (deed.clean || speed === 1) await clock[Symbol.asyncDispose]();
            speed = deed.speed;
            clock = start(speed);
          } else clock[deed.kind]();
          expect(clock.now()).toBeGreaterThanOrEqual(newest);
          newest = clock.now();
        }
      }),
    );
  });
});

describe("the transport clock", () => {
  test("is the machine's, and its timers can be cancelled", async () => {
    const clock = createTransportClock();
    const first = clock.monotonic();
    const fired: string[] = [];
    clock.after(0, () => fired.push("cancelled")).cancel();
    clock.every(0, () => fired.push("cancelled too")).cancel();
    const far = clock.after(2 ** 40, () => fired.push("far"));
    await new Promise<void>((resolve) => clock.after(1, resolve));
    expect(fired).toEqual([]);
    expect(clock.monotonic()).toBeGreaterThan(first);
    far.cancel();
  });
});

describe("virtual clocks", () => {
  test("fire what is due in order, each at its time, repeats included", () => {
    const { transport, clinical, advance } = createVirtualClocks({ start: START, speed: 10 });
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, transport.monotonic()]);
    transport.after(300, note("b"));
    clinical.wakeAt(START + 1_000, note("clinical"));
    const every = transport.every(200, note("every"));
    transport.after(100, () => transport.after(50, note("nested")));
    advance(500);
    expect(seen).toEqual([
      ["clinical", 100],
      ["nested", 150],
      ["every", 200],
      ["b", 300],
      ["every", 400],
    ]);
    expect(clinical.now()).toBe(START + 5_000);
    every.cancel();
    advance(1_000);
    expect(seen).toHaveLength(5);
  });
});
