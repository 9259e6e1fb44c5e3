/** Trains of apnoeas: breathing stops and overshoots, saturation follows as a sawtooth (domain 5.3, periodic). */
import type { Random } from "../random.ts";

/** Blood that left the lungs when breathing stopped arrives so much later. */
const CIRCULATION_S = 10;

export interface PeriodicNow {
  /** Points to subtract from SpO2. */
  readonly drop: number;
  readonly apnoea: boolean;
  /** Breaths a minute above the usual, after an apnoea. */
  readonly overshoot: number;
}

const CALM: PeriodicNow = { drop: 0, apnoea: false, overshoot: 0 };

export class PeriodicBreathing {
  readonly #random: Random;
  #trainLeftS = 0;
  #cycleS = 0;
  #apnoeaS = 0;
  #phaseS = 0;
  #depth = 0;
  #depthBefore = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `dtS` seconds on. `trainsPerHour`: expected trains in an hour now; 0 ends a train with its cycle. */
  step(trainsPerHour: number, dtS: number): PeriodicNow {
    if (this.#trainLeftS <= 0 && this.#phaseS <= 0) {
      if (trainsPerHour <= 0 || !this.#random.chance((trainsPerHour * dtS) / 3_600)) return CALM;
      this.#trainLeftS = this.#random.between(15, 60) * 60;
      this.#begin();
    }
    if (trainsPerHour <= 0) this.#trainLeftS = 0;
    this.#trainLeftS -= dtS;
    this.#phaseS += dtS;
    if (this.#phaseS >= this.#cycleS) {
      this.#phaseS %= this.#cycleS;
      this.#depthBefore = this.#depth;
      if (this.#trainLeftS > 0) this.#begin();
      else if (this.#depth > 0) this.#depth = this.#apnoeaS = 0;
      else this.#phaseS = this.#trainLeftS = this.#depthBefore = 0;
    }
    const phase = this.#phaseS;
    const apnoea = this.#depth > 0 && phase < this.#apnoeaS;
    return {
      drop: this.#sawtooth(phase),
      apnoea,
      overshoot: apnoea || this.#depth === 0 ? 0 : 6 * Math.exp(-(phase - this.#apnoeaS) / 15),
    };
  }

  #begin(): void {
    this.#cycleS = this.#random.between(40, 90);
    this.#apnoeaS = this.#random.between(10, Math.min(40, this.#cycleS * 0.55));
    this.#depth = this.#random.between(4, 10);
  }

  /** Falls through the apnoea and the circulation time after it, recovers in the rest of the cycle, three times as fast. */
  #sawtooth(phaseS: number): number {
    const lateS = phaseS - CIRCULATION_S;
    // What is left of the cycle before: its recovery runs into this one.
    const rest = lateS < 0 ? this.#depthBefore * Math.max(0, 0.3 * (1 - phaseS / CIRCULATION_S)) : 0;
    if (lateS <= 0) return rest;
    const fallS = this.#apnoeaS;
    if (lateS <= fallS) return this.#depth * (lateS / fallS);
    const recovered = (lateS - fallS) / Math.max(8, fallS / 2);
    return this.#depth * Math.max(0, 1 - recovered);
  }
}
