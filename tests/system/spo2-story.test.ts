/** The whole house from outside: a night's fall of saturation from the sensor's message to the screen and the webhook. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { MINUTE, SECOND } from "#core/time.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import { until } from "#tests/support/checker.ts";
import { connectLive, type LiveClient } from "#tests/support/live-client.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";
import { openWebhookSink, type WebhookSink } from "#tests/support/webhook-sink.ts";

let house: Homeward;
let admin: Api;
let nurse: Api;
let sink: WebhookSink;

beforeAll(async () => {
  house = await startHomeward({ args: ["--quiet-home"] });
  admin = await signIn(house, "administrator", "inst-t1-willow");
  nurse = await signIn(house, "community_nurse", "inst-t1-willow");
  sink = await openWebhookSink();
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

const openLive = async (http: string, token: string): Promise<LiveClient> => {
  const answer = await connectLive(http, { token });
  if (answer.kind !== "open") throw new Error(`the live feed answered ${answer.status}`);
  return answer.client;
};

interface AlertItem {
  readonly id: string;
  readonly version: number;
  readonly rule: { readonly id: string };
  readonly severity: string;
  readonly status: string;
  readonly latched: boolean;
  readonly stale: boolean;
  readonly late: boolean;
  readonly onsetAt: number;
}
const alertsOf = async (patient: string): Promise<AlertItem[]> =>
  (await nurse.get<{ items: AlertItem[] }>(`/alerts?patient=${patient}&limit=100`)).items;

/** 1 Hz values as messages of one minute. */
const publishStory = async (
  device: Awaited<ReturnType<typeof connectMqttDevice>>,
  from: number,
  values: readonly number[],
  firstSeq: number,
): Promise<number> => {
  let seq = firstSeq;
  for (let index = 0; index < values.length; index += 60) {
    const samples = values
      .slice(index, index + 60)
      .map((value, offset) => ({ metric: "spo2", t: from + (index + offset) * SECOND, value }));
    await device.publish("telemetry", { seq, samples });
    seq += 1;
  }
  await device.waitForReceipt(seq - 1);
  return seq;
};

/** One point in two seconds: faster is an artefact, not a patient (domain 4.6). */
const fall = (from: number, to: number, high: number, low: number): number[] => {
  const values: number[] = [];
  for (let second = 0; second < to; second++) values.push(second < from ? high : Math.max(low, high - Math.floor((second - from) / 2)));
  return values;
};

/** First second at which the median of the last sixty is at or below the limit, found the slow way. */
const firstLow = (values: readonly number[], limit: number): number => {
  for (let second = 59; second < values.length; second++) {
    const window = values.slice(second - 59, second + 1).sort((a, b) => a - b);
    if (((window[29] as number) + (window[30] as number)) / 2 <= limit) return second;
  }
  return -1;
};

describe("thirty minutes of SpO2 that falls to 89 % for the last six", () => {
  test("raise exactly one urgent alert, on the live feed and at the webhook with a signature others can verify", async () => {
    const who = await enrol(admin);
    const { secret } = await admin.post<{ id: string; secret: string }>("/webhooks", {
      url: `${sink.url}story`,
      types: ["alert.raised", "alert.cleared"],
    });
    await using live = await openLive(house.http, nurse.token);
    live.say({ type: "subscribe", id: "a", alerts: { minSeverity: "S4" }, patients: [who.patient], metrics: ["spo2"] });
    await live.find((frame) => frame["type"] === "snapshot");
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const { now } = await nurse.get<{ now: number }>("/time");
    const start = Math.floor(now / SECOND) * SECOND - 30 * MINUTE + SECOND;
    const values = fall(1_800 - 374, 1_800, 96, 89);
    await publishStory(device, start, values, 1);

    const frame = await live.find((candidate) => candidate["type"] === "alert");
    const raised = frame["alert"] as AlertItem;
    expect(raised).toMatchObject({ rule: { id: "SPO2-A1" }, severity: "S2", status: "open", late: false });
    expect(raised.onsetAt).toBe(start + firstLow(values, 91) * SECOND);
    expect((await alertsOf(who.patient)).map(({ rule, severity }) => [rule.id, severity])).toEqual([["SPO2-A1", "S2"]]);

    const [delivery] = await sink.received(1);
    const body = new Webhook(secret).verify(delivery?.body ?? "", delivery?.headers as Record<string, string>) as {
      type: string;
      data: Record<string, unknown>;
    };
    expect(body).toMatchObject({
      type: "alert.raised",
      data: { alert: raised.id, patient: who.patient, device: who.device, severity: "S2", version: 1 },
    });
    expect(JSON.stringify(body.data)).not.toContain("89");
  });

  test("the alert's frame follows the very message that completes median and hold", async () => {
    const who = await enrol(admin);
    await using live = await openLive(house.http, nurse.token);
    live.say({ type: "subscribe", id: "a", alerts: { minSeverity: "S4" }, patients: [who.patient], metrics: [] });
    await live.find((frame) => frame["type"] === "snapshot");
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const { now } = await nurse.get<{ now: number }>("/time");
    const start = Math.floor(now / SECOND) * SECOND - 15 * MINUTE;
    const story = fall(300, 900, 96, 90);
    const onset = firstLow(story, 91);
    // The hold is complete at the first evaluation at least five minutes after the onset.
    const before = story.slice(0, onset + 300);
    const seq = await publishStory(device, start, before, 1);
    await device.publish("telemetry", { seq, samples: [{ metric: "pulse_rate", t: start, value: 80 }] });
    await device.waitForReceipt(seq);
    expect((await alertsOf(who.patient)).length).toBe(0);
    await device.publish("telemetry", { seq: seq + 1, samples: [{ metric: "spo2", t: start + before.length * SECOND, value: 90 }] });
    const frame = await live.find((candidate) => candidate["type"] === "alert");
    expect((frame["alert"] as AlertItem).onsetAt).toBe(start + onset * SECOND);
  });

  test("a fall that recovered long ago is late: in the list, without a raised webhook", async () => {
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const { now } = await nurse.get<{ now: number }>("/time");
    const start = Math.floor(now / SECOND) * SECOND - 60 * MINUTE;
    const values = Array.from({ length: 3_000 }, (_, second) => (second >= 600 && second < 1_020 ? 89 : 97));
    await publishStory(device, start, values, 1);
    const found = await until("an alert that is over", async () => {
      const alerts = await alertsOf(who.patient);
      return alerts.length > 0 && alerts[0]?.status !== "open" && alerts;
    });
    expect(found.map(({ rule, status, latched, late }) => ({ rule: rule.id, status, latched, late }))).toEqual([
      { rule: "SPO2-A1", status: "cleared", latched: true, late: true },
    ]);
    expect(sink.requests.filter((request) => request.body.includes(found[0]?.id ?? "?") && request.body.includes("alert.raised"))).toEqual(
      [],
    );
  });
});

