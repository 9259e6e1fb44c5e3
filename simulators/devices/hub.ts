/** A hub at home, on mains: several sensors report over its one connection. */
import type { DeviceKind, DeviceSample, Emission, WaveformBlock } from "./simulated-device.ts";
import { NOTHING } from "./simulated-device.ts";

/** Over one connection nobody can tell whose skin it is: said of the belt it would take the finger's readings for not worn. */
const OF_ONE_SENSOR = new Set(["skin_contact"]);

/** One device that carries these kinds; each keeps its own misfortunes. */
export const hubOf = (kinds: readonly DeviceKind[]): DeviceKind => {
  const metrics: Record<string, { readonly everyS: number }> = {};
  for (const [metric, spacing] of kinds.flatMap((kind) => Object.entries(kind.metrics)))
    if (!OF_ONE_SENSOR.has(metric) && spacing.everyS < (metrics[metric]?.everyS ?? Number.POSITIVE_INFINITY)) metrics[metric] = spacing;
  return {
    kind: "hub",
    metrics,
    create({ random, ...rest }) {
      const sensors = kinds.map((kind) => kind.create({ ...rest, random: random.fork(kind.kind) }));
      return {
        battery: null,
        step: (body) => merged(sensors.map((sensor) => sensor.step(body))),
        stepOffBody: (t) => merged(sensors.map((sensor) => sensor.stepOffBody?.(t) ?? NOTHING)),
      };
    },
  };
};

const merged = (emissions: readonly Emission[]): Emission => {
  const speaking = emissions.filter((emission) => emission !== NOTHING);
  if (speaking.length === 0) return NOTHING;
  const samples: DeviceSample[] = [];
  // Two sensors may both know the pulse: over one connection they would be one measurement, so the first one speaks.
  const said = new Set<string>();
  for (const emission of speaking) {
    const own = emission.samples.filter(({ metric, t }) => !OF_ONE_SENSOR.has(metric) && !said.has(`${metric} ${t}`));
    for (const { metric, t } of own) said.add(`${metric} ${t}`);
    samples.push(...own);
  }
  const waveforms: WaveformBlock[] = speaking.flatMap((emission) => emission.waveforms ?? []);
  return waveforms.length === 0 ? { samples } : { samples, waveforms };
};
