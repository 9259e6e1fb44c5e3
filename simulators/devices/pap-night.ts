/** A breathing machine's account of one night, whatever pieces it comes in: hours, events, and how much the mask leaked. */

const BIN = 0.02;
/** L/s beyond which the meter is at its end. */
const MOST = 2.4;

export class PapNight {
  #usedS = 0;
  #events = 0;
  #readings = 0;
  readonly #leaks = new Uint32Array(Math.round(MOST / BIN) + 1);

  get usedS(): number {
    return this.#usedS;
  }

  /** Events an hour of use. */
  get eventsAnHour(): number {
    return this.#usedS === 0 ? 0 : (3_600 * this.#events) / this.#usedS;
  }

  second(): void {
    this.#usedS += 1;
  }

  event(): void {
    this.#events += 1;
  }

  leak(litresASecond: number): void {
    this.#readings += 1;
    const bin = Math.min(this.#leaks.length - 1, Math.max(0, Math.round(litresASecond / BIN)));
    this.#leaks[bin] = (this.#leaks[bin] ?? 0) + 1;
  }

  /** L/s below which 95 of 100 readings lie. */
  leakP95(): number {
    let left = 0.95 * this.#readings;
    for (const [bin, count] of this.#leaks.entries()) {
      left -= count;
      if (left <= 0) return bin * BIN;
    }
    return MOST;
  }
}