describe("after an urgent alert, with a clinical clock sixty times faster", () => {
  let fast: Homeward;
  let fastAdmin: Api;
  let fastNurse: Api;
  beforeAll(async () => {
    fast = await startHomeward({ args: ["--quiet-home", "--speed", "60"] });
    fastAdmin = await signIn(fast, "administrator", "inst-t1-willow");
    fastNurse = await signIn(fast, "community_nurse", "inst-t1-willow");
  });
  afterAll(async () => {
    await fast?.[Symbol.asyncDispose]();
  });

  const raise = async () => {
    const who = await enrol(fastAdmin);
    const live = await openLive(fast.http, fastNurse.token);
    live.say({ type: "subscribe", id: "a", alerts: { minSeverity: "S4" }, patients: [who.patient], metrics: [] });
    await live.find((frame) => frame["type"] === "snapshot");
    const device = await connectMqttDevice({ url: fast.mqtt, ...who });
    const { now } = await fastNurse.get<{ now: number }>("/time");
    const start = Math.floor(now / SECOND) * SECOND - 20 * MINUTE;
    const seq = await publishStory(device, start, fall(600, 1_200, 96, 90), 1);
    await live.find((frame) => frame["type"] === "alert");
    return { who, live, device, start, seq };
  };
  const transition = (live: LiveClient, fits: (alert: AlertItem) => boolean) =>
    live.find((frame) => frame["type"] === "alert" && fits(frame["alert"] as AlertItem));

  test("recovery clears it and leaves it latched until a person closes it", async () => {
    const { who, live, device, start, seq } = await raise();
    let next = 1_200;
    let number = seq;
    let cleared = false;
    const done = transition(live, (alert) => alert.status === "cleared").then(() => {
      cleared = true;
    });
    while (!cleared) {
      const { now } = await fastNurse.get<{ now: number }>("/time");
      const count = Math.min(4_000, Math.floor((now - start) / SECOND) - next);
      // Real time carries the clinical clock: a recovery takes ten of its minutes.
      if (count < 30) {
        await new Promise<void>((resolve) => setTimeout(resolve, 200));
        continue;
      }
      await device.publish("telemetry", {
        seq: number++,
        samples: Array.from({ length: count }, (_, offset) => ({ metric: "spo2", t: start + (next + offset) * SECOND, value: 97 })),
      });
      next += count;
    }
    await done;
    const [alert] = (await fastNurse.get<{ items: AlertItem[] }>(`/alerts?patient=${who.patient}`)).items;
    expect(alert).toMatchObject({ status: "cleared", latched: true, severity: "S2" });
    const closed = await fastNurse.post<AlertItem>(`/alerts/${alert?.id ?? ""}/close`, { version: alert?.version, disposition: "called" });
    expect(closed.status).toBe("closed");
    await device[Symbol.asyncDispose]();
    await live[Symbol.asyncDispose]();
  });

  test("silence instead of recovery leaves it open and stale", async () => {
    const { who, live, device } = await raise();
    await transition(live, (alert) => alert.stale);
    const { items } = await fastNurse.get<{ items: AlertItem[] }>(`/alerts?patient=${who.patient}&severity=S2`);
    expect(items.map(({ rule, status, stale }) => [rule.id, status, stale])).toEqual([["SPO2-A1", "open", true]]);
    await device[Symbol.asyncDispose]();
    await live[Symbol.asyncDispose]();
  });
});
