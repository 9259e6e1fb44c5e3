/** A slow signal of the body: personal level, circadian swing and autocorrelated noise (domain 5.1). */
import type { Random } from "../random.ts";

export interface SlowSignalShape {
  readonly level: number;
  /** Stationary standard deviation of the noise. */
  readonly sigma: number;
  /** Autocorrelation from one step to the next. */
  readonly rho: number;
  readonly circadianAmplitude: number;
  /** Hour of the day at which the swing is highest. */
  readonly acrophase: number;
}

export class SlowSignal {
  readonly #shape: SlowSignalShape;
  readonly #random: Random;
  #noise: number;

  constructor(shape: SlowSignalShape, random: Random) {
    this.#shape = shape;
    this.#random = random;
    this.#noise = shape.sigma * random.normal();
  }

  /** One step on; `hour` is the local hour of the day, fractional. */
  step(hour: number): number {
    const { level, sigma, rho, circadianAmplitude, acrophase } = this.#shape;
    this.#noise = rho * this.#noise + sigma * Math.sqrt(1 - rho * rho) * this.#random.normal();
    return level + circadianAmplitude * Math.cos((2 * Math.PI * (hour - acrophase)) / 24) + this.#noise;
  }
}
