/** Median of the day-time minutes at rest of the last 24 h: what a slow drift is judged by (domain 4.5). */
import { timeOfDay } from "#core/alerts/working-time.ts";
import { SlidingMedian } from "#core/rules/sliding-median.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/time.ts";

/** Less than this much of a day says nothing about it. */
const MINUTES_NEEDED = 30;
const DAY_BEGINS = 6 * HOUR;
const DAY_ENDS = 22 * HOUR;

export class DayMedian {
  #times: EpochMs[] = [];
  #means: number[] = [];
  readonly #median = new SlidingMedian();
  #minute: EpochMs = Number.NaN;
  #sum = 0;
  #count = 0;

  /** Adds a value in our time; true when a minute was completed and the median may have moved. */
  add(at: EpochMs, value: number, timeZone: string): boolean {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    let completed = false;
    if (minute > this.#minute) {
      completed = this.#complete(timeZone);
      this.#minute = minute;
    } else if (this.#minute !== this.#minute) this.#minute = minute;
    this.#sum += value;
    this.#count++;
    return completed;
  }

  #complete(timeZone: string): boolean {
    if (this.#count === 0) return false;
    const mean = this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    const local = timeOfDay(this.#minute, timeZone);
    if (local >= DAY_BEGINS && local < DAY_ENDS) {
      this.#times.push(this.#minute);
      this.#means.push(mean);
      this.#median.insert(mean);
    }
    const oldest = this.#minute - DAY;
    let gone = 0;
    while (gone < this.#times.length && (this.#times[gone] as number) <= oldest) this.#median.remove(this.#means[gone++] as number);
    if (gone > 0) {
      this.#times.splice(0, gone);
      this.#means.splice(0, gone);
    }
    return true;
  }

  /** NaN while it is not defined. */
  get value(): number {
    return this.#median.size >= MINUTES_NEEDED ? this.#median.median() : Number.NaN;
  }

  state(): Float64Array {
    const flat = [this.#minute, this.#sum, this.#count];
    for (let index = 0; index < this.#times.length; index++) flat.push(this.#times[index] as number, this.#means[index] as number);
    return Float64Array.from(flat);
  }

  restore(state: Float64Array): void {
    this.#minute = state[0] ?? Number.NaN;
    this.#sum = state[1] ?? 0;
    this.#count = state[2] ?? 0;
    for (let index = 3; index + 1 < state.length; index += 2) {
      this.#times.push(state[index] as number);
      this.#means.push(state[index + 1] as number);
      this.#median.insert(state[index + 1] as number);
    }
  }
}
