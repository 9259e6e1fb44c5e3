/** Simulated people with their devices as equally spaced signals, in the cadence of the recordings they are compared with. */
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { peakFlowMeter } from "#simulators/devices/peak-flow-meter.ts";
import { smartInhaler } from "#simulators/devices/smart-inhaler.ts";
import type { DeviceSample, SimulatedDevice } from "#simulators/devices/simulated-device.ts";
import type { Body } from "#simulators/people/body.ts";
import { Person } from "#simulators/people/person.ts";
import type { Persona } from "#simulators/people/persona.ts";
import { personas } from "#simulators/people/personas.ts";
import { type LivedDay, liveDay, seriesKey } from "#simulators/plots/live-day.ts";
import { createRandom } from "#simulators/random.ts";
import type { Diary } from "./recorded-signals.ts";
import { perDay } from "./recorded-signals.ts";
import { resampled, type Signal } from "./signal-statistics.ts";

const ZONE = 8 * HOUR;
const MIDNIGHT = Date.UTC(2026, 2, 3) - ZONE;

const personaOf = (key: string): Persona => {
  const persona = personas.find((candidate) => candidate.key === key);
  if (persona === undefined) throw new Error(`no persona ${key}`);
  return persona;
};

export interface DaySignals {
  readonly pulse: Signal[];
  readonly respRate: Signal[];
  readonly spo2: Signal[];
}

/** A day and a night of people like those beside whom such numerics are recorded, a value a minute. */
export const simulatedDays = (): DaySignals => {
  const days = ["heart_failure_copd", "copd_gold2", "covid_like", "healthy_older"].map((key, index) =>
    liveDay({
      persona: personaOf(key),
      seed: 11 + index,
      from: MIDNIGHT + 12 * HOUR,
      seconds: DAY / SECOND,
      before: 3_600,
      zoneOffsetMs: ZONE,
      deviceKinds: ["oximeter", "respiration_belt"],
    }),
  );
  const grid = (key: string): Signal[] =>
    days.map((day) => resampled(certain(day, key), { from: day.from + 1, everyMs: MINUTE, count: DAY / MINUTE }));
  return {
    pulse: grid(seriesKey("oximeter", "pulse_rate")),
    respRate: grid(seriesKey("respiration_belt", "resp_rate")),
    spo2: grid(seriesKey("oximeter", "spo2")),
  };
};

/** The recorded ones lie in bed. */
const IN_BED = new Set(["rest", "sleep"]);

/** Numbers that the device itself does not doubt; what a probe in the air says is none. */
const certain = (day: LivedDay, key: string): { t: number; value: number | null }[] =>
  (day.samples.get(key) ?? []).flatMap(({ t, value, quality, tags }) =>
    typeof value === "number" && value > 0 && value <= 250 && quality === undefined && IN_BED.has(tags?.["context"] ?? "")
      ? [{ t, value }]
      : [],
  );

export interface NightSignals {
  readonly rate: Signal[];
  readonly volume: Signal[];
  readonly ventilation: Signal[];
  readonly leak: Signal[];
  readonly pressure: Signal[];
}

/** Nights on a machine that adjusts its pressure, a value every two seconds while the mask is on. */
export const simulatedNights = (): NightSignals => {
  const nights = [1, 2, 3].map((seed) => {
    const day = liveDay({
      persona: personaOf("niv"),
      seed: 20 + seed,
      from: MIDNIGHT + 22 * HOUR,
      seconds: (9 * HOUR) / SECOND,
      zoneOffsetMs: ZONE,
      deviceKinds: ["pap"],
      varied: true,
    });
    const on = (key: string): { t: number; value: number }[] =>
      (day.waveforms.get(seriesKey("pap", key)) ?? []).flatMap(({ t0, hz, values }) =>
        values.map((value, index) => ({ t: t0 + (index * SECOND) / hz, value })),
      );
    const grid = (readings: readonly { readonly t: number; readonly value: number | null }[]): Signal =>
      resampled(readings, { from: day.from, everyMs: 2 * SECOND, count: (9 * HOUR) / (2 * SECOND) });
    const rate = grid(
      (day.samples.get(seriesKey("pap", "resp_rate")) ?? []).map(({ t, value }) => ({
        t,
        value: typeof value === "number" ? value : null,
      })),
    );
    const volume = grid(on("tidal_volume"));
    return {
      rate,
      volume,
      ventilation: volume.map((litres, index) =>
        litres === null || (rate[index] ?? null) === null ? null : litres * (rate[index] as number),
      ),
      leak: grid(on("mask_leak")),
      pressure: grid(on("mask_pressure")),
    };
  });
  const all = (name: keyof (typeof nights)[number]): Signal[] => nights.map((night) => night[name]);
  return { rate: all("rate"), volume: all("volume"), ventilation: all("ventilation"), leak: all("leak"), pressure: all("pressure") };
};

/** Degrees at 50 Hz: a walk, and the exercises of a new knee. */
export const simulatedKnee = (exercise: "walk" | "seated_knee_extension" | "heel_slide"): number[][] => {
  const walks = exercise === "walk";
  return [1, 2].map((seed) => {
    const day = liveDay({
      persona: personaOf(walks ? "stroke" : "tka"),
      seed: 30 + seed,
      from: MIDNIGHT + 8 * HOUR,
      seconds: (10 * HOUR) / SECOND,
      zoneOffsetMs: ZONE,
      deviceKinds: ["knee_brace"],
      adherence: 1,
    });
    const session = day.doings.find((doing) => (walks ? doing.exercise?.endsWith("walk") === true : doing.exercise === exercise));
    if (session === undefined) throw new Error(`nobody did ${exercise}`);
    return (day.waveforms.get(seriesKey("knee_brace", "knee_angle")) ?? [])
      .filter(({ t0 }) => t0 >= session.from && t0 < session.to)
      .flatMap(({ values }) => [...values])
      .slice(0, 50 * 60);
  });
};

const DIARY_DAYS = 90;

/** Three months of people with asthma: what their meter and their inhaler tell. */
export const simulatedDiaries = (): Diary[] =>
  Array.from({ length: 8 }, (_, index) => {
    const random = createRandom(40 + index);
    const person = new Person({
      persona: personaOf("asthma"),
      random: random.fork("body"),
      origin: MIDNIGHT,
      zoneOffsetMs: ZONE,
      varied: true,
    });
    const devices = [peakFlowMeter, smartInhaler].map((kind) => kind.create({ random: random.fork(kind.kind) }));
    const samples: DeviceSample[] = [];
    for (let t = MIDNIGHT + MINUTE; t <= MIDNIGHT + DIARY_DAYS * DAY; t += MINUTE) {
      const body = person.step(t);
      if (body.deeds.length > 0) for (const device of devices) samples.push(...answerOf(device, body));
    }
    const events = samples.map(({ metric, t }) => ({ metric, at: t - MIDNIGHT }));
    return {
      pef: samples.flatMap(({ metric, value, unit }) =>
        metric === "pef" && typeof value === "number" ? [unit === "L/s" ? value * 60 : value] : [],
      ),
      controller: perDay(events, "inhaler_controller", DIARY_DAYS * DAY - 1),
      rescue: perDay(events, "inhaler_rescue", DIARY_DAYS * DAY - 1),
    };
  });

/** Devices that are used, not worn, live only for the minutes in which they are used. */
const answerOf = (device: SimulatedDevice, body: Body): DeviceSample[] => {
  const samples = [...device.step(body).samples];
  for (let second = 1; second <= 240; second++) samples.push(...device.step({ ...body, t: body.t + second * SECOND, deeds: [] }).samples);
  return samples;
};
