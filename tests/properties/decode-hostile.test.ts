/** Hostile payloads: whatever the bytes, the decoder returns, and what it admits is possible (contract section 2: nothing may crash). */
import { describe, expect, test } from "vitest";
import { type DecodedMessage, decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { metricByCode } from "#core/metrics/catalogue.ts";
import { QUARANTINE_REASONS } from "#core/samples/quarantine-reason.ts";
import { QUALITY } from "#core/samples/sample.ts";
import { bytes, contextAt, T } from "#tests/support/decode-fixtures.ts";
import { type SeededRandom, seededRandom } from "#tests/support/seeded-random.ts";

const nested = (depth: number, inner = ""): string => "[".repeat(depth) + inner + "]".repeat(depth);
const deepObject = (depth: number): string => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
const sampleWith = (member: string): string => `{"seq":1,"samples":[{"metric":"spo2","t":1,"value":93,${member}}]}`;

const CORPUS: readonly string[] = [
  "",
  " ",
  "\0",
  '{"seq":1,"samples":[{"metric":"spo2","t":1795255200000,"val',
  '{"seq":1,"samples":[{"metric":"spo2","t":1795255200000,"value":93}]}\0',
  '{"seq":1,"samples":[{"metric":"spo2\0","t":1,"value":93}]}',
  '{"seq":1e999,"samples":[]}',
  '{"seq":-1e999,"samples":[]}',
  '{"seq":99999999999999999999999999,"samples":[]}',
  '{"seq":NaN,"samples":[]}',
  '{"seq":1,"samples":[{"metric":"spo2","t":1,"value":Infinity}]}',
  '{"seq":1,"samples":[{"metric":"spo2","t":1e308,"value":1e308}]}',
  '{"seq":1,"samples":[{"metric":"spo2","t":-0,"value":-0}]}',
  '{"__proto__":{"seq":1,"samples":[]}}',
  '{"seq":1,"samples":[{"__proto__":{"metric":"spo2","t":1,"value":93}}]}',
  '{"seq":1,"samples":[{"metric":"__proto__","t":1,"value":93,"tags":{"__proto__":"rest"}}]}',
  '{"seq":1,"samples":[{"metric":"constructor","t":1,"value":93}]}',
  '{"constructor":{"prototype":{"samples":[]}},"seq":1}',
  '{"seq":1,"samples":{"length":3}}',
  '{"seq":1,"samples":[[[[]]]]}',
  sampleWith('"tags":{"context":{}}'),
  sampleWith('"quality":["good"]'),
  sampleWith('"unit":{"toString":"%"}'),
  sampleWith(`"extra":${nested(10_000)}`),
  sampleWith(`"quality":${nested(10_000)}`),
  sampleWith(`"tags":${deepObject(10_000)}`),
  nested(10_000),
  nested(100_000),
  "[".repeat(250_000),
  '{"a":'.repeat(50_000),
  deepObject(10_000),
  `[{"n":"spo2","v":${nested(10_000)}}]`,
  `{"seq":1,"samples":[${nested(5_000)}]}`,
  '[{"bn":"__proto__","n":"spo2","v":93}]',
  '[{"bt":1e308,"t":1e308,"n":"spo2","v":93}]',
  '[{"bv":1e308,"v":1e308,"n":"spo2"}]',
  '[{"n":"spo2","v":1e400}]',
  `[${"0,".repeat(100_000)}0]`,
  `{"seq":1,"samples":[${"null,".repeat(4_999)}null]}`,
  `{"seq":1,"epoch":"${"e".repeat(200_000)}","samples":[]}`,
  sampleWith(`"unit":"${"m".repeat(200_000)}"`),
  sampleWith(`"tags":{"${"k".repeat(200_000)}":"v"}`),
];

const SEEDS: readonly Uint8Array[] = [
  bytes({ seq: 1204, samples: [{ metric: "spo2", t: T, value: 93, quality: "good", tags: { context: "rest" } }] }),
  bytes({ seq: 5, epoch: "e", samples: [{ metric: "body_temp", t: T, value: 98.6, unit: "[degF]", tags: { site: "ear", n: 2 } }] }),
  bytes({
    seq: 6,
    samples: [
      { metric: "consciousness_acvpu", t: T, value: "V" },
      { metric: "fev1_fvc", t: T, value: 70 },
    ],
  }),
  bytes({ seq: 7, void: true }),
  bytes([
    { bn: "urn:dev:ow:1:", bt: T / 1000, bu: "%RH", seq: 8, n: "spo2", v: 93 },
    { n: "pulse_rate", u: "1/min", t: -5, v: 70 },
  ]),
  bytes({ seq: 9, signal: "knee_angle", t0: T, hz: 50, unit: "deg", values: [0, 10.5, null, 60] }),
  bytes({ online: true, battery: 87, rssi: -61, firmware: "1.4.0" }),
];
const FRAGMENTS = [
  "-1",
  "255",
  "null",
  "NaN",
  '"--"',
  "1e999",
  "{}",
  "[]",
  '"__proto__"',
  "0.5",
  "99999999999999999999",
  "true",
  "\\u0000",
  "spo2",
  "fvc",
].map(bytes);

const mutate = (random: SeededRandom): Uint8Array => {
  let payload = random.pick(SEEDS);
  for (let round = 1 + random.below(3); round > 0; round--) payload = mutateOnce(payload, random);
  return payload;
};

const mutateOnce = (payload: Uint8Array, random: SeededRandom): Uint8Array => {
  const at = random.below(payload.length + 1);
  switch (random.below(5)) {
    case 0: {
      const changed = payload.slice();
      if (changed.length > 0) changed[random.below(changed.length)] = random.below(256);
      return changed;
    }
    case 1:
      return payload.slice(0, at);
    case 2:
      return Uint8Array.of(...payload.subarray(0, at), ...payload.subarray(Math.min(payload.length, at + 1 + random.below(8))));
    case 3:
      return Uint8Array.of(...payload.subarray(0, at), ...random.pick(FRAGMENTS), ...payload.subarray(at));
    default: {
      // A digit elsewhere: the message stays JSON more often than not.
      const changed = payload.slice();
      for (let index = at; index < changed.length; index++) {
        const byte = changed[index] ?? 0;
        if (byte >= 0x30 && byte <= 0x39) {
          changed[index] = 0x30 + random.below(10);
          break;
        }
      }
      return changed;
    }
  }
};

/** Plain comparisons: `expect` a hundred thousand times would be most of the test. */
const fault = (decoded: DecodedMessage): string | null => {
  for (const { reason } of decoded.quarantined) if (!Object.hasOwn(QUARANTINE_REASONS, reason)) return `reason ${reason}`;
  for (const sample of decoded.samples) {
    const metric = metricByCode(sample.metric);
    if (metric === undefined || !Number.isSafeInteger(sample.t) || sample.t < 0) return "metric or time";
    const { min, max } = metric.hardLimits;
    const isOff = Number.isNaN(sample.value) && sample.quality === QUALITY.bad;
    if (!isOff && !(sample.value >= min && sample.value <= max)) return `value ${sample.value}`;
    if (metric.coded !== undefined && !isOff && !Number.isInteger(sample.value)) return "code";
  }
  if (decoded.seq !== undefined && !Number.isSafeInteger(decoded.seq)) return "seq";
  const isSaid = decoded.samples.length + decoded.quarantined.length > 0 || decoded.void === true || decoded.waveform !== undefined;
  if (decoded.seq === undefined && !isSaid) return "nothing said";
  JSON.stringify(decoded.quarantined);
  return null;
};

describe("hostile payloads", () => {
  test.each(CORPUS.map((text, index) => ({ text, name: `${index}: ${text.slice(0, 60)}` })))("$name", ({ text }) => {
    for (const channel of ["telemetry", "waveform"] as const) {
      const decoded = decodeMessage(bytes(text), channel, contextAt());
      expect(fault(decoded)).toBeNull();
    }
    expect(decodeStatus(bytes(text))).toHaveProperty("ok");
    expect(decodeMessage(SEEDS[0] ?? new Uint8Array(), "telemetry", contextAt()).samples[0]?.value).toBe(93);
    expect(({} as Record<string, unknown>)["metric"]).toBeUndefined();
  });

  test.each([[[0xff]], [[0x7b, 0xc3, 0x28, 0x7d]], [[0xed, 0xa0, 0x80]], [[0xf8, 0x88, 0x80, 0x80, 0x80]], [[0xc0, 0x80]], [[0xef, 0xbb]]])(
    "bytes %j are not UTF-8",
    (payload) => {
      expect(decodeMessage(Uint8Array.from(payload), "telemetry", contextAt()).quarantined).toEqual([{ reason: "bad_utf8" }]);
    },
  );

  test("a hundred thousand mutated messages are decoded or set aside, never a crash and never an impossible value", () => {
    const random = seededRandom(20_261_122);
    const context = contextAt();
    let stored = 0;
    let aside = 0;
    for (let run = 0; run < 100_000; run++) {
      const payload = mutate(random);
      const decoded = decodeMessage(payload, run % 4 === 3 ? "waveform" : "telemetry", context);
      const found = fault(decoded);
      if (found !== null) expect.fail(`${found}: ${new TextDecoder().decode(payload)}`);
      stored += decoded.samples.length;
      aside += decoded.quarantined.length;
    }
    expect(stored).toBeGreaterThan(5_000);
    expect(aside).toBeGreaterThan(10_000);
  });
});
