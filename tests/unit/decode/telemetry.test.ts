/** Telemetry messages: what is stored, what is set aside, and why (contract section 2, semantics 1). */
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { flagNames } from "#core/samples/flags.ts";
import { QUALITY } from "#core/samples/sample.ts";
import { bytes, contextAt, T } from "#tests/support/decode-fixtures.ts";

const decode = (body: unknown, context = contextAt()) => decodeMessage(bytes(body), "telemetry", context);
const one = (sample: Record<string, unknown>, context = contextAt()) => decode({ seq: 1, samples: [{ t: T, ...sample }] }, context);
const reasonOf = (sample: Record<string, unknown>, context = contextAt()) => one(sample, context).quarantined[0]?.reason;

describe("a telemetry message", () => {
  test("becomes samples in the catalogue's units", () => {
    const decoded = decode({
      seq: 1204,
      samples: [
        { metric: "spo2", t: T, value: 93, quality: "good", tags: { context: "rest" } },
        { metric: "pulse_rate", t: T, value: 88 },
      ],
    });
    expect(decoded).toEqual({
      seq: 1204,
      samples: [
        { metric: 1, t: T, value: 93, quality: QUALITY.good, flags: 0, tags: "context=rest", identity: "" },
        { metric: 2, t: T, value: 88, quality: QUALITY.good, flags: 0, tags: "", identity: "" },
      ],
      quarantined: [],
    });
  });

  test("keeps its good samples, and each bad one is one quarantine item", () => {
    const decoded = decode({
      seq: 7,
      samples: [
        { metric: "spo2", t: T, value: 93 },
        { metric: "spo2", t: T + 1000, value: "93" },
        { metric: "mood", t: T, value: 1 },
        null,
        { metric: "spo2", t: T + 2000, value: 120 },
        { metric: "pulse_rate", t: T, value: 70 },
      ],
    });
    expect(decoded.samples.map(({ value }) => value)).toEqual([93, 70]);
    expect(decoded.quarantined).toEqual([
      { reason: "bad_value", sample: { metric: "spo2", t: T + 1000, value: "93" } },
      { reason: "unknown_metric", sample: { metric: "mood", t: T, value: 1 } },
      { reason: "bad_shape", sample: null },
      { reason: "out_of_range", sample: { metric: "spo2", t: T + 2000, value: 120 } },
    ]);
  });

  test("ignores members it does not know", () => {
    const decoded = decode({ seq: 1, vendor: { a: 1 }, samples: [{ metric: "spo2", t: T, value: 93, note: "x" }] });
    expect(decoded.samples).toHaveLength(1);
    expect(decoded.quarantined).toEqual([]);
  });

  test("takes null for a member that is not there", () => {
    const decoded = decode({ seq: 1, epoch: null, samples: [{ metric: "spo2", t: T, value: 93, unit: null, quality: null, tags: null }] });
    expect(decoded.samples).toHaveLength(1);
    expect("epoch" in decoded).toBe(false);
  });

  test("with no samples still has a number", () => {
    expect(decode({ seq: 3, samples: [] })).toEqual({ seq: 3, samples: [], quarantined: [] });
  });

  test("echoes its epoch", () => {
    expect(decode({ seq: 0, epoch: "b7", samples: [] })).toMatchObject({ seq: 0, epoch: "b7" });
    expect(decode({ seq: 0, epoch: 12, samples: [] })).toMatchObject({ seq: 0, epoch: 12 });
  });

  test("may void a number", () => {
    expect(decode({ seq: 9, void: true })).toEqual({ seq: 9, void: true, samples: [], quarantined: [] });
    expect(decode({ seq: 9, void: false }).quarantined).toEqual([{ reason: "bad_shape" }]);
    expect(decode({ void: true }).quarantined).toEqual([{ reason: "bad_seq" }]);
    expect(decodeMessage(bytes({ seq: 9, void: true }), "waveform", contextAt())).toMatchObject({ seq: 9, void: true });
  });

  test("whose content is also marked void keeps its content", () => {
    const decoded = decode({ seq: 9, void: true, samples: [{ metric: "spo2", t: T, value: 93 }] });
    expect(decoded.samples).toHaveLength(1);
    expect(decoded.void).toBeUndefined();
  });

  test.each([undefined, null, "1204", -1, 1.5, 2 ** 53, 1e308, true, [1], {}])("with the seq %j is set aside whole", (seq) => {
    const decoded = decode({ seq, samples: [{ metric: "spo2", t: T, value: 93 }] });
    expect(decoded).toEqual({ samples: [], quarantined: [{ reason: "bad_seq" }] });
  });

  test.each([true, {}, [], "", "e".repeat(129)])("with the epoch %j is set aside whole", (epoch) => {
    expect(decode({ seq: 1, epoch, samples: [] }).quarantined).toEqual([{ reason: "bad_seq" }]);
  });

  test("of another shape is set aside, and its number counts when it can be read", () => {
    for (const body of [5, '"x"', true, null, {}, { hum: "52.6" }])
      expect(decode(body)).toEqual({ samples: [], quarantined: [{ reason: "bad_shape" }] });
    expect(decode({ seq: 4, readings: [] })).toEqual({ seq: 4, samples: [], quarantined: [{ reason: "bad_shape" }] });
    expect(decode({ seq: 4, samples: { metric: "spo2" } })).toEqual({ seq: 4, samples: [], quarantined: [{ reason: "bad_shape" }] });
  });

  test("may have 5,000 samples and 256 KiB, not more", () => {
    const samples = Array.from({ length: 5_001 }, (_, index) => ({ metric: "spo2", t: index, value: 93 }));
    expect(decode({ seq: 1, samples }).quarantined).toEqual([{ reason: "too_many_samples" }]);
    expect(decode({ seq: 1, samples })).toMatchObject({ seq: 1 });
    expect(decode({ seq: 1, samples: samples.slice(0, 5_000) }).samples).toHaveLength(5_000);
    const body = JSON.stringify({ seq: 1, samples: [] });
    expect(decode(body.padEnd(256 * 1024)).quarantined).toEqual([]);
    expect(decode(body.padEnd(256 * 1024 + 1))).toEqual({ samples: [], quarantined: [{ reason: "too_big" }] });
  });
});

