/** What befalls a device and its way, in a story or by itself. */
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { createRandom } from "#simulators/random.ts";
import type { DeviceFault } from "#simulators/scenarios/scenario.ts";
import { DeviceClock } from "#simulators/ward/device-clock.ts";
import { Radio } from "#simulators/ward/radio.ts";
import { mean } from "#tests/support/scripted-body.ts";
import { NOW, openWard, type RememberingLink } from "#tests/unit/simulators/ward/ward-fixture.ts";

const withFault = (
  fault: DeviceFault,
  more: Parameters<typeof openWard>[0] = [],
): { link: RememberingLink; all: ReturnType<typeof openWard> } => {
  const all = openWard([{ id: "a", artefacts: false, faults: [fault] }, ...more]);
  all.live(30 * MINUTE);
  return { link: all.link("a"), all };
};
const minuteOf = (t: number): number => (t - NOW) / MINUTE;
const timesOf = (link: RememberingLink): number[] => link.samples.filter(({ metric }) => metric === "spo2").map(({ t }) => t);

describe("a fault of a story", () => {
  test("offline: the connection is gone, what is measured is kept", () => {
    const { link } = withFault({ kind: "offline", fromMin: 5, toMin: 15 });
    expect(link.switched).toEqual(["offline", "online"]);
    expect(timesOf(link)).toHaveLength(30 * 60);
  });

  test("clock: times are wrong by so much while it lasts, values go on", () => {
    const { link } = withFault({ kind: "clock", fromMin: 10, toMin: 20, offsetMs: HOUR });
    const times = timesOf(link);
    expect(times.filter((t) => t > NOW + 45 * MINUTE)).toHaveLength(600);
    expect(times.filter((t) => t <= NOW + 30 * MINUTE)).toHaveLength(1_200);
  });

  test("unruly: the way disturbs the order, the device does not know", () => {
    const { link } = withFault({ kind: "unruly", fromMin: 5, toMin: 15 });
    expect(link.switched).toEqual(["unruly", "orderly"]);
    expect(timesOf(link).toSorted((a, b) => a - b)).toEqual(timesOf(link));
  });

  test("off the body: an oximeter says that there is nothing to measure", () => {
    const { link } = withFault({ kind: "off_body", fromMin: 10, toMin: 20 });
    const off = link.samples.filter(({ metric, t }) => metric === "spo2" && minuteOf(t) > 10 && minuteOf(t) < 20);
    expect(off.length).toBeGreaterThan(590);
    expect(off.every(({ value }) => value === null || value === 0 || value === 255)).toBe(true);
    expect(link.switched).toEqual([]);
  });

  test("worn by another person: it measures that other body", () => {
    const { link, all } = withFault({ kind: "worn_by", fromMin: 10, toMin: 20, person: "ill" }, [
      { id: "b", person: "ill", persona: "copd_gold3", artefacts: false },
    ]);
    const levelOf = (of: RememberingLink, from: number, to: number): number =>
      mean(
        of.samples
          .filter(({ metric, t, value }) => metric === "spo2" && value !== null && minuteOf(t) > from && minuteOf(t) < to)
          .map(({ value }) => value as number),
      );
    expect(Math.abs(levelOf(link, 12, 20) - levelOf(all.link("b"), 12, 20))).toBeLessThan(1);
    expect(levelOf(link, 2, 10) - levelOf(all.link("b"), 2, 10)).toBeGreaterThan(2);
  });

  test("dead: nothing is measured and nobody answers", () => {
    const { link } = withFault({ kind: "dead", fromMin: 5, toMin: 15 });
    expect(link.switched).toEqual(["offline", "online"]);
    expect(timesOf(link).filter((t) => minuteOf(t) > 5 && minuteOf(t) < 15)).toEqual([]);
  });

  test("is all that happens to a device without misfortunes of its own", () => {
    const { live, link, ward } = openWard([{ id: "a", artefacts: false }]);
    live(6 * HOUR);
    expect(link("a").switched).toEqual([]);
    expect(ward.counts().lost).toBe(0);
    expect(timesOf(link("a")).every((t) => (t - NOW) % SECOND === 0)).toBe(true);
  });
});

describe("misfortune by itself", () => {
  test("the radio loses a few seconds in a hundred of what is measured all the time, and nothing else", () => {
    const { live, ward, link } = openWard([
      ...Array.from({ length: 12 }, (_, index) => ({ id: `d${index}` })),
      { id: "cuff", kind: "blood_pressure_cuff", persona: "hf_copd" },
    ]);
    live(3 * HOUR);
    const { lost, sent } = ward.counts();
    expect(lost / (lost + sent)).toBeGreaterThan(0.01);
    expect(lost / (lost + sent)).toBeLessThan(0.2);
    expect(link("d0").samples.length).toBeGreaterThan(0);
  });

  test("fades in stretches of some twenty seconds, more often far from the gateway", () => {
    const radios = Array.from({ length: 200 }, (_, seed) => new Radio(createRandom(seed)));
    const lossOf = (radio: Radio): { lost: number; stretches: number } => {
      let lost = 0;
      let stretches = 0;
      let before = true;
      for (let second = 0; second < 20_000; second++) {
        const carries = radio.step();
        if (!carries) lost++;
        if (before && !carries) stretches++;
        before = carries;
      }
      return { lost, stretches };
    };
    const all = radios.map((radio) => ({ far: radio.rssi < -75, ...lossOf(radio) }));
    const lost = all.reduce((sum, one) => sum + one.lost, 0);
    const length = lost / all.reduce((sum, one) => sum + one.stretches, 0);
    expect(length).toBeGreaterThan(17);
    expect(length).toBeLessThan(23);
    const share = (far: boolean): number => mean(all.filter((one) => one.far === far).map((one) => one.lost / 20_000));
    expect(share(false)).toBeLessThan(0.06);
    expect(share(true)).toBeGreaterThan(share(false));
  });

  test("clocks drift by seconds a day at most, and one in a hundred jumps", () => {
    const clocks = Array.from({ length: 4_000 }, (_, seed) => new DeviceClock(createRandom(seed), NOW));
    const worst = clocks.map((clock) => {
      let most = 0;
      for (let at = NOW; at < NOW + 2 * DAY; at += 20 * MINUTE) most = Math.max(most, Math.abs(clock.offsetAt(at)));
      return most;
    });
    const jumped = worst.filter((most) => most > 2_000);
    expect(jumped.length).toBeGreaterThan(15);
    expect(jumped.length).toBeLessThan(80);
    expect(jumped.some((most) => most > 50 * 365 * DAY)).toBe(true);
    expect(jumped.every((most) => Math.abs(most - HOUR) < 2_000 || most > 50 * 365 * DAY)).toBe(true);
  });

  test("a device is out of reach about once a day, and all of a home together when its gateway is down", () => {
    const ids = Array.from({ length: 10 }, (_, index) => `d${index}`);
    const { live, link } = openWard(
      ids.map((id) => ({ id, person: "shared", kind: "thermometer" })),
      { seed: 13 },
    );
    live(2 * DAY);
    const count = (id: string, what: string): number => link(id).switched.filter((item) => item === what).length;
    const held = ids.reduce((sum, id) => sum + count(id, "held"), 0);
    expect(held).toBeGreaterThan(8);
    expect(held).toBeLessThan(36);
    expect(new Set(ids.map((id) => count(id, "offline"))).size).toBe(1);
    // What waited comes in order but for a few: the way is unruly as long as it is held.
    expect(ids.every((id) => count(id, "unruly") === count(id, "held"))).toBe(true);
  });
});
