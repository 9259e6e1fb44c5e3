/** Byte sequences that are not JSON, one message each: every one is set aside with a reason, and the next good message is not harmed. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { bytes, contextAt, T } from "#tests/support/decode-fixtures.ts";
import { recordingsFolder } from "#tests/support/recordings.ts";

const folder = join(recordingsFolder(), "hostile-json");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const good = bytes({ seq: 1, samples: [{ metric: "spo2", t: T, value: 93 }] });

describe("hostile JSON", () => {
  test("is there", () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test.each(files)("%s is quarantined on every channel", (name) => {
    const payload = readFileSync(join(folder, name));
    const isUtf8 = Buffer.from(payload.toString("utf8")).equals(payload);
    for (const channel of ["telemetry", "waveform"] as const) {
      const decoded = decodeMessage(payload, channel, contextAt());
      expect(decoded).toEqual({ samples: [], quarantined: [{ reason: isUtf8 ? "bad_json" : "bad_utf8" }] });
      expect(decodeMessage(good, "telemetry", contextAt()).samples[0]?.value).toBe(93);
    }
    expect(decodeStatus(payload).ok).toBe(payload.length === 0);
  });
});
