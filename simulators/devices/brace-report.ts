/** What one exercise came to, as a knee brace sums it up. */
import { clamp } from "../clamp.ts";
import type { EpochMs } from "#core/time.ts";
import type { Knee } from "../people/body.ts";
import { REPS_A_SET } from "../physiology/knee-movement.ts";
import type { Random } from "../random.ts";
import { onQuantum } from "./quantum.ts";
import type { DeviceSample } from "./simulated-device.ts";

/** Share of the way that makes a repetition count. */
const VALID_REACH = 0.8;
/** Angles are smoothed over so many values before their extremes are believed. */
const SMOOTHED = 10;
/** Composite scores name the way they were computed. */
const SCORE = "sim-1";

export interface Summed {
  readonly t: EpochMs;
  readonly exercise: string;
  readonly knee: Knee;
  readonly seconds: number;
  readonly site: string;
  readonly random: Random;
  /** The exercise asks for the whole range: its extremes mean something. */
  readonly measuresRange: boolean;
  /** The brace suspects that it slipped. */
  readonly doubtful: boolean;
}

export class BraceReport {
  repetitions = 0;
  #valid = 0;
  #highest = Number.NEGATIVE_INFINITY;
  #lowest = Number.POSITIVE_INFINITY;
  #smooth: number | null = null;
  #strongest = 0;

  repetition(reach: number): void {
    this.repetitions += 1;
    if (reach >= VALID_REACH) this.#valid += 1;
  }

  angle(degrees: number): void {
    this.#smooth = this.#smooth === null ? degrees : this.#smooth + (degrees - this.#smooth) / SMOOTHED;
    this.#highest = Math.max(this.#highest, this.#smooth);
    this.#lowest = Math.min(this.#lowest, this.#smooth);
  }

  /** Share of a full contraction. */
  amplitude(share: number): void {
    this.#strongest = Math.max(this.#strongest, share);
  }

  samples({ t, exercise, knee, seconds, site, random, measuresRange, doubtful }: Summed): DeviceSample[] {
    const tags = { exercise_id: exercise };
    const joint = { side: knee.side, ...tags };
    const samples: DeviceSample[] = [
      { metric: "session_duration", t, value: onQuantum(seconds / 60, 0.1), tags },
      {
        metric: "movement_quality",
        t,
        value: clamp(Math.round(knee.movementQuality + 3 * random.normal()), 0, 100),
        tags: { ...tags, version: SCORE },
      },
      {
        metric: "movement_smoothness",
        t,
        value: clamp(onQuantum(-1.45 - 0.02 * (100 - knee.movementQuality) + 0.08 * random.normal(), 0.01), -20, 0),
        tags,
      },
    ];
    if (this.#strongest > 0)
      samples.push({ metric: "semg_mvc_pct", t, value: clamp(Math.round(100 * this.#strongest), 0, 200), tags: { ...joint, site } });
    if (this.repetitions > 0) {
      const prescribed = Math.ceil(this.repetitions / REPS_A_SET) * REPS_A_SET;
      samples.push({ metric: "rep_count", t, value: Math.min(1_000, this.repetitions), tags });
      samples.push({ metric: "set_completion", t, value: Math.round((100 * this.#valid) / prescribed), tags });
    }
    if (measuresRange && this.repetitions >= 3) {
      const range = [
        { metric: "knee_extension_deficit", value: clamp(Math.round(this.#lowest), -15, 60), tags: joint },
        { metric: "rom_arc", value: clamp(Math.round(this.#highest - this.#lowest), 0, 200), tags: { ...joint, joint: "knee" } },
        { metric: "knee_flexion_max", value: clamp(Math.round(this.#highest), 0, 165), tags: joint },
      ];
      // A quad set bends nothing: its highest angle is no range.
      const meant = exercise === "quad_set" ? range.slice(0, 1) : exercise === "heel_slide" ? range : range.slice(0, 2);
      samples.push(...meant.map((sample): DeviceSample => ({ ...sample, t, ...(doubtful ? { quality: "degraded" } : {}) })));
    }
    return samples;
  }
}
