/** The ward's runtime: bodies shared by devices, messages of a size that fits, and a life that is not lived twice. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "#core/time.ts";
import { sendInterval } from "#simulators/ward.ts";
import { mean } from "#tests/support/scripted-body.ts";
import { NOW, openWard } from "#tests/unit/simulators/ward/ward-fixture.ts";

const numbers = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

describe("a ward", () => {
  test("sends the same messages from the same seed, and others from another", () => {
    const story = (seed: number): string => {
      const { live, link } = openWard([{ id: "a" }, { id: "b", persona: "copd_gold2", kind: "hub" }], { seed });
      live(20 * MINUTE);
      return JSON.stringify([link("a").messages, link("b").messages]);
    };
    expect(story(3)).toBe(story(3));
    expect(story(4)).not.toBe(story(3));
  });

  test("lives the same seconds however time is cut", () => {
    const told = (step: number): unknown => {
      const { ward, link, clock } = openWard([{ id: "a", persona: "copd_gold2" }]);
      for (let at = NOW; at < NOW + 10 * MINUTE; at += step) ward.advance((clock.at = at + step));
      return link("a").samples.filter(({ t }) => t <= NOW + 9 * MINUTE);
    };
    expect(told(250)).toEqual(told(60 * SECOND));
  });

  test("puts the devices of one person on one body, and those of two on two", () => {
    const { live, link } = openWard([
      { id: "left", person: "one", persona: "copd_gold3", artefacts: false },
      { id: "right", person: "one", persona: "copd_gold3", artefacts: false },
      { id: "other", persona: "healthy_older", artefacts: false },
    ]);
    live(30 * MINUTE);
    const [left, right, other] = ["left", "right", "other"].map((id) => mean(numbers(link(id).values("spo2")))) as [number, number, number];
    expect(Math.abs(left - right)).toBeLessThan(1);
    expect(other - left).toBeGreaterThan(2);
  });

  test("brings what a device would have in its outbox when it comes back", () => {
    const { live, link, ward } = openWard([{ id: "a", artefacts: false }], { backlogMs: 10 * MINUTE });
    ward.advance(NOW);
    live(2 * SECOND);
    const times = link("a").samples.map(({ t }) => t);
    expect(Math.min(...times)).toBe(NOW - 10 * MINUTE + SECOND);
    expect(Math.max(...link("a").messages.map((samples) => JSON.stringify(samples).length))).toBeLessThan(256 * 1_024);
  });

  test("does not live the same minutes again after a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "homeward-ward-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const options = { folder, backlogMs: 10 * MINUTE };
    const first = openWard([{ id: "a", artefacts: false }], options);
    first.live(5 * MINUTE);
    await first.ward.close();
    const again = openWard([{ id: "a", artefacts: false }], { ...options, at: first.clock.at + 30 * SECOND });
    again.live(MINUTE);
    const newest = Math.max(...first.link("a").samples.map(({ t }) => t));
    expect(Math.min(...again.link("a").samples.map(({ t }) => t))).toBe(newest + SECOND);
  });

  test("repeats at most nothing and misses at most seconds after a crash", async () => {
    const folder = await mkdtemp(join(tmpdir(), "homeward-ward-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const options = { folder, backlogMs: 10 * MINUTE };
    const first = openWard([{ id: "a", artefacts: false }], options);
    first.live(5 * MINUTE + 2 * SECOND);
    // Killed: nothing is closed.
    const again = openWard([{ id: "a", artefacts: false }], { ...options, at: first.clock.at + 30 * SECOND });
    again.live(MINUTE);
    const gap = Math.min(...again.link("a").samples.map(({ t }) => t)) - Math.max(...first.link("a").samples.map(({ t }) => t));
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThanOrEqual(10 * SECOND);
  });

  test("wakes up now when its machine slept for hours", () => {
    const { ward, clock, link } = openWard([{ id: "a", artefacts: false }]);
    ward.advance((clock.at += 9 * HOUR));
    const times = link("a").samples.map(({ t }) => t);
    expect(Math.min(...times)).toBeGreaterThan(clock.at - 31 * MINUTE);
  });

  test("gives its time back when its budget is spent, and comes to where it should be", () => {
    const { ward, clock } = openWard([{ id: "a" }]);
    clock.at += 20 * MINUTE;
    expect(ward.advance(clock.at, 0)).toBe(false);
    expect(ward.counts().behindS).toBeGreaterThan(0);
    while (!ward.advance(clock.at, 5)) expect(ward.counts().behindS).toBeLessThanOrEqual(20 * 60);
    expect(ward.counts().behindS).toBe(0);
  });

  test("keeps what was measured when it ends", async () => {
    const { ward, live, link } = openWard([{ id: "a", artefacts: false }], { sendEveryMs: 10_000 });
    live(33 * SECOND);
    await ward.close();
    expect(Math.max(...link("a").samples.map(({ t }) => t))).toBe(NOW + 33 * SECOND);
    expect(link("a").closed).toBe(true);
  });

  test("says of every device that it is simulated, and how it fares", () => {
    const { live, link } = openWard([{ id: "a" }, { id: "b", kind: "hub" }]);
    live(11 * MINUTE);
    for (const id of ["a", "b"]) {
      expect(link(id).options.identity).toEqual({ firmware: "sim-1" });
      expect(link(id).statuses).toHaveLength(3);
      expect(link(id).statuses[0]?.["rssi"]).toBeLessThan(-20);
    }
    expect(link("a").statuses[0]?.["battery"]).toBeGreaterThan(0);
    expect(link("b").statuses[0]).not.toHaveProperty("battery");
  });

  test("leaves out devices of nobody and of no kind", () => {
    const { ward } = openWard([
      { id: "a" },
      { id: "b", persona: "nobody" },
      { id: "c", kind: "teapot" },
      { id: "d", kind: "hub", carries: ["teapot"] },
    ]);
    expect(ward.counts()).toMatchObject({ people: 1, devices: 1 });
  });
});

describe("the number of messages", () => {
  const perSecond = (speed: number, devices: number): number => devices / (sendInterval(speed, devices, undefined) / speed / SECOND);

  test("is one a second and device in a small ward, and at most a few hundred a second in a large one", () => {
    expect(sendInterval(1, 12, undefined)).toBe(SECOND);
    expect(sendInterval(1, 200, undefined)).toBe(SECOND);
    expect(perSecond(1, 700)).toBeLessThanOrEqual(200);
    expect(sendInterval(1, 2_000, undefined)).toBe(10 * SECOND);
  });

  test("leaves nobody more than 20 s of clinical time stale while the machine can carry it", () => {
    for (const speed of [1, 10, 60, 600]) expect(sendInterval(speed, 40, undefined)).toBeLessThanOrEqual(20 * SECOND);
    expect(sendInterval(60, 12, undefined)).toBe(20 * SECOND);
  });

  test("stays within what a server takes when time runs an hour in a second", () => {
    expect(perSecond(3_600, 40)).toBeLessThanOrEqual(2_001);
  });

  test("spreads a ward's messages over the interval", () => {
    const devices = Array.from({ length: 60 }, (_, index) => ({ id: `d${index}`, artefacts: false }));
    const { live, link, clock, ward } = openWard(devices, { sendEveryMs: 10_000 });
    live(20 * SECOND);
    const sent = (): number => devices.reduce((sum, { id }) => sum + link(id).messages.length, 0);
    for (let second = 0; second < 10; second++) {
      const before = sent();
      ward.advance((clock.at += SECOND));
      expect(sent() - before).toBeLessThanOrEqual(8);
    }
  });
});
