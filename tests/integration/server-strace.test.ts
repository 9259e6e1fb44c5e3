/** The whole server on a real disk, watched by strace: no acknowledgement before the sync that covers it, none after a sync that failed (F19, F23). */
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqttPacket from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeEntry } from "#contracts/journal-record/entry-codec.ts";
import { SECOND } from "#core/time.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import { storedSamples, until } from "#tests/support/checker.ts";
import { connectRawSocket, type RawSocket } from "#tests/support/mqtt-device.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";
import { readTrace, straceCommand, type TraceEvent } from "#tests/support/trace.ts";

const MESSAGES = 300;
const RECORDS_FROM = 128;

interface Worn {
  readonly patient: string;
  readonly device: string;
  readonly site: string;
  readonly secret: string;
}

let folder: string;
let base: string;
let who: Worn;
let startAt: number;

const timeOf = (seq: number): number => startAt + seq * SECOND;

beforeAll(async () => {
  if (spawnSync("strace", ["--version"]).status !== 0) throw new Error("strace is missing: apt-get install -y strace");
  folder = await mkdtemp(join(tmpdir(), "homeward-strace-"));
  base = join(folder, "base");
  await using house = await startHomeward({ args: ["--quiet-home"], dataDir: base });
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  who = await enrol(admin);
  startAt = Math.floor((await admin.get<{ now: number }>("/time")).now / SECOND) * SECOND - 3_600 * SECOND;
});
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A device whose packet ids are its message numbers, so that a PUBACK on the wire names the message. */
const connectNumbered = async (
  house: Homeward,
): Promise<RawSocket & { publish(seq: number): void; readonly acknowledged: Set<number> }> => {
  const socket = await connectRawSocket(house.mqtt);
  const acknowledged = new Set<number>();
  const parser = mqttPacket.parser();
  const ready = Promise.withResolvers<void>();
  parser.on("packet", (packet) => {
    if (packet.cmd === "puback") acknowledged.add(packet.messageId ?? 0);
    if (packet.cmd === "suback") ready.resolve();
    if (packet.cmd === "publish" && packet.qos === 1)
      socket.write(mqttPacket.generate({ cmd: "puback", messageId: packet.messageId as number }));
  });
  socket.socket.on("data", (chunk: Buffer) => parser.parse(chunk));
  socket.write(mqttPacket.generate({ cmd: "connect", clientId: who.device, username: who.device, password: Buffer.from(who.secret) }));
  socket.write(
    mqttPacket.generate({
      cmd: "subscribe",
      messageId: 60_000,
      subscriptions: [{ topic: `homeward/v1/${who.site}/${who.device}/receipt`, qos: 1 }],
    }),
  );
  await ready.promise;
  return Object.assign(socket, {
    acknowledged,
    publish: (seq: number) =>
      socket.write(
        mqttPacket.generate({
          cmd: "publish",
          topic: `homeward/v1/${who.site}/${who.device}/telemetry`,
          payload: JSON.stringify({ seq, samples: [{ metric: "pulse_rate", t: timeOf(seq), value: 60 + (seq % 40) }] }),
          qos: 1,
          dup: false,
          retain: false,
          messageId: seq,
        }),
      ),
  });
};

const runTraced = async (
  name: string,
  more: (dataDir: string) => readonly string[],
  story: (house: Homeward) => Promise<void>,
): Promise<{ readonly dataDir: string; readonly events: readonly TraceEvent[] }> => {
  const dataDir = join(folder, name);
  const log = join(folder, `${name}.trace`);
  await cp(base, dataDir, { recursive: true });
  const house = await startHomeward({ args: ["--quiet-home"], dataDir, wrapper: straceCommand(log, ...more(dataDir)) });
  try {
    await story(house);
  } catch (cause) {
    throw new Error(`the server said: ${house.errors().slice(-2_000)}`, { cause });
  } finally {
    // kill -9: nothing is put in order at the end.
    await house.kill();
  }
  let trace = "";
  await until("the end of the trace", async () => {
    trace = await readFile(log, "utf8");
    return trace.includes(`${house.pid} +++ `) || new RegExp(`^${house.pid} +\\+\\+\\+ `, "m").test(trace);
  });
  return { dataDir, events: readTrace(trace) };
};

const readyStatus = async (house: Homeward, { token }: Api): Promise<number> =>
  (await fetch(`${house.http}/health/ready`, { headers: { authorization: `Bearer ${token}` } })).status;