describe("a sample", () => {
  test.each([
    ["unknown_metric", { metric: "SpO2", value: 93 }],
    ["unknown_metric", { metric: "__proto__", value: 93 }],
    ["bad_shape", { value: 93 }],
    ["bad_shape", { metric: 1, value: 93 }],
    ["unknown_tag", { metric: "spo2", value: 93, tags: { side: "left" } }],
    ["unknown_tag", { metric: "spo2", value: 93, tags: "rest" }],
    ["bad_time", { metric: "spo2", value: 93, t: "1795255200000" }],
    ["bad_time", { metric: "spo2", value: 93, t: undefined }],
    ["bad_time", { metric: "spo2", value: 93, t: -1 }],
    ["bad_time", { metric: "spo2", value: 93, t: 1.5 }],
    ["bad_time", { metric: "spo2", value: 93, t: 1e300 }],
    ["bad_value", { metric: "spo2", value: "93" }],
    ["bad_value", { metric: "spo2", value: "-1" }],
    ["bad_value", { metric: "spo2", value: "" }],
    ["bad_value", { metric: "spo2", value: "off" }],
    ["bad_value", { metric: "spo2", value: true }],
    ["bad_value", { metric: "spo2", value: [93] }],
    ["bad_value", { metric: "spo2", value: { valueOf: 93 } }],
    ["bad_value", { metric: "spo2" }],
    ["bad_value", { metric: "skin_contact", value: 0.5 }],
    ["bad_value", { metric: "consciousness_acvpu", value: "a" }],
    ["bad_value", { metric: "consciousness_acvpu", value: "X" }],
    ["bad_value", { metric: "consciousness_acvpu", value: 0 }],
    ["unknown_unit", { metric: "spo2", value: 93, unit: "percent" }],
    ["unknown_unit", { metric: "spo2", value: 93, unit: 5 }],
    ["unknown_unit", { metric: "spo2", value: 93, unit: "u".repeat(65) }],
    ["unknown_unit", { metric: "rssi", value: -60, unit: "dB" }],
    ["out_of_range", { metric: "spo2", value: 49.9 }],
    ["out_of_range", { metric: "spo2", value: 100.1 }],
    ["out_of_range", { metric: "spo2", value: 1e308 }],
    ["out_of_range", { metric: "heartbeat", value: 2 }],
    ["bad_quality", { metric: "spo2", value: 93, quality: "fine" }],
    ["bad_quality", { metric: "spo2", value: 93, quality: 0 }],
    ["bad_quality", { metric: "spo2", value: null, quality: "fine" }],
    ["unknown_unit", { metric: "spo2", value: null, unit: 5 }],
  ])("is set aside as %s: %j", (reason, sample) => {
    expect(reasonOf(sample)).toBe(reason);
  });

  test("beyond a double's range is not a number", () => {
    expect(decode('{"seq":1,"samples":[{"metric":"spo2","t":1,"value":1e400}]}').quarantined[0]?.reason).toBe("bad_value");
  });

  test("at either hard limit is a measurement", () => {
    for (const key of ["spo2", "pulse_rate", "knee_angle", "clock_offset", "heartbeat"]) {
      const { min, max } = metricByKey(key)?.hardLimits ?? { min: Number.NaN, max: Number.NaN };
      for (const value of [min, max]) expect(one({ metric: key, value }).samples[0]?.value).toBe(value);
    }
  });

  test.each([0, -1, 255, null, "--", "nan", "NaN", "None"])(
    "with %j from a probe that is off is a bad sample without value, not a fault",
    (value) => {
      const decoded = one({ metric: "spo2", value, quality: "good" });
      expect(decoded.quarantined).toEqual([]);
      expect(decoded.samples).toEqual([
        { metric: 1, t: T, value: Number.NaN, quality: QUALITY.bad, flags: expect.any(Number), tags: "", identity: "" },
      ]);
      expect(flagNames(decoded.samples[0]?.flags ?? 0)).toEqual(["sensor-off"]);
    },
  );

  test("inside the hard limits is never a sentinel", () => {
    expect(one({ metric: "pulse_rate", value: 127 }).samples[0]).toMatchObject({ value: 127, quality: QUALITY.good });
    expect(one({ metric: "systolic_bp", value: 255 }).samples[0]?.value).toBe(255);
    expect(one({ metric: "knee_angle", value: -1 }).samples[0]?.value).toBe(-1);
    expect(one({ metric: "oxygen_flow", value: 0 }).samples[0]?.value).toBe(0);
  });

  test("with a value that the device's kind declares to mean nothing is a bad sample without value", () => {
    const context = contextAt(T, { pulse_rate: [127] });
    expect(one({ metric: "pulse_rate", value: 127 }, context).samples[0]).toMatchObject({ value: Number.NaN, quality: QUALITY.bad });
    expect(one({ metric: "spo2", value: 93 }, context).samples[0]?.value).toBe(93);
    expect(one({ metric: "heart_rate", value: 127 }, context).samples[0]?.value).toBe(127);
  });

  test("in another unit is converted", () => {
    expect(one({ metric: "body_temp", value: 98.6, unit: "[degF]" }).samples[0]?.value).toBe(37);
    expect(one({ metric: "body_temp", value: 100.58, unit: "[degF]" }).samples[0]?.value).toBe(38.1);
    expect(one({ metric: "pef", value: 8.5, unit: "L/s" }).samples[0]?.value).toBe(510);
    expect(one({ metric: "spo2", value: 0.93, unit: "1" }).samples[0]?.value).toBe(93);
    expect(one({ metric: "pap_usage", value: 19_800, unit: "s" }).samples[0]?.value).toBe(5.5);
    expect(one({ metric: "rssi", value: -61, unit: "dBm" }).samples[0]?.value).toBe(-61);
    expect(one({ metric: "spo2", value: 93.4, unit: "%" }).samples[0]?.value).toBe(93.4);
  });

  test("in another unit keeps the hard limits and sentinels", () => {
    expect(reasonOf({ metric: "body_temp", value: 37, unit: "[degF]" })).toBe("out_of_range");
    expect(one({ metric: "body_temp", value: 0, unit: "[degF]" }).samples[0]?.value).toBeNaN();
    expect(one({ metric: "spo2", value: 255, unit: "1" }).samples[0]?.value).toBeNaN();
  });

  test("keeps the quality its device declares", () => {
    expect(one({ metric: "spo2", value: 93, quality: "degraded" }).samples[0]?.quality).toBe(QUALITY.degraded);
    expect(one({ metric: "spo2", value: 93, quality: "bad" }).samples[0]).toMatchObject({ value: 93, quality: QUALITY.bad });
  });

  test("of SpO2 below 70 % is flagged and stays good", () => {
    const low = one({ metric: "spo2", value: 69.9 }).samples[0];
    expect(low?.quality).toBe(QUALITY.good);
    expect(flagNames(low?.flags ?? 0)).toEqual(["low-accuracy-zone"]);
    expect(one({ metric: "spo2", value: 70 }).samples[0]?.flags).toBe(0);
    expect(one({ metric: "pulse_rate", value: 60 }).samples[0]?.flags).toBe(0);
  });

  test("of consciousness holds the index of its code", () => {
    const values = ["A", "C", "V", "P", "U"].map((value) => one({ metric: "consciousness_acvpu", value }).samples[0]?.value);
    expect(values).toEqual([0, 1, 2, 3, 4]);
  });

  test("of a yes-or-no metric may be true or false", () => {
    expect(one({ metric: "fall_event", value: true, tags: { confirmed: false, impact_g: 2.5 } }).samples[0]).toMatchObject({
      value: 1,
      tags: "confirmed=false;impact_g=2.5",
    });
  });

  test("of exercise heart rate is stored as heart rate during exercise", () => {
    expect(one({ metric: "exercise_heart_rate", value: 120 }).samples[0]).toMatchObject({ metric: 5, tags: "context=exercise" });
    expect(one({ metric: "exercise_heart_rate", value: 120, tags: { context: "exercise", posture: "standing" } }).samples[0]?.tags).toBe(
      "context=exercise;posture=standing",
    );
    expect(reasonOf({ metric: "exercise_heart_rate", value: 120, tags: { context: "rest" } })).toBe("unknown_tag");
    expect(reasonOf({ metric: "exercise_heart_rate", value: 25 })).toBe("out_of_range");
  });
});

