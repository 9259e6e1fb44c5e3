/** Status, receipts, commands and topics: the small bodies around the measurements (contract section 2). */
import { describe, expect, test } from "vitest";
import { commandTopic, parseTopic, receiptTopic, topicFilter, topicOf } from "#contracts/topics.ts";
import { decodeCommand, encodeCommand } from "#contracts/command.ts";
import { decodeReceipt, encodeReceipt } from "#contracts/receipt.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { ingestErrors } from "#contracts/errors/ingest.ts";
import { QUARANTINE_REASONS } from "#core/samples/quarantine-reason.ts";
import { bytes, T } from "#tests/support/decode-fixtures.ts";

describe("a status", () => {
  test("says whether the device is online, its battery, radio and firmware", () => {
    expect(decodeStatus(bytes({ online: true, battery: 87, rssi: -61, firmware: "1.4.0", x: 1 }))).toEqual({
      ok: true,
      value: { online: true, battery: 87, rssi: -61, firmware: "1.4.0" },
    });
    expect(decodeStatus(bytes({ online: false }))).toEqual({ ok: true, value: { online: false } });
  });

  test("leaves out what the device does not know", () => {
    expect(decodeStatus(bytes({ online: true, battery: null, rssi: 255, firmware: null }))).toEqual({ ok: true, value: { online: true } });
    expect(decodeStatus(bytes({ battery: -1 }))).toEqual({ ok: true, value: {} });
    expect(decodeStatus(new Uint8Array())).toEqual({ ok: true, value: {} });
  });

  test.each([
    ["bad_json", "offline"],
    ["bad_utf8", Uint8Array.of(0xff, 0xfe)],
    ["bad_shape", []],
    ["bad_shape", null],
    ["bad_shape", { online: "true" }],
    ["bad_shape", { battery: "87" }],
    ["bad_shape", { firmware: 1 }],
    ["out_of_range", { battery: 150 }],
    ["out_of_range", { rssi: -200 }],
  ])("is set aside as %s: %j", (problem, body) => {
    expect(decodeStatus(body instanceof Uint8Array ? body : bytes(body))).toEqual({ ok: false, problem });
  });
});

describe("a topic", () => {
  test("names site, device and channel", () => {
    expect(parseTopic("homeward/v1/s-1/ox_01/telemetry")).toEqual({ site: "s-1", device: "ox_01", channel: "telemetry" });
    expect(parseTopic(topicOf("s", "d", "status"))?.channel).toBe("status");
    expect(parseTopic(receiptTopic("s", "d"))?.channel).toBe("receipt");
    expect(parseTopic(commandTopic("s", "d"))?.channel).toBe("command");
    expect(topicFilter("waveform")).toBe("homeward/v1/+/+/waveform");
  });

  test.each([
    "",
    "homeward/v1/s/d",
    "homeward/v1/s/d/other",
    "homeward/v2/s/d/telemetry",
    "homeward/v1//d/telemetry",
    "homeward/v1/s/d/telemetry/",
    "/homeward/v1/s/d/telemetry",
    "homeward/v1/s/d e/telemetry",
    "homeward/v1/+/d/telemetry",
    "homeward/v1/s/d/telemetry\n",
    `homeward/v1/s/${"d".repeat(65)}/telemetry`,
    `homeward/v1/${"s/".repeat(50_000)}telemetry`,
  ])("of another form is none of ours: %j", (topic) => {
    expect(parseTopic(topic)).toBeNull();
  });
});

describe("a receipt", () => {
  test("echoes the epoch only when there is one, and reads back", () => {
    expect(encodeReceipt({ seq: 1204, missing: [1201] })).toBe('{"seq":1204,"missing":[1201]}');
    expect(decodeReceipt(encodeReceipt({ seq: 3, epoch: "b", missing: [] }))).toEqual({ seq: 3, epoch: "b", missing: [] });
    for (const text of ["", "{}", "[]", "null", '{"seq":-1,"missing":[]}', '{"seq":1,"missing":["0"]}', '{"seq":1}']) {
      expect(decodeReceipt(text)).toBeNull();
    }
  });
});

describe("a command", () => {
  const command = { v: 1, id: "c1", type: "report_now", expiresAt: T + 60_000 } as const;

  test("is obeyed until it expires", () => {
    expect(decodeCommand(encodeCommand(command), T)).toEqual(command);
    expect(decodeCommand(encodeCommand(command), T + 60_000)).toBeNull();
  });

  test("of another version or shape is not obeyed", () => {
    for (const text of [
      "",
      "5",
      "null",
      JSON.stringify({ ...command, v: 2 }),
      JSON.stringify({ ...command, type: "explode" }),
      JSON.stringify({ ...command, id: "" }),
    ]) {
      expect(decodeCommand(text, T)).toBeNull();
    }
  });
});

test("every reason for quarantine says what to do next", () => {
  expect(Object.keys(ingestErrors)).toEqual(Object.keys(QUARANTINE_REASONS));
  for (const { title, next } of Object.values(ingestErrors))
    expect([title, next]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
});