/** Where each message of the device ends in the journal: number → places. */
const recordsOf = async (dataDir: string): Promise<Map<number, { readonly file: string; readonly end: number }[]>> => {
  const places = new Map<number, { file: string; end: number }[]>();
  const journal = join(dataDir, "journal");
  for (const file of (await readdir(journal)).filter((name) => name.endsWith(".segment"))) {
    const bytes = await readFile(join(journal, file));
    for (let at = RECORDS_FROM; at + 16 < bytes.length;) {
      const end = at + 16 + bytes.readUInt32LE(at + 4);
      if (end > bytes.length) break;
      const entry = decodeEntry(bytes.subarray(at + 16, end));
      if (entry.kind === "message" && entry.device === who.device && entry.seq !== undefined)
        places.set(entry.seq, [...(places.get(entry.seq) ?? []), { file, end }]);
      at = end;
    }
  }
  return places;
};

/** Everything the server told the device, in order, with what was durable at that moment. */
const told = (
  events: readonly TraceEvent[],
): { readonly what: "puback" | "receipt"; readonly seqs: readonly number[]; readonly durable: ReadonlyMap<string, number> }[] => {
  const said: { what: "puback" | "receipt"; seqs: number[]; durable: ReadonlyMap<string, number> }[] = [];
  const links = new Map<number, ReturnType<typeof mqttPacket.parser>>();
  let durable: ReadonlyMap<string, number> = new Map();
  for (const event of events) {
    if (event.kind === "synced") durable = event.durable;
    else if (event.kind === "accepted") links.delete(event.fd);
    else if (event.kind === "sent") {
      // CONNACK is the first thing the broker ever says on a socket; HTTP begins with an H.
      if (!links.has(event.fd) && event.bytes[0] !== 0x20) continue;
      let parser = links.get(event.fd);
      if (parser === undefined) {
        parser = mqttPacket.parser();
        links.set(event.fd, parser);
        parser.on("packet", (packet) => {
          if (packet.cmd === "puback") said.push({ what: "puback", seqs: [packet.messageId ?? 0], durable });
          if (packet.cmd !== "publish" || !packet.topic.endsWith(`/${who.device}/receipt`)) return;
          const { seq, missing } = JSON.parse(packet.payload.toString()) as { seq: number; missing: number[] };
          const lost = new Set(missing);
          said.push({
            what: "receipt",
            seqs: Array.from({ length: seq }, (_, index) => index + 1).filter((one) => !lost.has(one)),
            durable,
          });
        });
      }
      parser.parse(event.bytes);
    }
  }
  return said;
};

/** What an acknowledgement promises: one of the message's records lies within what was synced when it left. */
const checkPromises = async (dataDir: string, events: readonly TraceEvent[]) => {
  const places = await recordsOf(dataDir);
  const said = told(events);
  for (const { what, seqs, durable } of said)
    for (const seq of seqs)
      expect(
        (places.get(seq) ?? []).some(({ file, end }) => (durable.get(file) ?? 0) >= end),
        `${what} of message ${seq} left before its sync returned`,
      ).toBe(true);
  return { places, said };
};

/** A commit may hold nothing of the device: only all of them together must have hit it. */
const refusals: number[] = [];

