/** A hostile hour over MQTT: seeded rubbish from several devices with good messages between, and what must be true afterwards. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { SECOND } from "#core/time.ts";
import { type Api, enrol, signIn } from "./api.ts";
import { checkStored, until } from "./checker.ts";
import { contextAt } from "./decode-fixtures.ts";
import { connectMqttDevice, type MqttDevice } from "./mqtt-device.ts";
import type { OracleSample } from "./oracle.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { type Homeward, startHomeward } from "./start-homeward.ts";

export interface HostileReport {
  readonly payloads: number;
  readonly good: number;
  readonly bad: number;
  readonly perSecond: number;
  readonly rssMiB: readonly number[];
}

export interface QuarantineItem {
  readonly id: string;
  readonly reason: string;
  readonly topic: string;
  readonly device: string;
  readonly raw: string;
}

type Channel = "telemetry" | "waveform" | "status";
interface Payload {
  readonly channel: Channel;
  readonly bytes: Buffer;
}

const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
const RUBBISH: readonly string[] = [
  "",
  " ",
  "null",
  "true",
  "0",
  '"text"',
  "{",
  "]",
  "{}",
  "[[]]",
  "NaN",
  "undefined",
  "\u0000",
  "\uFEFF{}",
  "{'seq':1}",
  '{"seq":1}',
  '{"samples":[]}',
  '{"seq":"1","samples":[]}',
  '{"seq":1.5,"samples":[]}',
  '{"seq":-1,"samples":[]}',
  '{"seq":1e999,"samples":[]}',
  '{"seq":null,"samples":[]}',
  '{"seq":1,"samples":null}',
  '{"seq":1,"samples":{}}',
  '{"seq":1,"samples":"spo2"}',
  '{"seq":[1],"samples":[]}',
  '{"__proto__":{"seq":1,"samples":[]}}',
  '{"constructor":{"prototype":{"seq":1}}}',
  '{"hasOwnProperty":1}',
  nested("[", "]", 10_000),
  nested('{"a":', "}", 5_000),
  "[".repeat(100_000),
  '{"seq":1,"samples":[{"metric":"spo2"',
  `{"n":${"9".repeat(50_000)}}`,
];
/** Objects that carry one sample each; every one of them is set aside. */
const BAD_SAMPLES: readonly string[] = [
  "null",
  "1",
  "[]",
  "{}",
  '{"metric":"spo2"}',
  '{"metric":"__proto__","t":1795255200000,"value":1}',
  '{"metric":"constructor","t":1795255200000,"value":1}',
  '{"metric":"no_such_metric","t":1795255200000,"value":1}',
  '{"metric":{"toString":"spo2"},"t":1795255200000,"value":1}',
  '{"metric":"spo2","t":"now","value":97}',
  '{"metric":"spo2","t":1e308,"value":97}',
  '{"metric":"spo2","t":-5,"value":97}',
  '{"metric":"spo2","t":1.5,"value":97}',
  '{"metric":"spo2","t":1,"value":"97"}',
  '{"metric":"spo2","t":1,"value":1e308}',
  '{"metric":"spo2","t":1,"value":-1e308}',
  '{"metric":"spo2","t":1,"value":{}}',
  '{"metric":"spo2","t":1,"value":[97]}',
  '{"metric":"spo2","t":1,"value":97,"unit":"furlong"}',
  '{"metric":"spo2","t":1,"value":97,"unit":["%"]}',
  '{"metric":"spo2","t":1,"value":97,"quality":"splendid"}',
  '{"metric":"spo2","t":1,"value":97,"tags":{"__proto__":"rest"}}',
  '{"metric":"spo2","t":1,"value":97,"tags":{"context":{}}}',
  '{"metric":"spo2","t":1,"value":97,"tags":"rest"}',
];
const VALID: readonly [Channel, string][] = [
  ["telemetry", '{"seq":3,"samples":[{"metric":"spo2","t":1795255200000,"value":93,"quality":"good","tags":{"context":"rest"}}]}'],
  ["telemetry", '{"seq":4,"epoch":"e","samples":[{"metric":"body_temp","t":1795255200000,"value":98.6,"unit":"[degF]"}]}'],
  [
    "telemetry",
    '[{"bn":"urn:dev:ow:1:","bt":1795255200,"bu":"/min","seq":5,"n":"heart_rate","v":70},{"n":"spo2","u":"/100","t":-5,"v":93}]',
  ],
  ["telemetry", '{"seq":6,"void":true}'],
  ["waveform", '{"seq":7,"signal":"pleth","t0":1795255200000,"hz":75,"unit":"1","values":[0.1,0.2,null,0.3]}'],
  ["status", '{"online":true,"battery":87,"rssi":-61,"firmware":"1.4.0"}'],
];
const CHANNELS: readonly Channel[] = ["telemetry", "waveform", "status"];

