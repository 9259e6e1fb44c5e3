/** Waveform blocks: one signal, equally spaced (contract section 2). */
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { bytes, contextAt, T } from "#tests/support/decode-fixtures.ts";

const pleth = { seq: 7, signal: "pleth", t0: T, hz: 75, unit: "1", values: [0.1, 0.5, -0.25] };
const decode = (body: unknown) => decodeMessage(bytes(body), "waveform", contextAt());

describe("a waveform block", () => {
  test("keeps its signal, start, rate and values", () => {
    expect(decode(pleth)).toEqual({
      seq: 7,
      samples: [],
      waveform: { signal: "pleth", t0: T, hz: 75, unit: "1", values: Float32Array.of(0.1, 0.5, -0.25) },
      quarantined: [],
    });
  });

  test("has a hole where a value is null", () => {
    expect([...(decode({ ...pleth, values: [1, null, 2] }).waveform?.values ?? [])]).toEqual([1, Number.NaN, 2]);
  });

  test("without a value is a number on disk and no block, so that it is in nobody's way", () => {
    expect(decode({ ...pleth, values: [] })).toEqual({ seq: 7, samples: [], quarantined: [] });
  });

  test("named like a metric comes in that metric's unit and inside its limits", () => {
    const knee = { ...pleth, signal: "knee_angle", unit: "rad", values: [0, Math.PI / 2, 90] };
    const decoded = decode(knee);
    expect(decoded.waveform?.unit).toBe("deg");
    expect([...(decoded.waveform?.values ?? [])]).toEqual([0, 90, Number.NaN]);
    expect(decoded.quarantined).toEqual([
      { reason: "out_of_range", sample: { signal: "knee_angle", t0: T, hz: 75, unit: "rad", firstOutside: { index: 2, value: 90 } } },
    ]);
    expect(decode({ ...knee, unit: undefined, values: [5] }).waveform).toMatchObject({ unit: "deg" });
  });

  test.each([
    ["bad_shape", { signal: 5 }],
    ["bad_shape", { signal: "a b" }],
    ["bad_shape", { signal: "" }],
    ["bad_shape", { values: "1,2" }],
    ["bad_shape", { values: undefined }],
    ["bad_shape", { hz: 0 }],
    ["bad_shape", { hz: -75 }],
    ["bad_shape", { hz: "75" }],
    ["bad_shape", { hz: 1e9 }],
    ["bad_time", { t0: "now" }],
    ["bad_time", { t0: 0.5 }],
    ["unknown_unit", { unit: 1 }],
    ["unknown_unit", { unit: "" }],
    ["unknown_unit", { signal: "knee_angle", unit: "kg" }],
    ["bad_value", { values: [1, "2"] }],
    ["bad_value", { values: [1e300] }],
    ["bad_value", { values: [[1]] }],
  ])("is set aside as %s with %j, and its number still counts", (reason, change) => {
    expect(decode({ ...pleth, ...change })).toEqual({ seq: 7, samples: [], quarantined: [{ reason }] });
  });

  test("without a number is set aside", () => {
    expect(decode({ ...pleth, seq: "7" })).toEqual({ samples: [], quarantined: [{ reason: "bad_seq" }] });
  });

  test("on the telemetry channel, or telemetry on this one, is the wrong shape", () => {
    expect(decodeMessage(bytes(pleth), "telemetry", contextAt()).quarantined).toEqual([{ reason: "bad_shape" }]);
    expect(decode({ seq: 7, samples: [] }).quarantined).toEqual([{ reason: "bad_shape" }]);
    expect(decode([{ n: "spo2", v: 93 }]).quarantined).toEqual([{ reason: "bad_shape" }]);
  });
});
