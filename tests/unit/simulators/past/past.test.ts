/** How a ward's past is cut, thinned, told and remembered. */
import { expect, test } from "vitest";
import { pastStory, wardDevices } from "#apps/demo/demo-configs.ts";
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import type { DeviceLinkOptions } from "#simulators/link/device-link.ts";
import { PastMessages } from "#simulators/past/past-messages.ts";
import type { PastNews, PastPlan } from "#simulators/past/past-plan.ts";
import { planBlocks } from "#simulators/past/plan-blocks.ts";
import { tellPast } from "#simulators/past/tell-past.ts";
import { RememberingLink } from "#tests/unit/simulators/ward/ward-fixture.ts";

const ANCHOR = Date.UTC(2026, 10, 22, 4, 20);
const story = pastStory(ANCHOR);

test("a first start tells streams a day back, newest first, and rare measurements two weeks", () => {
  const blocks = planBlocks({ anchor: ANCHOR, historyMs: 3 * DAY, story: { ...story, scenes: [] } }, ANCHOR, null);
  expect(blocks.map(({ from, to, keeps }) => [(ANCHOR - from) / HOUR, (ANCHOR - to) / MINUTE, keeps])).toEqual([
    [24, 10, "all"],
    [48, 24 * 60, "all"],
    [72, 48 * 60, "all"],
    [14 * 24, 72 * 60, "rest"],
  ]);
});

test("a later start fills what nobody lived, and no more", () => {
  const plan: PastPlan = { anchor: ANCHOR, historyMs: DAY, story: null };
  expect(planBlocks(plan, ANCHOR, null)).toEqual([]);
  expect(planBlocks(plan, ANCHOR, ANCHOR - 5 * MINUTE)).toEqual([]);
  const [short, ...none] = planBlocks(plan, ANCHOR, ANCHOR - 5 * HOUR);
  expect([short?.from, short?.to, none]).toEqual([ANCHOR - 5 * HOUR, ANCHOR - 10 * MINUTE, []]);
  const slept = planBlocks(plan, ANCHOR, ANCHOR - 40 * DAY);
  expect(slept.map(({ from, keeps }) => [(ANCHOR - from) / DAY, keeps])).toEqual([
    [1, "all"],
    [14, "rest"],
  ]);
});

test("a stream is thinned to a usable sample a minute where there is one; a single measurement is never lost", () => {
  const told = new PastMessages();
  const at = (second: number, metric: string, value: number | null): DeviceSample => ({ metric, t: ANCHOR + second * SECOND, value });
  told.add([at(0, "spo2", null), at(0, "pulse_rate", 70), at(1, "spo2", 95), at(2, "spo2", 94), at(3, "pef", 400), at(4, "pef", 410)]);
  told.add([at(60, "spo2", null), at(61, "spo2", null)]);
  expect(told.newestFirst()).toEqual([
    [at(60, "spo2", null), at(4, "pef", 410), at(3, "pef", 400), at(1, "spo2", 95), at(0, "pulse_rate", 70)],
  ]);
});

const tell = async (seed: number) => {
  const devices = wardDevices(() => "s").filter(({ person }) => person === "p_demo_11" || person === "p_demo_08");
  const links = new Map(devices.map(({ id }) => [id, new RememberingLink({ device: id } as DeviceLinkOptions)]));
  const events: Extract<PastNews, { kind: "past" }>["events"][number][] = [];
  await tellPast({
    plan: { anchor: ANCHOR, historyMs: 12 * HOUR, story: { ...story, scenes: story.scenes.filter(({ key }) => key === "low-oxygen") } },
    devices,
    links,
    seed,
    origin: ANCHOR,
    lived: null,
    signal: new AbortController().signal,
    onScene: (told) => events.push(...told),
    onProgress: () => {},
  });
  return { links, events };
};

test("the same past twice: the same samples, and the same alert under the same keys, so that a past told again is none", async () => {
  const [one, other] = [await tell(7), await tell(7)];
  for (const [device, link] of one.links) expect(other.links.get(device)?.messages).toEqual(link.messages);
  expect(other.events).toEqual(one.events);
  expect(new Set(one.events.map(({ key }) => key)).size).toBe(one.events.length);
  const alerts = one.events.flatMap((event) => (event.kind === "alert" ? [event.alert] : []));
  expect(alerts.at(-1)).toMatchObject({ rule: { id: "SPO2-A1" }, status: "closed", disposition: "visit" });
  expect(alerts[0]?.evidence.points.length).toBeGreaterThan(0);
  // What the alert shows is what the chart shows.
  const stored = one.links.get("ox-demo-11")?.samples.filter(({ metric }) => metric === "spo2") ?? [];
  expect(stored.length).toBeGreaterThan(12 * 60 - 15);
  const seen = new Map(alerts[0]?.evidence.points);
  const shared = stored.filter(({ t }) => seen.has(t));
  expect(shared.length).toBeGreaterThan(3);
  for (const messages of one.links.values()) {
    const times = messages.samples.map(({ t }) => t);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  }
});
