/** A charge that is spent, sags at the end and comes back when its owner remembers the cable (domain 5.8). */
import type { Random } from "../random.ts";

/** Below it the voltage no longer carries the radio: the device goes off without a word. */
const SAG_PERCENT = 5;
/** A device that died comes back when the cable has given it this much. */
const WAKES_AT_PERCENT = 12;

export interface BatteryShape {
  readonly random: Random;
  /** Hours from full to empty. */
  readonly hours: number;
  /** Hours on the cable from empty to full; 0: fresh cells are put in. */
  readonly chargeHours: number;
  /** Local hour at which the owner looks at it. */
  readonly hour: number;
  /** Charge below which the owner, looking, does something about it; above 100: every day. */
  readonly whenBelow: number;
  /** How often the owner forgets. */
  readonly forgets: number;
}

export class Battery {
  readonly #shape: BatteryShape;
  #percent: number;
  #charging = false;
  #dead = false;
  #hour = Number.NaN;

  constructor(shape: BatteryShape) {
    this.#shape = shape;
    this.#percent = shape.random.between(45, 100);
  }

  /** Charge left, whole %. */
  get level(): number {
    return Math.round(this.#percent);
  }

  /** One second on, at local `hour`; false: too weak to measure or to send. */
  step(hour: number): boolean {
    const { hours, chargeHours } = this.#shape;
    if (this.#passed(hour)) this.#look();
    if (this.#charging) {
      this.#percent += 100 / (chargeHours * 3_600);
      if (this.#percent >= 100) {
        this.#percent = 100;
        this.#charging = false;
      }
    } else if (!this.#dead) this.#percent -= 100 / (hours * 3_600);
    if (this.#percent < SAG_PERCENT) this.#dead = true;
    else if (this.#percent >= WAKES_AT_PERCENT) this.#dead = false;
    return !this.#dead;
  }

  #passed(hour: number): boolean {
    const before = this.#hour;
    this.#hour = hour;
    return before < this.#shape.hour && hour >= this.#shape.hour;
  }

  #look(): void {
    const { random, whenBelow, forgets, chargeHours } = this.#shape;
    if (this.#percent >= whenBelow || random.chance(forgets)) return;
    if (chargeHours === 0) this.#percent = 100;
    else this.#charging = true;
  }
}

/** Worn day and night, charged on the body every day: 18 to 36 h. */
export const wornBattery = (random: Random, artefacts: boolean): Battery =>
  new Battery({
    random,
    hours: random.between(26, 36),
    chargeHours: random.between(1.2, 2),
    hour: random.between(7.5, 21.5),
    whenBelow: 200,
    forgets: artefacts ? 0.08 : 0,
  });

/** Used for minutes a day: 20 to 60 days on its cells. */
export const spotBattery = (random: Random, artefacts: boolean): Battery =>
  new Battery({
    random,
    hours: 24 * random.between(20, 60),
    chargeHours: 0,
    hour: random.between(8, 20),
    whenBelow: 12,
    forgets: artefacts ? 0.7 : 0,
  });