describe("a derived value beside its parts", () => {
  const lung = (ratio: number, fev1 = 2, fvc = 4) =>
    decode({
      seq: 1,
      samples: [
        { metric: "fev1_fvc", t: T, value: ratio },
        { metric: "fev1", t: T, value: fev1 },
        { metric: "fvc", t: T, value: fvc },
      ],
    });

  test("that contradicts them by more than 2 points is set aside, the parts stay", () => {
    const decoded = lung(52.1);
    expect(decoded.quarantined.map(({ reason }) => reason)).toEqual(["contradiction"]);
    expect(decoded.samples.map(({ metric }) => metric)).toEqual([6, 7]);
  });

  test("within 2 points stays", () => {
    expect(lung(52).quarantined).toEqual([]);
    expect(lung(48).samples).toHaveLength(3);
    expect(lung(47.9).quarantined).toHaveLength(1);
  });

  test("is compared with the parts of its own blow", () => {
    const decoded = decode({
      seq: 1,
      samples: [1, 2].flatMap((n) => [
        { metric: "fev1", t: T, value: n, tags: { n } },
        { metric: "fvc", t: T, value: 4, tags: { n } },
        { metric: "fev1_fvc", t: T, value: n * 25, tags: { n } },
      ]),
    });
    expect(decoded.quarantined).toEqual([]);
    expect(decoded.samples).toHaveLength(6);
  });

  test("without its parts is taken as it is", () => {
    expect(decode({ seq: 1, samples: [{ metric: "fev1_fvc", t: T, value: 90 }] }).samples).toHaveLength(1);
  });
});

