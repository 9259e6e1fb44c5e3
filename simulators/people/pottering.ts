/** Small doings about the house, which come in bursts of a minute or two, most of them around meals; and stirring in sleep. */
import { approach } from "../physiology/approach.ts";
import type { Random } from "../random.ts";

/** Steps about the house are spread over so many seconds. */
const WAKING_S = 16 * 3_600;
/** Steps a minute while at it, give or take. */
const PACE = 30;
const BURST_S = 75;
/** Nobody is at it for more than this share of the day. */
const MOST = 0.4;
/** Washing, breakfast, lunch, supper: [hour, how much more, over how many hours]. */
const MEALS = [
  [7.6, 1.2, 0.8],
  [11.8, 0.9, 0.8],
  [17.9, 1.1, 0.9],
] as const;
const EVENING = 20.5;
const NIGHT_ENDS = 5;
/** Mean of `liveliness` over the waking day. */
const USUAL = 1.1;
/** Pulse and breathing follow and settle. */
const ANSWER_S = 35;
/** Turnings in an hour of sleep, and how long the heart remembers one. */
const STIRS_AN_HOUR = 5;
const STIR_S = 25;

export interface Moment {
  readonly hour: number;
  readonly dtS: number;
  /** Awake, and neither walking, exercising nor lying on the floor. */
  readonly isFree: boolean;
  readonly asleep: boolean;
  /** Steps of the day that are no walk. */
  readonly steps: number;
  /** Of the usual, while ill. */
  readonly share: number;
}

export class Pottering {
  readonly #random: Random;
  #pace = 0;
  #stirred = 0;
  /** Steps in the stretch just lived. */
  steps = 0;
  /** 0–1: how much of it pulse and breathing show now. */
  exertion = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  step({ hour, dtS, isFree, asleep, steps, share }: Moment): void {
    if (asleep) this.#stir(dtS);
    else this.#stirred = 0;
    if (!isFree) this.#pace = 0;
    else this.#go(hour, dtS, Math.min(MOST, (steps * share) / ((WAKING_S / 60) * PACE)));
    this.steps = (this.#pace * dtS) / 60;
    this.exertion = approach(this.exertion, Math.max(this.#stirred, this.#pace > 0 ? 1 : 0), dtS, ANSWER_S);
  }

  /** Begins and ends bursts so that their share of the time is the same for any stride. */
  #go(hour: number, dtS: number, usual: number): void {
    const ends = 1 / BURST_S;
    // Who is up at night is on the way somewhere.
    const begins = usual === 0 ? 0 : hour < NIGHT_ENDS ? ends : (usual * liveliness(hour)) / ((1 - usual) * BURST_S * USUAL);
    const changed = 1 - Math.exp(-(begins + ends) * dtS);
    if (this.#pace > 0) {
      if (this.#random.chance((changed * ends) / (begins + ends))) this.#pace = 0;
    } else if (this.#random.chance((changed * begins) / (begins + ends))) this.#pace = PACE * Math.exp(0.45 * this.#random.normal() - 0.1);
  }

  #stir(dtS: number): void {
    this.#pace = 0;
    this.#stirred = this.#stirred < 0.05 ? 0 : this.#stirred * Math.exp(-dtS / STIR_S);
    if (this.#random.chance(1 - Math.exp((-STIRS_AN_HOUR * dtS) / 3_600))) this.#stirred = this.#random.between(0.5, 1.8);
  }
}

const liveliness = (hour: number): number => {
  let sum = hour > EVENING ? 0.5 : 0.85;
  for (const [at, more, over] of MEALS) sum += more * Math.exp(-(((hour - at) / over) ** 2));
  return sum;
};