describe("the server under strace", () => {
  test("no PUBACK and no receipt leaves before the sync that covers it, and a start from the synced bytes alone loses nothing told", async () => {
    const { dataDir, events } = await runTraced(
      "promises",
      () => [],
      async (house) => {
        await using device = await connectNumbered(house);
        for (let seq = 1; seq <= MESSAGES; seq++) {
          device.publish(seq);
          // Not all in one commit.
          if (seq % 7 === 0) await until("a few acknowledgements", () => device.acknowledged.size >= seq - 20);
        }
        await until("all acknowledgements", () => device.acknowledged.size === MESSAGES);
      },
    );
    const { said } = await checkPromises(dataDir, events);
    expect(said.filter(({ what }) => what === "puback")).toHaveLength(MESSAGES);
    expect(said.some(({ what }) => what === "receipt")).toBe(true);

    // The power goes just after something was said: only what was synced is left of the journal.
    const cuts = [0.05, 0.5, 1].map((share) => Math.max(0, Math.floor(said.length * share) - 1));
    for (const cut of cuts) {
      const copy = join(folder, `cut-${cut}`);
      await cp(base, copy, { recursive: true });
      await rm(join(copy, "journal"), { recursive: true });
      await mkdir(join(copy, "journal"), { mode: 0o700 });
      const { durable } = said[cut] as (typeof said)[number];
      for (const name of (await readdir(join(dataDir, "journal"))).filter((file) => file.endsWith(".segment"))) {
        const bytes = await readFile(join(dataDir, "journal", name));
        // Segments that were there before the trace began were synced by a clean stop.
        const old = await readFile(join(base, "journal", name)).catch(() => Buffer.alloc(0));
        const size = Math.max(durable.get(name) ?? 0, old.length);
        if (size > 0) await writeFile(join(copy, "journal", name), bytes.subarray(0, size));
      }
      const promised = new Set(said.slice(0, cut + 1).flatMap(({ seqs }) => seqs));
      await using house = await startHomeward({ args: ["--quiet-home"], dataDir: copy });
      const admin = await signIn(house, "administrator", "inst-t1-willow");
      const times = await until(`${promised.size} stored messages`, async () => {
        const stored = await storedSamples(house, admin, who.patient, "pulse_rate");
        return stored.length >= promised.size && new Set(stored.map(({ t }) => t));
      });
      for (const seq of promised) expect(times.has(timeOf(seq)), `message ${seq} after a cut at ${cut}`).toBe(true);
      process.stderr.write(`power cut after ${cut + 1} of ${said.length} words: ${promised.size} promised, ${times.size} there\n`);
    }
  });

  test.each([8, 13])(
    "when sync %i of the journal fails, its messages are neither acknowledged nor receipted until they came again",
    async (when) => {
      let refused: number[] = [];
      const { dataDir, events } = await runTraced(
        `eio-${when}`,
        () => ["-e", `inject=fdatasync:error=EIO:when=${when}`],
        async (house) => {
          await using device = await connectNumbered(house);
          for (let seq = 1; seq <= MESSAGES; seq++) {
            device.publish(seq);
            // A call in between: time for a commit of its own.
            if (seq % 5 === 0) await fetch(`${house.http}/health/live`);
          }
          // Later messages are acknowledged again: the journal goes on in a new segment.
          await until("the last acknowledgement", () => device.acknowledged.has(MESSAGES));
          refused = Array.from({ length: MESSAGES }, (_, index) => index + 1).filter((seq) => !device.acknowledged.has(seq));
          for (const seq of refused) device.publish(seq);
          await until("acknowledgement of what came again", () => device.acknowledged.size === MESSAGES);
        },
      );
      const syncs = events.filter(({ kind }) => kind === "synced").length;
      expect(
        events.some(({ kind }) => kind === "sync-failed"),
        `only ${syncs} syncs`,
      ).toBe(true);
      refusals.push(refused.length);
      const { said } = await checkPromises(dataDir, events);
      const acknowledged = said.filter(({ what }) => what === "puback").flatMap(({ seqs }) => seqs);
      // Each exactly once: what was refused got its one acknowledgement when it came again.
      expect(acknowledged.length).toBe(MESSAGES);
      expect(new Set(acknowledged).size).toBe(MESSAGES);
      await using house = await startHomeward({ args: ["--quiet-home"], dataDir });
      const admin = await signIn(house, "administrator", "inst-t1-willow");
      const stored = await until("all stored", async () => {
        const found = await storedSamples(house, admin, who.patient, "pulse_rate");
        return found.length >= MESSAGES && found;
      });
      expect(stored.map(({ t }) => t)).toEqual(Array.from({ length: MESSAGES }, (_, index) => timeOf(index + 1)));
      process.stderr.write(`EIO at sync ${when}: ${refused.length} of ${MESSAGES} messages refused, all stored in the end\n`);
    },
  );

  test("those failures did hit messages", () => {
    expect(Math.max(...refusals)).toBeGreaterThan(0);
  });

  test("when the disk never works again nothing more is acknowledged, the server says so, and what it had acknowledged is there afterwards", async () => {
    let acknowledged: number[] = [];
    const { dataDir, events } = await runTraced(
      "eio-for-good",
      () => ["-e", "inject=fdatasync:error=EIO:when=12+"],
      async (house) => {
        await using device = await connectNumbered(house);
        let works = true;
        const readiness = await signIn(house, "administrator", "inst-t1-willow");
        for (let seq = 1; seq <= MESSAGES; seq++) {
          device.publish(seq);
          if (seq % 10 !== 0) continue;
          expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
          if (works) works = await until("this commit", () => device.acknowledged.has(seq), 500).catch(() => false);
        }
        await until("the server is not ready", async () => (await readyStatus(house, readiness)) === 503);
        acknowledged = [...device.acknowledged];
      },
    );
    expect(events.some(({ kind }) => kind === "sync-failed")).toBe(true);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.length).toBeLessThan(MESSAGES);
    await checkPromises(dataDir, events);
    await using house = await startHomeward({ args: ["--quiet-home"], dataDir });
    const admin = await signIn(house, "administrator", "inst-t1-willow");
    const times = await until("all acknowledged", async () => {
      const found = await storedSamples(house, admin, who.patient, "pulse_rate");
      return found.length >= acknowledged.length && new Set(found.map(({ t }) => t));
    });
    for (const seq of acknowledged) expect(times.has(timeOf(seq))).toBe(true);
  });
});
