/** How pulse, breathing and saturation answer effort and its end: delayed first-order courses (domain 5.4). */
import { approach } from "./approach.ts";

/** Gains at a brisk walk (effort 1); times in seconds. */
export interface ExerciseTraits {
  readonly pulse: { readonly gain: number; readonly onS: number; readonly offS: number };
  /** `gain` is negative: points of SpO2. */
  readonly spo2: { readonly gain: number; readonly delayS: number; readonly onS: number; readonly offS: number };
  readonly respRate: { readonly gain: number; readonly tauS: number };
  /** Share of prescribed sessions after which saturation takes more than 5 min to come back. */
  readonly slowRecoveries: number;
}

/** Recovery that is slow enough for SPO2-X4. */
const SLOW_RECOVERY_S = 330;

export class ExerciseResponse {
  readonly #traits: ExerciseTraits;
  #effort = 0;
  #effortBefore = 0;
  #sinceChangeS = Number.POSITIVE_INFINITY;
  #recoveryS: number;
  pulse = 0;
  spo2 = 0;
  respRate = 0;

  constructor(traits: ExerciseTraits) {
    this.#traits = traits;
    this.#recoveryS = traits.spo2.offS;
  }

  /** From now on, `effort` (0: at rest, 1: a brisk walk); `slow`: this bout's recovery is. */
  change(effort: number, slow: boolean): void {
    if (effort === this.#effort) return;
    this.#effortBefore = this.#effort;
    this.#effort = effort;
    this.#sinceChangeS = 0;
    if (effort > 0) this.#recoveryS = slow ? SLOW_RECOVERY_S : this.#traits.spo2.offS;
  }

  step(dtS: number): void {
    this.#sinceChangeS += dtS;
    const effort = this.#effort;
    // Nothing left of the last bout: most seconds of a day.
    if (effort === 0 && this.pulse < 0.01 && this.spo2 > -0.01) {
      this.pulse = this.spo2 = this.respRate = 0;
      if (this.#sinceChangeS > this.#traits.spo2.delayS) return;
    }
    const { pulse, spo2, respRate } = this.#traits;
    this.pulse = approach(this.pulse, pulse.gain * effort, dtS, effort > 0 ? pulse.onS : pulse.offS);
    this.respRate = approach(this.respRate, respRate.gain * effort, dtS, respRate.tauS);
    // Saturation answers late at both ends: its nadir comes after the stop.
    const felt = this.#sinceChangeS < spo2.delayS ? this.#effortBefore : effort;
    this.spo2 = approach(this.spo2, spo2.gain * felt, dtS, felt > 0 ? spo2.onS : this.#recoveryS);
  }
}
