/** An oximeter's account of one night: desaturations an hour, time below 90 %, mean and lowest (domain 1.2, rows 18 and 19; 5.3). */
import { HOUR, SECOND } from "#core/time.ts";

/** A night is summed up from this much good recording on (domain 4.5). */
const ENOUGH_S = (4 * HOUR) / SECOND;
/** A fall is measured from the mean of so many seconds before it. */
const BEFORE_S = 120;
/** What has not come back by then is a new level, not an event. */
const LONGEST_S = 120;
/** Share of the fall that must be made good. */
const RETURN = 2 / 3;

export class OximetryNight {
  readonly #before: number[] = [];
  #beforeSum = 0;
  #seconds = 0;
  #sum = 0;
  #below90 = 0;
  #lowest = 100;
  #falls3 = 0;
  #falls4 = 0;
  /** Still on the way back: the same fall is not counted twice. */
  #returning = false;
  #fall: { readonly from: number; lowest: number; lastedS: number } | null = null;

  /** One second as shown; null: nothing, or nothing to trust. */
  add(spo2: number | null): void {
    if (spo2 === null) {
      this.#fall = null;
      return;
    }
    this.#seconds += 1;
    this.#sum += spo2;
    if (spo2 < 90) this.#below90 += 1;
    this.#lowest = Math.min(this.#lowest, spo2);
    if (this.#before.length === BEFORE_S) this.#watch(spo2, this.#beforeSum / BEFORE_S);
    this.#before.push(spo2);
    this.#beforeSum += spo2;
    if (this.#before.length > BEFORE_S) this.#beforeSum -= this.#before.shift() ?? 0;
  }

  /** The night's figures; null when too little of it was recorded. */
  figures(): Readonly<Record<"odi3" | "odi4" | "t90" | "spo2_night_mean" | "spo2_night_nadir", number>> | null {
    if (this.#seconds < ENOUGH_S) return null;
    // Hours of recording, not of sleep: nobody measured sleep.
    const hours = this.#seconds / 3_600;
    return {
      odi3: this.#falls3 / hours,
      odi4: this.#falls4 / hours,
      t90: (100 * this.#below90) / this.#seconds,
      spo2_night_mean: this.#sum / this.#seconds,
      spo2_night_nadir: this.#lowest,
    };
  }

  #watch(spo2: number, before: number): void {
    const fall = this.#fall;
    if (fall === null) {
      if (before - spo2 < 2) this.#returning = false;
      else if (before - spo2 >= 3 && !this.#returning) this.#fall = { from: before, lowest: spo2, lastedS: 0 };
      return;
    }
    fall.lowest = Math.min(fall.lowest, spo2);
    fall.lastedS += 1;
    const depth = fall.from - fall.lowest;
    if (spo2 >= fall.lowest + RETURN * depth) {
      this.#returning = true;
      this.#falls3 += 1;
      if (depth >= 4) this.#falls4 += 1;
      this.#fall = null;
    } else if (fall.lastedS > LONGEST_S) this.#fall = null;
  }
}
