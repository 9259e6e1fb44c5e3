/** What devices in real homes publish, fed in as telemetry: set aside with the right reason or right, never a wrong number. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { bytes, contextAt } from "#tests/support/decode-fixtures.ts";
import { recordingsFolder } from "#tests/support/recordings.ts";

interface FieldPayload {
  readonly source: string;
  readonly payload: string;
  readonly trap: string;
}

const lines = readFileSync(join(recordingsFolder(), "device-payloads", "field.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line) as FieldPayload);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("payloads of other makers", () => {
  test.each(lines)("from $source: $trap", ({ payload }) => {
    const decoded = decodeMessage(bytes(payload), "telemetry", contextAt());
    expect(decoded.samples).toEqual([]);
    expect(decoded.quarantined).toEqual([{ reason: isJson(payload) ? "bad_shape" : "bad_json" }]);
  });

  test.each(lines)("as the value of an SpO2 sample, from $source", ({ payload }) => {
    for (const value of [payload, isJson(payload) ? (JSON.parse(payload) as unknown) : payload]) {
      const decoded = decodeMessage(bytes({ seq: 1, samples: [{ metric: "spo2", t: 0, value }] }), "telemetry", contextAt());
      const stored = decoded.samples[0]?.value;
      if (stored === undefined) expect(decoded.quarantined[0]?.reason).toBe("bad_value");
      else if (Number.isNaN(stored)) expect(["nan", "None"]).toContain(payload);
      else expect(stored).toBe(Number(payload));
    }
  });
});
