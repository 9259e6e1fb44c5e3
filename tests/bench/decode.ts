/** How fast telemetry is decoded, beside JSON.parse alone and a compiled schema check: samples a second and their ratios. */
import { Compile } from "typebox/compile";
import { decodeMessage } from "#contracts/decode-message.ts";
import { TelemetrySchema } from "#contracts/telemetry-schema.ts";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";

const T = 1_795_255_200_000;
const SAMPLES = 10;
const MESSAGES = 20_000;
const ROUNDS = 7;

const pack = (seq: number, sample: (index: number) => object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ seq, samples: Array.from({ length: SAMPLES }, (_, index) => sample(index)) }));

const plain = Array.from({ length: 200 }, (_, seq) =>
  pack(seq, (index) => ({ metric: index % 2 === 0 ? "spo2" : "pulse_rate", t: T + seq * 10_000 + index * 1000, value: 90 + (index % 8) })),
);
const tagged = Array.from({ length: 200 }, (_, seq) =>
  pack(seq, (index) => ({
    metric: "body_temp",
    t: T + seq * 10_000 + index * 1000,
    value: 98.6,
    unit: "[degF]",
    quality: "good",
    tags: { site: "ear", context: "rest" },
  })),
);

const senml = Array.from({ length: 200 }, (_, seq) =>
  new TextEncoder().encode(
    JSON.stringify(
      Array.from({ length: SAMPLES }, (_, index) => ({
        ...(index === 0 ? { bn: "urn:dev:ow:10e2073a01080063:", bt: T / 1000, seq } : {}),
        n: index % 2 === 0 ? "spo2" : "pulse_rate",
        u: index % 2 === 0 ? "%" : "1/min",
        t: index,
        v: 90,
      })),
    ),
  ),
);

const utf8 = new TextDecoder("utf-8", { fatal: true });
const schema = Compile(TelemetrySchema);
const context = { arrivedAt: T, convert: createUcumConverter() };
let kept = 0;

const variants: readonly (readonly [string, readonly Uint8Array[], (payload: Uint8Array) => void])[] = [
  ["JSON.parse alone", plain, (payload) => void (kept += Object.keys(JSON.parse(utf8.decode(payload)) as object).length)],
  ["JSON.parse + compiled schema", plain, (payload) => void (kept += Number(schema.Check(JSON.parse(utf8.decode(payload)))))],
  ["decodeMessage", plain, (payload) => void (kept += decodeMessage(payload, "telemetry", context).samples.length)],
  ["JSON.parse alone, tags and unit", tagged, (payload) => void (kept += Object.keys(JSON.parse(utf8.decode(payload)) as object).length)],
  ["decodeMessage, tags and unit", tagged, (payload) => void (kept += decodeMessage(payload, "telemetry", context).samples.length)],
  ["decodeMessage, SenML", senml, (payload) => void (kept += decodeMessage(payload, "telemetry", context).samples.length)],
];

const rates = variants.map(([name, payloads, run]) => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let index = 0; index < MESSAGES; index++) run(payloads[index % payloads.length] ?? new Uint8Array());
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return [name, (MESSAGES * SAMPLES) / ((times[ROUNDS >> 1] ?? 1) / 1000)] as const;
});

const base = rates[0]?.[1] ?? 1;
for (const [name, rate] of rates) {
  process.stdout.write(
    `${name.padEnd(34)} ${(rate / 1e6).toFixed(2).padStart(6)} M samples/s  ${(rate / base).toFixed(2)} of JSON.parse\n`,
  );
}
if (kept === 0) process.stdout.write("nothing was decoded\n");
