/** What a machine at the mask knows of the breath: rate and volume from breath to breath, and pauses it counts as events. */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";

/** A breath moves what is shown by this share; breaths differ by a fifth, so the rate looks as a machine's own record does. */
const WEIGHT = 0.28;
/** Longer than this without a breath, and the rate shown sinks. */
const PATIENCE_S = 6;
/** A pause of this length is an event (apnoea). */
const EVENT_S = 10;
/** A leak above, L/s, is more than the flow sensor can subtract. */
const BLIND_ABOVE = 0.8;

export class BreathMeter {
  readonly #random: Random;
  #phase = 0;
  #breaths = 0;
  #pauseS = 0;
  #still = 0;
  #rate = 0;
  /** L. */
  #volume = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** /min; 0: no breath. */
  get rate(): number {
    return this.#rate;
  }

  /** L. */
  get volume(): number {
    return this.#volume;
  }

  /** Breaths enough to say a rate. */
  get isSettled(): boolean {
    return this.#breaths >= 4;
  }

  /** One second on through a mask that leaks `leak` L/s; true: an event has just been scored. */
  step({ respRate, tidalVolume }: Body, leak: number): boolean {
    this.#still = respRate === 0 ? this.#still + 1 : 0;
    this.#phase += respRate / 60;
    this.#pauseS += 1;
    if (this.#phase >= 1) {
      this.#phase -= 1;
      this.#breath(respRate, tidalVolume, leak);
    } else if (this.#pauseS > PATIENCE_S) this.#rate *= 0.96;
    return this.#still === EVENT_S;
  }

  forget(): void {
    this.#phase = this.#random.next();
    this.#breaths = 0;
    this.#pauseS = 0;
    this.#still = 0;
    this.#rate = 0;
    this.#volume = 0;
  }

  #breath(rate: number, tidalVolume: number, leak: number): void {
    const random = this.#random;
    const blurred = leak > BLIND_ABOVE ? 3 : 1;
    const own = rate * Math.max(0.5, 1 + 0.22 * blurred * random.normal());
    const seen = (tidalVolume / 1_000) * Math.max(0.3, 1 + 0.25 * blurred * random.normal()) * (leak > BLIND_ABOVE ? 0.7 : 1);
    const weight = this.#breaths === 0 ? 1 : WEIGHT;
    this.#rate += (own - this.#rate) * weight;
    this.#volume += (seen - this.#volume) * weight;
    this.#breaths += 1;
    this.#pauseS = 0;
  }
}
