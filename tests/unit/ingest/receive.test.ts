import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import type { DeviceId, InstitutionId, SiteId } from "#core/ids.ts";
import type { JournalEntry, MessageEntry } from "#core/journal-entry.ts";
import type { DeviceConfig } from "#core/people.ts";
import { DAY, HOUR, SECOND } from "#core/time.ts";
import { openReceive } from "#ingest/receive.ts";
import type { CheckpointFile } from "#ports/checkpoint-file.ts";
import type { Journal } from "#ports/journal.ts";
import type { UnitConverter } from "#ports/unit-converter.ts";
import type { Registry } from "#ports/registry.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";

const DEVICE = "ox-1" as DeviceId;
const TOPIC = "homeward/v1/home/ox-1/telemetry";
const config: DeviceConfig = {
  id: DEVICE,
  site: "home" as SiteId,
  institution: "inst-1" as InstitutionId,
  kind: "oximeter",
  metrics: {},
  secretHash: createHash("sha256").update("s3cret").digest("hex"),
  revoked: false,
  createdAt: 0,
};
const registry: Registry = {
  patient: () => null,
  patients: () => [],
  device: (id) => (id === DEVICE ? config : null),
  devices: () => [config],
  assignmentsOfDevice: () => [],
  assignmentsOfPatient: () => [],
  wearerAt: () => null,
  spansOf: () => [],
  institutionOfDevice: () => config.institution,
  presence: () => null,
};

const memoryCheckpoint = (): CheckpointFile => {
  let kept: { position: number; state: unknown } | null = null;
  return {
    load: () => Promise.resolve(kept),
    save(position, state) {
      kept = { position, state: JSON.parse(JSON.stringify(state)) as unknown };
      return Promise.resolve();
    },
  };
};

