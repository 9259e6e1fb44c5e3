import specs from "@asyncapi/specs";
import { Ajv } from "ajv";
import addFormatsModule from "ajv-formats";
import type { Static } from "typebox";
import { expect, test } from "vitest";
import { buildAsyncApi } from "#contracts/asyncapi.ts";
import { CLIENT_FRAMES, LIVE_CLOSE_CODES, LIVE_PATH, SERVER_FRAMES } from "#contracts/live-protocol.ts";
import { AlertSchema } from "#contracts/live/alert-schema.ts";
import { parseTopic } from "#contracts/topics.ts";
import type { Channel } from "#contracts/topics.ts";
import { alertLike } from "#tests/support/alert-like.ts";
import { openLiveBench, settle } from "#tests/support/live-bench.ts";

type Json = Readonly<Record<string, unknown>>;
interface Document {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly description: string; readonly messages: Json }>>;
  readonly operations: Readonly<
    Record<
      string,
      { readonly action: string; readonly channel: { readonly $ref: string }; readonly messages: readonly { readonly $ref: string }[] }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, { readonly name: string; readonly payload: Json }>> };
}

const CHANNELS = Object.keys({ telemetry: 1, waveform: 1, status: 1, receipt: 1, command: 1 } satisfies Record<Channel, 1>) as Channel[];
const document = buildAsyncApi({ version: "1.2.3" });
const { channels, operations, components } = document as unknown as Document;
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => Ajv;

const validator = (version: "3.0.0" | "3.1.0") => {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
  return ajv.compile(specs.schemasWithoutId[version] as Json);
};

test("the document is valid AsyncAPI 3.0, and 3.1 when it says so", () => {
  const check30 = validator("3.0.0");
  check30(document);
  expect(check30.errors ?? []).toEqual([]);
  const check31 = validator("3.1.0");
  check31({ ...document, asyncapi: "3.1.0" });
  expect(check31.errors ?? []).toEqual([]);
});

test("the official schema would find a mistake", () => {
  expect(validator("3.0.0")({ ...document, channels: { x: { address: 7 } } })).toBe(false);
});

test("the channels that exist are exactly those documented", () => {
  expect(Object.keys(channels).sort()).toEqual([...CHANNELS, "live"].sort());
  for (const name of CHANNELS)
    expect(parseTopic(channels[name]?.address.replace("{site}", "s1").replace("{device}", "d1") ?? "")).toMatchObject({ channel: name });
  expect(channels["live"]?.address).toBe(LIVE_PATH);
});

test("the frames that exist are exactly those documented, on their side", () => {
  const namesOf = (operation: string): string[] => operations[operation]?.messages.map(({ $ref }) => $ref.split("/").at(-1) ?? "") ?? [];
  expect(namesOf("receiveLiveFrames").sort()).toEqual(Object.keys(CLIENT_FRAMES).sort());
  expect(namesOf("sendLiveFrames").sort()).toEqual(Object.keys(SERVER_FRAMES).sort());
  for (const code of Object.keys(LIVE_CLOSE_CODES)) expect(channels["live"]?.description).toContain(code);
});

test("devices publish three channels and hear two", () => {
  const actions = Object.values(operations).map(({ action, channel }) => `${action} ${channel.$ref.split("/").at(-1)}`);
  expect(actions).toEqual(
    expect.arrayContaining(["receive telemetry", "receive waveform", "receive status", "send receipt", "send command"]),
  );
});

test("every reference leads somewhere", () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(refs.length).toBeGreaterThan(20);
  for (const ref of refs) {
    const found = ref.split("/").reduce<unknown>((at, part) => (at as Json | undefined)?.[part], document);
    expect(found, ref).toBeDefined();
  }
});

type DeepReadonly<Value> = Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value;

test("an alert of the core has every member the schema promises", () => {
  const alert: DeepReadonly<Static<typeof AlertSchema>> = alertLike("a1", { patient: "p1" });
  expect(Object.keys(alert).sort()).toEqual(Object.keys(AlertSchema.properties).sort());
});

test("every frame the server really sends is as documented", async () => {
  const ajv = addFormats(new Ajv({ strict: false }));
  const checks = new Map(
    Object.keys(SERVER_FRAMES).map((name) => [
      name,
      ajv.compile(components.messages[`liveServer${name.charAt(0).toUpperCase()}${name.slice(1)}`]?.payload ?? { not: {} }),
    ]),
  );
  const bench = openLiveBench();
  bench.see("p1", "t1");
  const at = bench.clocks.clinical.now();
  const institution = bench.institution("t1");
  const viewer = bench.connect();
  bench.hub.publish([bench.feed.commit(alertLike("a0", { patient: "p1" }))]);
  bench.hub.reading(bench.reading("p1", "spo2", 95));
  viewer.say({ type: "subscribe", id: "a", metrics: ["*"], after: "nonsense" });
  await settle();
  bench.hub.publish([
    bench.feed.commit(alertLike("a1", { patient: "p1" })),
    bench.feed.add({ kind: "referral", at, patient: null, institution, payload: { version: 1, referral: { id: "r" } } }),
    bench.feed.add({ kind: "device", at, patient: null, institution, payload: { event: "device.silent", device: "d", patient: null, at } }),
  ]);
  bench.hub.system({ condition: "broker_lost", active: true, at });
  bench.hub.reading(bench.reading("p1", "spo2", 94));
  viewer.connection.receive("nonsense");
  await settle();
  for (let n = 0; n < 501; n += 1) bench.hub.reading(bench.reading("p1", "spo2", n));
  bench.clocks.advance(10_000);
  const sent = viewer.frames();
  expect(new Set(sent.map((frame) => frame.type))).toEqual(new Set(Object.keys(SERVER_FRAMES)));
  for (const frame of sent) {
    const check = checks.get(frame.type);
    check?.(frame);
    expect(check?.errors ?? [], `${frame.type} ${JSON.stringify(frame).slice(0, 200)}`).toEqual([]);
  }
});