describe("what the maker says of a sample", () => {
  test.each([
    [["motion"], QUALITY.degraded],
    [["signal-poor"], QUALITY.degraded],
    [["motion", "sensor-displaced"], QUALITY.bad],
    [["late", "duplicate", "low-accuracy-zone"], QUALITY.good],
    [["no-such-flag", 7, null, {}], QUALITY.good],
    ["motion", QUALITY.good],
    [null, QUALITY.good],
  ])("in its flags %j leaves it at quality %i at best, and stands in the flags kept", (flags, quality) => {
    const [sample] = one({ metric: "spo2", value: 93, flags }).samples;
    const kept = quality === QUALITY.good ? [] : [flags ?? []].flat();
    expect([sample?.quality, flagNames(sample?.flags ?? 0).sort()]).toEqual([quality, [...kept].sort()]);
  });

  test("never makes a worse quality better, and the quality alone is honoured too", () => {
    expect(one({ metric: "spo2", value: 93, quality: "bad", flags: ["motion"] }).samples[0]?.quality).toBe(QUALITY.bad);
    expect(one({ metric: "spo2", value: 93, quality: "degraded" }).samples[0]).toMatchObject({ quality: QUALITY.degraded, flags: 0 });
  });

  test("is read from a SenML record as well", () => {
    expect(flagNames(decode([{ n: "spo2", v: 93, flags: ["motion"] }]).samples[0]?.flags ?? 0)).toEqual(["motion"]);
  });
});