const openHouse = async (given: { journal?: Journal; checkpoint?: CheckpointFile; units?: UnitConverter } = {}) => {
  const journal = given.journal ?? createJournalMemory();
  const clocks = createVirtualClocks();
  const receipts: unknown[] = [];
  const receive = await openReceive({
    journal,
    registry,
    units: given.units ?? createUcumConverter(),
    clinicalClock: clocks.clinical,
    transportClock: clocks.transport,
    diagnostics: createCollectingDiagnostics(),
    checkpoint: given.checkpoint ?? memoryCheckpoint(),
    retention: { rawMs: 90 * DAY, spotMs: 5 * 365 * DAY },
  });
  receive.deliverThrough({ publish: (topic, payload) => void receipts.push({ topic, ...(JSON.parse(payload) as object) }) });
  const now = (): number => clocks.clinical.now();
  let acknowledged = 0;
  const publish = async (body: unknown, options: { topic?: string; sender?: string | null } = {}): Promise<void> => {
    const payload = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    receive.handlers.onMessage(
      {
        topic: options.topic ?? TOPIC,
        payload,
        sender: (options.sender === undefined ? DEVICE : options.sender) as DeviceId | null,
        qos: 1,
        retain: false,
        will: false,
      },
      () => {
        acknowledged += 1;
      },
    );
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const entries = async (): Promise<JournalEntry[]> => {
    const all: JournalEntry[] = [];
    for await (const batch of journal.read(1)) all.push(...batch.map(({ entry }) => entry));
    return all;
  };
  const messages = async (): Promise<MessageEntry[]> => (await entries()).filter((entry) => entry.kind === "message");
  return { receive, clocks, receipts, publish, entries, messages, now, journal, acknowledged: () => acknowledged };
};

const spo2 = (t: number, value: unknown = 95) => ({ metric: "spo2", t, value });

describe("receiving", () => {
  test("a message is in the journal before it is acknowledged, and receipted within a second", async () => {
    const house = await openHouse();
    await house.publish({ seq: 1, samples: [spo2(house.now())] });
    expect(house.acknowledged()).toBe(1);
    expect((await house.messages())[0]?.samples).toHaveLength(1);
    house.clocks.advance(SECOND);
    expect(house.receipts).toEqual([{ topic: "homeward/v1/home/ox-1/receipt", seq: 1, missing: [] }]);
  });

  test("nothing is acknowledged or receipted when the journal refuses", async () => {
    const refusing: Journal = { ...createJournalMemory(), append: (_, settled) => settled({ ok: false, reason: "failed" }) };
    const house = await openHouse({ journal: refusing });
    await house.publish({ seq: 1, samples: [spo2(house.now())] });
    house.clocks.advance(5 * SECOND);
    expect([house.acknowledged(), house.receipts]).toEqual([0, []]);
  });

  test("receipts are at least 250 ms apart and cumulative", async () => {
    const house = await openHouse();
    const at: number[] = [];
    for (let seq = 1; seq <= 100; seq++) {
      await house.publish({ seq, samples: [spo2(house.now())] });
      const before = house.receipts.length;
      house.clocks.advance(50);
      if (house.receipts.length > before) at.push(house.clocks.transport.monotonic());
    }
    house.clocks.advance(SECOND);
    expect(house.receipts.at(-1)).toMatchObject({ seq: 100, missing: [] });
    for (let index = 1; index < at.length; index++) expect((at[index] as number) - (at[index - 1] as number)).toBeGreaterThanOrEqual(250);
  });

  test("the good samples of a message are kept and each bad one is one quarantine item with the raw bytes", async () => {
    const house = await openHouse();
    await house.publish({
      seq: 1,
      samples: [spo2(house.now()), spo2(house.now() + 1, 300), { metric: "aura", t: house.now(), value: 1 }, spo2(house.now() + HOUR)],
    });
    const [message] = await house.messages();
    expect(message?.samples).toHaveLength(1);
    expect(message?.quarantined.map((item) => item.reason).sort()).toEqual(["out_of_range", "t_future", "unknown_metric"]);
    expect(new TextDecoder().decode(message?.quarantined[0]?.raw)).toContain("aura");
    // As the device wrote it, not as we keep it.
    expect(message?.quarantined.find((item) => item.reason === "t_future")?.sample).toEqual(spo2(house.now() + HOUR));
    expect(house.acknowledged()).toBe(1);
  });

  test("what a device sends to a channel of its own that does not exist is set aside without suspicion", async () => {
    const house = await openHouse();
    await house.publish({ seq: 1, samples: [] }, { topic: "homeward/v1/home/ox-1/vitals" });
    expect(await house.entries()).toMatchObject([{ kind: "message", device: DEVICE, quarantined: [{ reason: "bad_topic" }] }]);
    expect(house.acknowledged()).toBe(1);
  });

  test("poison is quarantined and acknowledged, and its neighbours are stored", async () => {
    const house = await openHouse();
    await house.publish("{not json");
    await house.publish({ seq: 1, samples: [spo2(house.now())] });
    expect((await house.messages()).map((message) => [message.samples.length, message.quarantined[0]?.reason])).toEqual([
      [0, "bad_json"],
      [1, undefined],
    ]);
    expect(house.acknowledged()).toBe(2);
  });

  test("a fault while a message is judged sets that message aside and harms no other", async () => {
    const house = await openHouse({
      units: {
        convert: () => {
          throw new Error("broken");
        },
      },
    });
    await house.publish({ seq: 1, samples: [{ ...spo2(house.now()), unit: "m[H2O]" }] });
    await house.publish({ seq: 2, samples: [spo2(house.now())] });
    expect((await house.messages()).map((message) => [message.samples.length, message.quarantined[0]?.reason])).toEqual([
      [0, "not_judged"],
      [1, undefined],
    ]);
    expect(house.acknowledged()).toBe(2);
  });

  test("a device that names another in its topic is set aside and reported", async () => {
    const house = await openHouse();
    await house.publish({ seq: 1, samples: [] }, { topic: "homeward/v1/home/ox-2/telemetry" });
    const kinds = (await house.entries()).map((entry) =>
      entry.kind === "message" ? entry.quarantined[0]?.reason : entry.kind === "condition" ? entry.condition : entry.kind,
    );
    expect(kinds.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(["foreign_device", "wrong_binding"]);
  });

  test("behind another broker a device is believed below its own site, and what nobody registered is set aside and reported", async () => {
    const house = await openHouse();
    const outside = (topic: string) => house.publish({ seq: 1, samples: [] }, { topic: `homeward/v1/${topic}`, sender: null });
    await outside("home/ox-1/telemetry");
    await outside("home/ox-1/vitals");
    expect((await house.entries()).map((entry) => entry.kind)).toEqual(["message", "message"]);
    await outside("away/ox-1/telemetry");
    await outside("home/stranger/telemetry");
    await outside("home/stranger/vitals");
    expect(house.acknowledged()).toBe(5);
    const entries = await house.entries();
    const reasons = entries.flatMap((entry) =>
      entry.kind === "message" ? [entry.quarantined[0]?.reason ?? "stored"] : entry.kind === "condition" ? [entry.condition] : [],
    );
    expect(reasons).toEqual([
      "stored",
      "bad_topic",
      "wrong_binding",
      "foreign_device",
      "unknown_device",
      "foreign_device",
      "wrong_binding",
    ]);
  });

  test("an outage of the broker is on record from the last moment anything was heard", async () => {
    const house = await openHouse();
    house.receive.handlers.onReceiving?.(false, 4 * SECOND, "ECONNRESET");
    house.receive.handlers.onReceiving?.(true, 0, "connected");
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(await house.entries()).toEqual([
      { kind: "receiving", at: house.now() - 4 * SECOND, receiving: false },
      { kind: "receiving", at: house.now(), receiving: true },
    ]);
  });

  test("the counter survives a restart, from the checkpoint and from the journal behind it", async () => {
    const journal = createJournalMemory();
    const checkpoint = memoryCheckpoint();
    const first = await openHouse({ journal, checkpoint });
    for (const seq of [1, 2, 4]) await first.publish({ seq, samples: [spo2(first.now() + seq)] });
    await first.receive[Symbol.asyncDispose]();
    const second = await openHouse({ journal, checkpoint });
    await second.publish({ seq: 6, samples: [spo2(second.now() + 6)] });
    const third = await openHouse({ journal, checkpoint });
    await third.publish({ seq: 7, samples: [spo2(third.now() + 7)] });
    third.clocks.advance(SECOND);
    expect(third.receipts.at(-1)).toMatchObject({ seq: 7, missing: [3, 5] });
  });

  test("a counter that began anew hears nothing more of its former life, whose gap is on record all the same", async () => {
    const house = await openHouse();
    for (const seq of [5, 7, 8]) await house.publish({ seq, samples: [spo2(house.now() + seq)] });
    house.clocks.advance(SECOND);
    expect(house.receipts.at(-1)).toMatchObject({ seq: 8, missing: [6] });
    const told = house.receipts.length;
    for (const seq of [1, 2]) await house.publish({ seq, samples: [spo2(house.now() + 10 + seq)] });
    house.clocks.advance(60 * SECOND);
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const receipt of house.receipts.slice(told)) expect(receipt).toMatchObject({ seq: 2, missing: [] });
    expect(house.receipts.length).toBeGreaterThan(told);
    expect((await house.entries()).find((entry) => entry.kind === "data-gap")).toMatchObject({ from: 6, to: 6, reason: "not_resent" });
  });

  test("a counter that begins anew is known as one also after a restart of ours, and an outbox sent again is not", async () => {
    const journal = createJournalMemory();
    const checkpoint = memoryCheckpoint();
    const first = await openHouse({ journal, checkpoint });
    const sent = Array.from({ length: 20 }, (_, index) => ({ seq: index + 1, samples: [spo2(first.now() + index)] }));
    for (const message of sent) await first.publish(message);
    await first.receive[Symbol.asyncDispose]();
    const second = await openHouse({ journal, checkpoint });
    for (const message of sent.slice(10)) await second.publish(message);
    second.clocks.advance(SECOND);
    expect(second.receipts.at(-1)).toMatchObject({ seq: 20, missing: [] });
    for (const seq of [1, 2, 4]) await second.publish({ seq, samples: [spo2(second.now() + 100 + seq)] });
    second.clocks.advance(SECOND);
    expect(second.receipts.at(-1)).toMatchObject({ seq: 4, missing: [3] });
  });

  test("a voided number is no longer missing and is recorded as a gap", async () => {
    const house = await openHouse();
    await house.publish({ seq: 1, samples: [spo2(house.now())] });
    await house.publish({ seq: 3, samples: [spo2(house.now() + 1)] });
    await house.publish({ seq: 2, void: true });
    house.clocks.advance(2 * SECOND);
    expect(house.receipts.at(-1)).toMatchObject({ seq: 3, missing: [] });
    expect((await house.entries()).find((entry) => entry.kind === "data-gap")).toMatchObject({ from: 2, to: 2, reason: "voided" });
  });

  test("a gap of a device that falls silent is on record within a minute, and closes when its number comes", async () => {
    const house = await openHouse();
    await house.publish({ seq: 1, samples: [spo2(house.now())] });
    await house.publish({ seq: 3, samples: [spo2(house.now() + 1)] });
    house.clocks.advance(60 * SECOND);
    await new Promise<void>((resolve) => setImmediate(resolve));
    const gaps = async () =>
      (await house.entries()).flatMap((entry) => (entry.kind === "data-gap" ? [[entry.from, entry.to, entry.reason]] : []));
    expect(await gaps()).toEqual([[2, 2, "not_resent"]]);
    await house.publish({ seq: 2, samples: [spo2(house.now() - 1)] });
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(await gaps()).toEqual([
      [2, 2, "not_resent"],
      [2, 2, "arrived"],
    ]);
  });

  test("only the device itself signs in with its secret", async () => {
    const { receive } = await openHouse();
    const secret = new TextEncoder().encode("s3cret");
    const sign = (id: string, name: string | null, key: Uint8Array | null) => receive.handlers.authenticate(id, name, key, "127.0.0.1");
    expect(sign("ox-1", "ox-1", secret)).toBe("ox-1");
    expect(sign("ox-1", "ox-2", secret)).toBeNull();
    expect(sign("ox-1", "ox-1", new TextEncoder().encode("other"))).toBeNull();
    expect(sign("ox-1", "ox-1", null)).toBeNull();
    expect(sign("ox-2", "ox-2", secret)).toBeNull();
    expect(sign("#", "#", secret)).toBeNull();
  });

  test("a flood of refused sign-ins becomes one event per source, not one per attempt", async () => {
    const house = await openHouse();
    for (let index = 0; index < 500; index++)
      house.receive.handlers.onViolation({ device: "ghost" as DeviceId, kind: "bad_credentials", detail: "wrong secret" });
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect((await house.entries()).filter((entry) => entry.kind === "condition")).toHaveLength(1);
  });

  test("a clone that counts on its own is told as a replayed sequence, once in ten minutes", async () => {
    const house = await openHouse();
    for (const seq of [500, 1, 501, 2, 502, 3, 503, 4]) {
      await house.publish({ seq, samples: [spo2(house.now(), 90 + (seq % 7))] });
      house.clocks.advance(SECOND);
    }
    const conditions = (await house.entries()).filter((entry) => entry.kind === "condition");
    expect(conditions).toMatchObject([{ condition: "replayed_sequence", active: true, device: DEVICE, institution: "inst-1" }]);
  });

  test("the same bytes again, an old message again and a counter that was lost are no replayed sequence", async () => {
    const house = await openHouse();
    const old = house.now();
    for (const seq of [7, 8, 8, 9, 0, 1, 2, 3]) {
      house.clocks.advance(SECOND);
      await house.publish({ seq, samples: [spo2(seq === 8 ? old + 500 : house.now())] });
    }
    await house.publish({ seq: 9, samples: [spo2(old, 97)] });
    expect((await house.entries()).filter((entry) => entry.kind === "condition")).toEqual([]);
  });

  test("what a sensor reads without skin contact is bad in the journal already", async () => {
    const house = await openHouse();
    const t = house.now();
    await house.publish({ seq: 1, samples: [{ metric: "skin_contact", t, value: 0 }, spo2(t, 84)] });
    await house.publish({ seq: 2, samples: [spo2(t + SECOND, 84)] });
    const [first, second] = await house.messages();
    expect([first?.samples[1]?.quality, second?.samples[0]?.quality]).toEqual([2, 2]);
  });
});
