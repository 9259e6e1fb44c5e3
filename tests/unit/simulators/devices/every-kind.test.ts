/** What holds for every kind of simulated device, through the product's own decoder. */
import { describe, expect, test } from "vitest";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { decodeMessage } from "#contracts/decode-message.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { ClockAdmission } from "#core/samples/admission.ts";
import { DAY, MINUTE, SECOND } from "#core/time.ts";
import { deviceKind, deviceKinds } from "#simulators/devices/device-kinds.ts";
import type { Body } from "#simulators/people/body.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { bytes } from "#tests/support/decode-fixtures.ts";
import { live, MIDNIGHT } from "#tests/support/scripted-body.ts";

const units = createUcumConverter();
const RETENTION = { rawMs: 30 * DAY, spotMs: 365 * DAY };

const inMessages = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** A knee after surgery, exercised and walked on in the morning. */
const withRehabilitation = ({ hour }: { readonly hour: number }): Partial<Body> => {
  const knee = { side: "right", flexionMax: 95, extensionDeficit: 6, painRest: 2, painMovement: 4, movementQuality: 75 } as const;
  if (hour > 8 && hour < 8.2)
    return { knee, activity: "exercising", session: { exercise: "heel_slide", elapsedS: Math.round((hour - 8) * 3_600) } };
  if (hour > 8.5 && hour < 8.7) {
    const gait = { speed: 0.9, stride: 1.08, cadence: 100, asymmetry: 8, doubleSupport: 28, strideCv: 3, freezing: false };
    return { knee, activity: "walking", gait, steps: 1.7 };
  }
  return { knee };
};

const identityOf = ({ metric, t, tags }: DeviceSample): string =>
  [metric, t, tags?.["side"], tags?.["site"], tags?.["exercise_id"], tags?.["n"], tags?.["joint"], tags?.["at"]].join(" ");

describe.each(deviceKinds.map(({ kind }) => kind))("a simulated %s", (label) => {
  const kind = deviceKind(label);
  if (kind === undefined) throw new Error(label);
  // From noon to noon: a whole night, and the summary after it.
  const day = { fromHour: 12, seconds: 88_000, change: withRehabilitation };
  const { samples, waveforms } = live(kind, { seed: 11, ...day, waveforms: true });

  test("is accepted by the decoder and by admission, sample for sample", () => {
    expect(samples.length).toBeGreaterThan(0);
    const admission = new ClockAdmission(RETENTION);
    const quarantined: unknown[] = [];
    let accepted = 0;
    for (const [index, message] of inMessages(samples, 2_000).entries()) {
      const arrivedAt = message.at(-1)?.t ?? 0;
      const decoded = decodeMessage(bytes({ seq: index + 1, samples: message }), "telemetry", {
        arrivedAt,
        convert: units,
        sentinels: undefined,
      });
      quarantined.push(...decoded.quarantined);
      const admitted = admission.admit(decoded.samples, arrivedAt);
      quarantined.push(...admitted.future, ...admitted.old);
      accepted += admitted.samples.length;
    }
    expect(quarantined).toEqual([]);
    expect(accepted).toBe(samples.length);
  });

  test("sends its raw signal in blocks the decoder takes whole", () => {
    for (const block of waveforms) {
      const decoded = decodeMessage(bytes({ seq: 1, ...block }), "waveform", { arrivedAt: block.t0, convert: units, sentinels: undefined });
      expect(decoded.quarantined).toEqual([]);
      expect(decoded.waveform?.values.length).toBe(block.values.length);
      expect(block.values.every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  test("says nothing twice", () => {
    expect(new Set(samples.map(identityOf)).size).toBe(samples.length);
  });

  test("names as expected only what the catalogue knows", () => {
    for (const [metric, { everyS }] of Object.entries(kind.metrics)) {
      expect(metricByKey(metric)).toBeDefined();
      expect(everyS).toBeGreaterThan(0);
    }
  });

  test("tells the same story from the same seed, and another from another", () => {
    const hours = { fromHour: 6.3, seconds: 12_000, change: withRehabilitation };
    const story = (seed: number) => JSON.stringify(live(kind, { seed, ...hours }).samples);
    expect(story(3)).toBe(story(3));
    expect(story(4)).not.toBe(story(3));
  });

  test("dates what it measures by the body's time alone", () => {
    const start = MIDNIGHT + DAY / 2;
    expect(samples.filter(({ t }) => t < start - MINUTE || t > start + day.seconds * SECOND || t % SECOND !== 0)).toEqual([]);
  });
});
