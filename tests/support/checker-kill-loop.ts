/** The kill loop: patients' streams at 500 messages a second, kill -9 of the whole server at seeded moments, then every check. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { SECOND } from "#core/time.ts";
import { enrol, signIn } from "./api.ts";
import { checkAlerts, checkDeliveries, checkStored, until } from "./checker.ts";
import { createOutboxDevice, type OutboxDevice } from "./checker-outbox-device.ts";
import { expectedEpisodes, oracleStory } from "./oracle.ts";
import { seededRandom } from "./seeded-random.ts";
import { type Homeward, startHomeward } from "./start-homeward.ts";
import { openWebhookSink } from "./webhook-sink.ts";

const STORY_SECONDS = 1_200;
const RATE = 500;

/** Low stretches of the patients; the rest stay well. */
const LOWS = [
  // Raised while fresh, stays open.
  { value: 89, from: 600, to: STORY_SECONDS },
  // Proved when it was long over: late, then cleared and latched.
  { value: 90, from: 100, to: 520 },
  // Late at first, still low when the stream has caught up: raised then, once.
  { value: 89, from: 100, to: STORY_SECONDS },
  // The band above it.
  { value: 92, from: 200, to: STORY_SECONDS },
  // An emergency.
  { value: 86, from: 650, to: STORY_SECONDS },
  // Too short for any hold.
  { value: 84, from: 700, to: 900 - 60 },
  undefined,
  undefined,
] as const;

export interface KillLoopReport {
  readonly starts: readonly number[];
  readonly sent: number;
  readonly resent: number;
  readonly seconds: number;
}

export const runKillLoop = async (seed: number, kills: number): Promise<KillLoopReport> => {
  const random = seededRandom(seed);
  const beganAt = performance.now();
  const dataDir = await mkdtemp(join(tmpdir(), "homeward-kill-"));
  const sink = await openWebhookSink();
  const starts: number[] = [];
  let house: Homeward | null = null;
  let devices: OutboxDevice[] = [];
  const start = async (): Promise<Homeward> => {
    const from = performance.now();
    house = await startHomeward({ args: ["--quiet-home"], dataDir });
    starts.push(Math.round(performance.now() - from));
    return house;
  };
  try {
    let running = await start();
    let admin = await signIn(running, "administrator", "inst-t1-willow");
    await admin.post("/webhooks", { url: sink.url, types: [] });
    const { now } = await admin.get<{ now: number }>("/time");
    const startAt = Math.floor(now / SECOND) * SECOND - STORY_SECONDS * SECOND;
    const people = [];
    for (const [index, low] of LOWS.entries()) {
      const who = await enrol(admin);
      const samples = oracleStory(startAt, STORY_SECONDS, () => 95 + random.below(4), low);
      const forgets = index % 4 === 3 ? "puback" : "receipt";
      people.push({ who, samples, device: createOutboxDevice({ ...who, metric: "spo2", samples, forgets }) });
    }
    devices = people.map(({ device }) => device);

    for (let life = 0; life <= kills; life++) {
      if (life > 0) running = await start();
      for (const device of devices) await device.connect(running.mqtt);
      // The last life tells the story to its end; the others end somewhere in the first two seconds.
      const endsAfter = life === kills ? Number.POSITIVE_INFINITY : 50 + random.below(2_000);
      const from = performance.now();
      let due = 0;
      while (performance.now() - from < endsAfter && !devices.every((device) => device.told)) {
        const target = Math.floor(((performance.now() - from) / SECOND) * RATE);
        for (; due < target; due++) devices[due % devices.length]?.next();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (life < kills) await running.kill();
    }
    await until("receipts for everything", () => devices.every((device) => device.waiting === 0));

    admin = await signIn(running, "administrator", "inst-t1-willow");
    const nurse = await signIn(running, "community_nurse", "inst-t1-willow");
    const histories = [];
    for (const { who, samples } of people) {
      await checkStored(running, admin, who.patient, "spo2", samples);
      histories.push(...(await checkAlerts(nurse, who.patient, expectedEpisodes(samples))));
    }
    expect(histories.map(({ rule, severity, status, latched, late }) => [rule.id, severity, status, latched, late])).toEqual([
      ["SPO2-A1", "S2", "open", false, false],
      ["SPO2-A1", "S2", "cleared", true, true],
      ["SPO2-A1", "S2", "open", false, false],
      ["SPO2-A2", "S3", "open", false, false],
      ["SPO2-A1", "S1", "open", false, false],
    ]);
    await checkDeliveries(sink, histories);
    const { items } = await admin.get<{ items: unknown[] }>("/quarantine");
    expect(items).toEqual([]);
    return {
      starts,
      sent: LOWS.length * STORY_SECONDS,
      resent: devices.reduce((sum, device) => sum + device.resent, 0),
      seconds: Math.round((performance.now() - beganAt) / SECOND),
    };
  } finally {
    for (const device of devices) await device.close();
    await (house as Homeward | null)?.[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
};