const mutated = (random: SeededRandom): Payload => {
  const [channel, text] = random.pick(VALID);
  let bytes = Buffer.from(text);
  for (let round = 1 + random.below(3); round > 0; round--) {
    const at = random.below(bytes.length + 1);
    const piece = Buffer.from(random.pick(["-1", "null", "1e999", "{}", '"__proto__"', "\\u0000", ",", "}", "0.5", "99999999999999"]));
    const kind = random.below(4);
    if (kind === 0 && at < bytes.length) bytes[at] = random.below(256);
    else if (kind === 1) bytes = bytes.subarray(0, at);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(6)))]);
  }
  return { channel: random.below(8) === 0 ? random.pick(CHANNELS) : channel, bytes };
};

export const hostilePayload = (random: SeededRandom, number: number): Payload => {
  switch (random.below(8)) {
    case 0:
      return { channel: random.pick(CHANNELS), bytes: Buffer.from(random.pick(RUBBISH)) };
    case 1:
      return { channel: random.pick(CHANNELS), bytes: Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))) };
    case 2:
    case 3:
      return { channel: "telemetry", bytes: Buffer.from(`{"seq":${number},"samples":[${random.pick(BAD_SAMPLES)}]}`) };
    case 4: {
      // Half of it good JSON, then bytes that are no UTF-8.
      const [channel, text] = random.pick(VALID);
      return { channel, bytes: Buffer.concat([Buffer.from(text.slice(0, random.below(text.length))), Buffer.from([0xc3, 0x28, 0xff])]) };
    }
    default:
      return mutated(random);
  }
};

/** Whether the payload as a whole is set aside: what is partly good, or depends on the time, is not counted on. */
const isBad = ({ channel, bytes }: Payload): boolean => {
  if (channel === "status") return !decodeStatus(bytes).ok;
  const { samples, waveform, quarantined } = decodeMessage(bytes, channel, contextAt());
  return quarantined.length > 0 && samples.length === 0 && waveform === undefined;
};

/** Resident memory of a process in MiB. */
export const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1_024;

