/** Devices whose messages come twice, late, out of order, or with clocks that are wrong in every way a clock can be (F24 to F26). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import { type AlertItem, checkAlerts, checkStored, storedSamples, until } from "#tests/support/checker.ts";
import { type QuarantineItem, quarantineItems } from "#tests/support/checker-hostile.ts";
import { connectMqttDevice, type MqttDevice } from "#tests/support/mqtt-device.ts";
import { expectedEpisodes, type OracleSample, oracleStory } from "#tests/support/oracle.ts";
import { seededRandom } from "#tests/support/seeded-random.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";

interface Worn {
  readonly patient: string;
  readonly device: string;
  readonly site: string;
  readonly secret: string;
}

let house: Homeward;
let admin: Api;
let nurse: Api;
beforeAll(async () => {
  house = await startHomeward({ args: ["--quiet-home"] });
  admin = await signIn(house, "administrator", "inst-t1-willow");
  nurse = await signIn(house, "community_nurse", "inst-t1-willow");
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

const clinicalNow = async (): Promise<number> => (await nurse.get<{ now: number }>("/time")).now;
const messagesOf = (samples: readonly OracleSample[], size: number): string[] =>
  Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    JSON.stringify({
      seq: index + 1,
      samples: samples.slice(index * size, (index + 1) * size).map((sample) => ({ metric: "spo2", ...sample })),
    }),
  );
/** Twenty minutes that end now and contain one fall. */
const fallStory = async (): Promise<OracleSample[]> =>
  oracleStory(Math.floor((await clinicalNow()) / SECOND) * SECOND - 20 * MINUTE, 1_200, (second) => 95 + (second % 3), {
    value: 89,
    from: 600,
    to: 1_200,
  });
const conflictsOf = async (who: Worn): Promise<QuarantineItem[]> =>
  (await quarantineItems(admin)).filter(({ device }) => device === who.device);

describe("messages that come again", () => {
  test("five times each, and all of them once more at the end: one reading each, one alert", async () => {
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const samples = await fallStory();
    const messages = messagesOf(samples, 20);
    const random = seededRandom(24);
    for (const message of messages) for (let time = 1 + random.below(5); time > 0; time--) await device.publish("telemetry", message);
    for (const message of messages) await device.publish("telemetry", message);
    expect(await device.waitForReceipt(messages.length)).toEqual({ seq: messages.length, missing: [] });
    await checkStored(house, admin, who.patient, "spo2", samples);
    await checkAlerts(nurse, who.patient, expectedEpisodes(samples));
    expect(await conflictsOf(who)).toEqual([]);
  });

  test("with another value: the first stays, the other is kept as a conflict", async () => {
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const t = Math.floor(await clinicalNow()) - HOUR;
    await device.publish("telemetry", { seq: 1, samples: [{ metric: "spo2", t, value: 96 }] });
    await device.publish("telemetry", { seq: 2, samples: [{ metric: "spo2", t, value: 97 }] });
    await device.publish("telemetry", { seq: 3, samples: [{ metric: "spo2", t, value: 96 }] });
    await device.waitForReceipt(3);
    await until("the conflict", async () => (await conflictsOf(who)).length === 1);
    expect((await conflictsOf(who)).map(({ reason }) => reason)).toEqual(["conflict"]);
    await checkStored(house, admin, who.patient, "spo2", [{ t, value: 96 }]);
  });
});

