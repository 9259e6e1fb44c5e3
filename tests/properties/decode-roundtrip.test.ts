/** What a device may send comes out as it went in; the hand-written decoder and the schemas agree. */
import * as fc from "fast-check";
import { Compile } from "typebox/compile";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import {
  SenmlPackSchema,
  TelemetrySampleSchema,
  TelemetrySchema,
  type Telemetry,
  VoidSchema,
  type Waveform,
  WaveformSchema,
} from "#contracts/telemetry-schema.ts";
import { metrics, storedMetric } from "#core/metrics/catalogue.ts";
import { QUALITY_NAMES } from "#core/samples/sample.ts";
import { parseTags } from "#core/samples/tags.ts";
import { bytes, contextAt } from "#tests/support/decode-fixtures.ts";

const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const quality = fc.constantFrom(...QUALITY_NAMES);
const tags = fc.record(
  {
    context: fc.constantFrom("rest", "sleep", "recovery"),
    posture: fc.constantFrom("supine", "standing"),
    oxygen: fc.constantFrom("air", "o2"),
  },
  { requiredKeys: [] },
);
const measured = fc
  .constantFrom(...metrics.filter(({ alias, coded, binary, key }) => !alias && !coded && !binary && key !== "fev1_fvc"))
  .chain((metric) =>
    fc.record({
      metric: fc.constant(metric.key),
      t: time,
      value: fc.double({ ...metric.hardLimits, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      quality,
      tags,
    }),
  );

const known = new Map(metrics.map((metric) => [metric.code, metric]));

describe("decoding", () => {
  test("keeps every value, time, quality and tag that a device may send", () => {
    // A low perfusion index lowers the quality of its instant: unit/samples/perfusion-quality says how.
    const undoubted = measured.filter(({ metric }) => metric !== "perfusion_index");
    fc.assert(
      fc.property(fc.nat(), fc.array(undoubted, { maxLength: 20 }), (seq, samples) => {
        const message: Telemetry = { seq, samples };
        const decoded = decodeMessage(bytes(message), "telemetry", contextAt());
        expect(decoded.quarantined).toEqual([]);
        const back = decoded.samples.map((sample) => ({
          metric: known.get(sample.metric)?.key,
          t: sample.t,
          value: sample.value,
          quality: QUALITY_NAMES[sample.quality],
          tags: parseTags(sample.tags),
        }));
        expect(back).toEqual(samples.map((sample) => ({ ...sample, tags: { ...sample.tags } })));
      }),
      { numRuns: 300 },
    );
  });

  test("reads a SenML pack as the telemetry message that says the same", () => {
    const single = measured.filter(({ value }) => Number.isFinite(value));
    fc.assert(
      fc.property(fc.array(single, { minLength: 1, maxLength: 20 }), fc.nat(), (samples, seq) => {
        const absolute = samples.map((sample) => ({ ...sample, t: sample.t + 2 ** 28 * 1000 }));
        const pack = absolute.map(({ metric, t, value, quality, tags }, index) => ({
          ...(index === 0 ? { bn: "urn:dev:ow:1:", seq } : {}),
          n: metric,
          t: t / 1000,
          v: value,
          quality,
          tags,
        }));
        expect(decodeMessage(bytes(pack), "telemetry", contextAt())).toEqual(
          decodeMessage(bytes({ seq, samples: absolute }), "telemetry", contextAt()),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("keeps waveforms to single precision", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 200 }), time, (values, t0) => {
        const message: Waveform = { seq: 1, signal: "pleth", t0, hz: 75, unit: "1", values };
        const decoded = decodeMessage(bytes(message), "waveform", contextAt());
        expect([...(decoded.waveform?.values ?? [])]).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)));
      }),
    );
  });

  test("gives a value outside the hard limits to nobody", () => {
    const any = fc.constantFrom(...metrics.filter(({ coded }) => !coded));
    fc.assert(
      fc.property(any, fc.double(), (metric, value) => {
        const body = JSON.stringify({ seq: 1, samples: [{ metric: metric.key, t: 1, value }] });
        const stored = decodeMessage(bytes(body), "telemetry", contextAt()).samples[0];
        if (stored === undefined || Number.isNaN(stored.value)) return;
        expect(stored.metric).toBe(storedMetric(metric).code);
        expect(stored.value).toBeGreaterThanOrEqual(metric.hardLimits.min);
        expect(stored.value).toBeLessThanOrEqual(metric.hardLimits.max);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the schemas and the decoder", () => {
  const loose = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<unknown>(undefined, null, true, 0, 1, -1, 1.5, 2 ** 53, "", "x", "good", "%", "spo2", [], {}) },
    fc.jsonValue({ maxDepth: 2 }),
  );
  const mostly = <Value>(good: fc.Arbitrary<Value>): fc.Arbitrary<unknown> => fc.oneof({ weight: 4, arbitrary: good }, loose);
  const written = fc.record(
    {
      metric: mostly(fc.constantFrom("spo2", "pulse_rate", "consciousness_acvpu")),
      t: mostly(time),
      value: mostly(fc.constantFrom<unknown>(93, 70, "A", null, "nan")),
      unit: mostly(fc.constantFrom("%", undefined)),
      quality: mostly(quality),
      tags: mostly(tags),
    },
    { requiredKeys: [] },
  );
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

  test("reject the same messages as a whole", () => {
    const envelope = Compile(Type.Union([Type.Object({ ...TelemetrySchema.properties, samples: Type.Array(Type.Unknown()) }), VoidSchema]));
    const body = fc.record(
      { seq: mostly(fc.nat()), epoch: loose, samples: mostly(fc.array(written, { maxLength: 3 })), void: loose },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (message) => {
        const json = asJson(message);
        const decoded = decodeMessage(bytes(json), "telemetry", contextAt());
        const isWhole = decoded.quarantined.some(
          ({ reason, ...rest }) => !("sample" in rest) && (reason === "bad_shape" || reason === "bad_seq"),
        );
        expect(isWhole).toBe(!envelope.Check(json));
      }),
      { numRuns: 3_000 },
    );
  });

  test("agree on what a sample looks like", () => {
    const schema = Compile(TelemetrySampleSchema);
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: written }, loose), (sample) => {
        const json = asJson(sample ?? null);
        const decoded = decodeMessage(bytes({ seq: 1, samples: [json] }), "telemetry", contextAt());
        const reason = decoded.quarantined[0]?.reason;
        if (schema.Check(json)) expect(["bad_shape", "bad_time", "bad_quality"]).not.toContain(reason);
        else expect(decoded.samples).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test("agree on waveforms", () => {
    const schema = Compile(WaveformSchema);
    const body = fc.record(
      {
        seq: mostly(fc.nat()),
        signal: mostly(fc.constant("pleth")),
        t0: mostly(time),
        hz: mostly(fc.constant(75)),
        unit: mostly(fc.constant("1")),
        values: mostly(fc.array(mostly(fc.constant(0.5)), { maxLength: 3 })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (message) => {
        const json = asJson(message);
        const decoded = decodeMessage(bytes(json), "waveform", contextAt());
        const reason = decoded.quarantined[0]?.reason;
        if (schema.Check(json)) expect(["bad_shape", "bad_seq", "bad_time"]).not.toContain(reason);
        else expect(decoded.waveform).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
  });

  test("take the same SenML packs for packs", () => {
    const schema = Compile(SenmlPackSchema);
    const record = fc.record(
      {
        bn: mostly(fc.constant("d:")),
        bt: mostly(fc.constant(0)),
        bv: loose,
        bver: mostly(fc.constant(10)),
        n: mostly(fc.constant("spo2")),
        v: mostly(fc.constant(93)),
        t: loose,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 3 }), (pack) => {
        const json = asJson(pack);
        const decoded = decodeMessage(bytes(json), "telemetry", contextAt());
        const isWhole = decoded.quarantined.some(({ reason, ...rest }) => reason === "bad_shape" && !("sample" in rest));
        if (schema.Check(json)) expect(isWhole).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