export const quarantineItems = async (admin: Api, atMost = Number.POSITIVE_INFINITY): Promise<QuarantineItem[]> => {
  const items: QuarantineItem[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: QuarantineItem[]; next: string | null } = await admin.get(
      `/quarantine?limit=500${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < atMost);
  return items;
};

const KEPT = 64 * 1_024;
/** Publishes of one device that wait for their PUBACK. */
const IN_FLIGHT = 400;

/** The sum over its labels. */
const counterValue = async (house: Homeward, admin: Api, name: string): Promise<number> => {
  const answer = await fetch(`${house.http}/metrics`, { headers: { authorization: `Bearer ${admin.token}` } });
  const series = (await answer.text()).matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"));
  return [...series].reduce((sum, [, value]) => sum + Number(value), 0);
};

/** `keepsAll`: few enough that quarantine still holds every item. */
export const runHostileHour = async (seed: number, payloads: number, devices: number, keepsAll: boolean): Promise<HostileReport> => {
  await using house = await startHomeward({ args: ["--quiet-home"] });
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  const operator = await signIn(house, "administrator", "inst-t1-willow");
  const { now } = await admin.get<{ now: number }>("/time");
  const startAt = Math.floor(now / SECOND) * SECOND - 6 * 3_600 * SECOND;
  const rss = [residentMiB(house.pid)];
  const badRaws = new Map<string, number>();
  let bad = 0;
  let acknowledged = 0;

  // One device that only says good things: its receipts must not suffer from the others.
  const clean = await enrol(admin);
  await using quiet = await connectMqttDevice({ url: house.mqtt, ...clean });
  const quietSent: OracleSample[] = [];

  const attack = async (index: number): Promise<{ readonly patient: string; readonly good: readonly OracleSample[] }> => {
    const random = seededRandom(seed + index);
    const who = await enrol(admin);
    const device: MqttDevice = await connectMqttDevice({ url: house.mqtt, ...who, listens: false });
    const good: OracleSample[] = [];
    const open = new Set<Promise<void>>();
    const publish = async (channel: string, body: Buffer | string): Promise<void> => {
      const sending: Promise<void> = device.publish(channel, body).then(() => {
        open.delete(sending);
        acknowledged += 1;
      });
      open.add(sending);
      if (open.size >= IN_FLIGHT) await Promise.race(open);
    };
    const share = Math.ceil(payloads / devices);
    for (let number = 1; number <= share; number++) {
      const payload = hostilePayload(random, number);
      if (isBad(payload)) {
        bad += 1;
        const raw = payload.bytes.subarray(0, KEPT).toString("base64");
        if (keepsAll) badRaws.set(raw, (badRaws.get(raw) ?? 0) + 1);
      }
      await publish(payload.channel, payload.bytes);
      if (number % 10 === 0) {
        const sample = { t: startAt + good.length * SECOND, value: 60 + random.below(30) };
        good.push(sample);
        await publish("telemetry", JSON.stringify({ seq: 1_000_000 + number, samples: [{ metric: "pulse_rate", ...sample }] }));
      }
      if (index === 0 && number % 100 === 0) {
        const sample = { t: startAt + quietSent.length * SECOND, value: 60 + (number % 30) };
        quietSent.push(sample);
        await quiet.publish("telemetry", { seq: quietSent.length, samples: [{ metric: "pulse_rate", ...sample }] });
        expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
        rss.push(residentMiB(house.pid));
      }
    }
    await Promise.all(open);
    await device[Symbol.asyncDispose]();
    return { patient: who.patient, good };
  };

  const beganAt = performance.now();
  const attacked = await Promise.all(Array.from({ length: devices }, (_, index) => attack(index)));
  const seconds = (performance.now() - beganAt) / SECOND;
  const goodCount = attacked.reduce((sum, { good }) => sum + good.length, 0);
  expect(acknowledged).toBe(Math.ceil(payloads / devices) * devices + goodCount);
  await quiet.waitForReceipt(quietSent.length);
  expect(JSON.parse(quiet.received.at(-1)?.payload ?? "{}")).toEqual({ seq: quietSent.length, missing: [] });
  await checkStored(house, admin, clean.patient, "pulse_rate", quietSent);
  for (const { patient, good } of attacked) await checkStored(house, admin, patient, "pulse_rate", good);

  if (keepsAll) {
    const items = await until("every bad payload in quarantine", async () => {
      const found = await quarantineItems(operator);
      return new Set(found.map(({ raw }) => raw)).size >= badRaws.size && found.length >= bad ? found : false;
    });
    const held = new Map<string, number>();
    for (const { raw } of items) held.set(raw, (held.get(raw) ?? 0) + 1);
    for (const [raw, count] of badRaws) expect(held.get(raw) ?? 0, Buffer.from(raw, "base64").toString()).toBeGreaterThanOrEqual(count);
    for (const { reason, topic, device } of items) {
      expect(reason).toMatch(/^[a-z0-9_]+$/);
      expect(topic).toContain(`/${device}/`);
    }
  } else {
    const items = await until("the newest items of quarantine", async () => {
      const found = await quarantineItems(operator);
      return found.length >= 10_000 ? found : false;
    });
    // The newest 10,000 are kept, the rest counted (semantics 2.4).
    expect(items.length).toBe(10_000);
    expect(await counterValue(house, operator, "homeward_quarantined_total")).toBeGreaterThanOrEqual(bad);
  }
  expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
  expect((await operator.call("GET", "/me")).status).toBe(200);
  rss.push(residentMiB(house.pid));
  // What the process needs for anything is there after the first fifth; from then on it may breathe, not grow.
  const settled = Math.max(...rss.slice(0, Math.max(2, Math.ceil(rss.length / 5))));
  expect(rss.at(-1), `memory over time ${rss.map(Math.round).join(" ")}`).toBeLessThan(settled + 150);
  expect(await house.stop()).toBe(0);
  expect(house.errors()).not.toContain("\n    at ");
  return {
    payloads: Math.ceil(payloads / devices) * devices,
    good: goodCount + quietSent.length,
    bad,
    perSecond: Math.round(payloads / seconds),
    rssMiB: [rss[0] ?? 0, settled, Math.max(...rss), rss.at(-1) ?? 0].map(Math.round),
  };
};