describe("messages out of order", () => {
  test("within a minute: every reading, and the alert as if they had come in order", async () => {
    const who = await enrol(admin, { metrics: { spo2: { everyS: 1 } } });
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const samples = await fallStory();
    const messages = messagesOf(samples, 5);
    const random = seededRandom(25);
    // No message more than ten places, 50 s, from its own.
    const shuffled = messages
      .map((message, index) => ({ message, place: index + random.below(10) }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message);
    for (const message of shuffled) await device.publish("telemetry", message);
    expect(await device.waitForReceipt(messages.length)).toEqual({ seq: messages.length, missing: [] });
    await checkStored(house, admin, who.patient, "spo2", samples);
    await checkAlerts(nurse, who.patient, expectedEpisodes(samples));
  });

  test("an hour of backlog behind the live stream is stored and does not disturb what is current", async () => {
    const who = await enrol(admin, { metrics: { spo2: { everyS: 1 } } });
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const now = Math.floor((await clinicalNow()) / SECOND) * SECOND;
    const live = oracleStory(now - 3 * MINUTE, 180, () => 97);
    const backlog = oracleStory(now - 70 * MINUTE, 3_600, () => 96, { value: 86, from: 600, to: 2_400 });
    let seq = 0;
    for (const part of [live, backlog])
      for (let at = 0; at < part.length; at += 300)
        await device.publish("telemetry", {
          seq: ++seq,
          samples: part.slice(at, at + 300).map((sample) => ({ metric: "spo2", ...sample })),
        });
    await device.waitForReceipt(seq);
    await checkStored(house, admin, who.patient, "spo2", [...backlog, ...live]);
    const { items } = await nurse.get<{ items: { metric: string; t: number; value: number }[] }>(`/patients/${who.patient}/latest`);
    expect(items.find(({ metric }) => metric === "spo2")).toMatchObject({ t: live.at(-1)?.t, value: 97 });
    for (const alert of (await nurse.get<{ items: AlertItem[] }>(`/alerts?patient=${who.patient}`)).items) expect(alert.late).toBe(true);
  });
});

describe("a clock that is wrong", () => {
  const send = async (device: MqttDevice, seq: number, ts: readonly number[]): Promise<void> => {
    await device.publish("telemetry", { seq, samples: ts.map((t) => ({ metric: "spo2", t, value: 97 })) });
    await device.waitForReceipt(seq);
  };

  test("by years, or in seconds or nanoseconds: set aside with the reason, the good sample beside it is stored", async () => {
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const now = Math.floor(await clinicalNow());
    const cases: readonly [number, string][] = [
      [0, "t_too_old"],
      [now - 365 * DAY, "t_too_old"],
      // Seconds and microseconds instead of milliseconds.
      [Math.floor(now / 1_000), "t_too_old"],
      [now * 1_000, "t_future"],
      // Nanoseconds do not fit a whole number of JSON.
      [now * 1_000_000, "bad_time"],
      [now + 6 * MINUTE, "t_future"],
      [now + 365 * DAY, "t_future"],
      [Date.UTC(2106, 1, 7), "t_future"],
    ];
    const good: OracleSample[] = [];
    for (const [index, [t]] of cases.entries()) {
      const sample = { t: now - 10 * MINUTE + index * SECOND, value: 97 };
      good.push(sample);
      await send(device, index + 1, [t, sample.t]);
    }
    const items = await until("one item each", async () => {
      const found = await conflictsOf(who);
      return found.length >= cases.length && found;
    });
    expect(items.map(({ reason }) => reason).reverse()).toEqual(cases.map(([, reason]) => reason));
    await checkStored(house, admin, who.patient, "spo2", good);
  });

  test("just inside the limits it is believed: five minutes ahead, ninety days back", async () => {
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    const now = Math.floor(await clinicalNow());
    const ts = [now - 90 * DAY + HOUR, now - HOUR, now + 4 * MINUTE];
    await send(device, 1, ts);
    await checkStored(
      house,
      admin,
      who.patient,
      "spo2",
      ts.map((t) => ({ t, value: 97 })),
    );
    expect(await conflictsOf(who)).toEqual([]);
  });
});

describe("a live stream whose clock is an hour off, with a clinical clock thirty times faster", () => {
  let fast: Homeward;
  let fastAdmin: Api;
  let fastNurse: Api;
  beforeAll(async () => {
    fast = await startHomeward({ args: ["--quiet-home", "--speed", "30"] });
    fastAdmin = await signIn(fast, "administrator", "inst-t1-willow");
    fastNurse = await signIn(fast, "community_nurse", "inst-t1-willow");
  });
  afterAll(async () => {
    await fast?.[Symbol.asyncDispose]();
  });

  test.each([HOUR, -HOUR])(
    "%i ms: its clock is named as wrong, its readings are kept with their own times, and it is not silent",
    { timeout: 120_000 },
    async (offset) => {
      const who = await enrol(fastAdmin, { metrics: { spo2: { everyS: 2 } } });
      await using device = await connectMqttDevice({ url: fast.mqtt, ...who });
      const sent: OracleSample[] = [];
      let seq = 0;
      const alerts = async (): Promise<AlertItem[]> =>
        (await fastNurse.get<{ items: AlertItem[] }>(`/alerts?patient=${who.patient}&limit=100`)).items;
      const raised = await until("DEV-6", async () => {
        const { now } = await fastNurse.get<{ now: number }>("/time");
        const t = Math.floor(now + offset);
        if (t > (sent.at(-1)?.t ?? 0)) {
          const sample = { t, value: 95 + (seq % 3) };
          sent.push(sample);
          await device.publish("telemetry", { seq: ++seq, samples: [{ metric: "spo2", ...sample }] });
        }
        const found = (await alerts()).find(({ rule }) => rule.id === "DEV-6");
        return found ?? false;
      });
      expect(raised).toMatchObject({ severity: "T", status: "open" });
      await device.waitForReceipt(seq);
      // What came before the clock was proved steady is kept as well (a clock that runs ahead is held until then).
      await until("all readings", async () => (await storedSamples(fast, fastAdmin, who.patient, "spo2")).length >= sent.length);
      expect(await storedSamples(fast, fastAdmin, who.patient, "spo2")).toEqual(sent);
      expect((await alerts()).map(({ rule }) => rule.id)).toEqual(["DEV-6"]);
      const { items } = await fastNurse.get<{ items: { metric: string; t: number }[] }>(`/patients/${who.patient}/latest`);
      expect(items.find(({ metric }) => metric === "spo2")?.t).toBe(sent.at(-1)?.t);
    },
  );
});
