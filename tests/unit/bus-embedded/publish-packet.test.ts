/** PUBLISH packets are read as the library that wrote them meant them. */
import * as fc from "fast-check";
import { generate } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { FrameSplitter } from "#adapters/bus-embedded/frame-splitter.ts";
import { createPublishFields, decodePublish } from "#adapters/bus-embedded/publish-packet.ts";
import { packetOf, publishOf } from "#tests/unit/bus-embedded/mqtt-bytes.ts";

const decode = (packet: Buffer, version: number) => {
  const splitter = new FrameSplitter(1 << 20, 1 << 20);
  splitter.push(packet);
  expect(splitter.next()).toBe("frame");
  const { bytes, start, body, end } = splitter;
  const fields = createPublishFields();
  if (!decodePublish(fields, bytes, start, body, end, version)) return undefined;
  const { topicStart, topicLength, payloadStart, qos, retain, packetId, alias } = fields;
  return {
    topic: bytes.toString("utf8", topicStart, topicStart + topicLength),
    payload: bytes.toString("utf8", payloadStart, end),
    qos,
    retain,
    packetId,
    alias,
  };
};

test("what mqtt-packet writes is read back, in MQTT 3.1.1 and 5, with any properties", () => {
  const properties = fc.record(
    {
      payloadFormatIndicator: fc.boolean(),
      messageExpiryInterval: fc.nat(),
      topicAlias: fc.integer({ min: 1, max: 65_535 }),
      responseTopic: fc.stringMatching(/^[a-z/]{1,30}$/),
      correlationData: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      contentType: fc.stringMatching(/^[a-z/]{1,300}$/),
      userProperties: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[a-z]{0,99}$/), { minKeys: 1 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 5 as const),
      fc.constantFrom(0 as const, 1 as const, 2 as const),
      fc.boolean(),
      fc.stringMatching(/^[a-zA-Z0-9/_-]{1,80}$/),
      fc.string(),
      fc.integer({ min: 1, max: 65_535 }),
      properties,
      (version, qos, retain, topic, payload, messageId, given) => {
        const packet = generate(
          {
            cmd: "publish",
            topic,
            payload,
            qos,
            retain,
            dup: false,
            ...(qos > 0 ? { messageId } : {}),
            ...(version === 5 ? { properties: given } : {}),
          },
          { protocolVersion: version },
        );
        expect(decode(packet, version)).toEqual({
          topic,
          // A lone surrogate leaves Node as the replacement character.
          payload: Buffer.from(payload).toString(),
          qos,
          retain,
          packetId: qos > 0 ? messageId : 0,
          alias: version === 5 ? (given.topicAlias ?? 0) : 0,
        });
      },
    ),
    { numRuns: 300 },
  );
});

describe("a PUBLISH is malformed", () => {
  const topic = "a/b";
  test.each([
    ["with QoS 3", packetOf(0x36, Buffer.from([0, 1, 97, 0, 1])), 4],
    ["without a topic length", packetOf(0x30, Buffer.from([0])), 4],
    ["with a topic longer than itself", packetOf(0x30, Buffer.from([0, 9, 97])), 4],
    ["with packet id 0", publishOf({ topic, payload: "", packetId: 0 }), 4],
    ["without a packet id", packetOf(0x32, Buffer.from([0, 1, 97])), 4],
    ["without a property length", packetOf(0x30, Buffer.from([0, 1, 97])), 5],
    ["with an unknown property", publishOf({ topic, payload: "", properties: [0x7f, 0] }), 5],
    ["with a subscription identifier", publishOf({ topic, payload: "", properties: [0x0b, 1] }), 5],
    ["with topic alias 0", publishOf({ topic, payload: "", properties: [0x23, 0, 0] }), 5],
    ["with two topic aliases", publishOf({ topic, payload: "", properties: [0x23, 0, 1, 0x23, 0, 1] }), 5],
    ["with a property cut off", publishOf({ topic, payload: "", properties: [0x26, 0, 1, 97, 0] }), 5],
    ["with an endless property length", packetOf(0x30, Buffer.from([0, 1, 97, 255, 255, 255, 255, 1])), 5],
  ])("%s", (_, packet, version) => {
    expect(decode(packet, version)).toBeUndefined();
  });
});

test("any bytes at all are read or refused, never a fault or a place outside the packet", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(0x30, 0x31, 0x32, 0x34, 0x3b),
      fc.constantFrom(4, 5),
      (body, first, version) => {
        const packet = packetOf(first, body);
        const fields = createPublishFields();
        if (!decodePublish(fields, packet, 0, 2, packet.length, version)) return;
        expect(fields.topicStart + fields.topicLength).toBeLessThanOrEqual(packet.length);
        expect(fields.payloadStart).toBeLessThanOrEqual(packet.length);
      },
    ),
    { numRuns: 2_000 },
  );
});
