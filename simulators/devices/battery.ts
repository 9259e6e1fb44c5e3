/** A charge that is spent, sags at the end and comes back when its owner remembers the cable (domain 5.8). */
import type { Random } from "../random.ts";

/** Below it the voltage no longer carries the radio: the device goes off without a word. */
const SAG_PERCENT = 5;
/** A device that died comes back when the cable has given it this much. */
const WAKES_AT_PERCENT = 12;

interface BatteryShape {
  readonly random: Random;
  /** Hours from full to empty. */
  readonly hours: number;
  /** Hours on the cable from empty to full; 0: fresh cells are put in. */
  readonly chargeHours: number;
  /** Local hours at which the owner looks at it, ascending. */
  readonly looks: readonly number[];
  /** Charge below which the owner, looking, does something about it. */
  readonly whenBelow: number;
  /** How often the owner forgets. */
  readonly forgets: number;
}

export class Battery {
  readonly #shape: BatteryShape;
  #percent = 100;
  #charging = false;
  #dead = false;
  #hour: number | null = null;

  constructor(shape: BatteryShape) {
    this.#shape = shape;
  }

  /** Charge left, whole %. */
  get level(): number {
    return Math.round(this.#percent);
  }

  /** One second on, at local `hour` (NaN: nobody there to look); false: too weak to measure or to send. */
  step(hour: number): boolean {
    const { hours, chargeHours, looks } = this.#shape;
    const before = this.#hour ?? this.#begin(hour);
    if (looks.some((look) => before < look && hour >= look)) this.#look();
    this.#hour = hour;
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

  /** The charge a device in use has at this hour: what it spent since the owner last looked, or some of its cells. */
  #begin(hour: number): number {
    const { random, hours, chargeHours, looks, whenBelow } = this.#shape;
    if (chargeHours === 0) this.#percent = random.between(whenBelow + 10, 100);
    else {
      const since = Math.min(...looks.map((look) => (hour - look + 24) % 24));
      this.#percent = Math.max(30, 100 - (100 * Math.max(0, since - chargeHours)) / hours);
    }
    return hour;
  }

  #look(): void {
    const { random, whenBelow, forgets, chargeHours } = this.#shape;
    if (this.#percent >= whenBelow || random.chance(forgets)) return;
    if (chargeHours === 0) this.#percent = 100;
    else this.#charging = true;
  }
}

/** Worn day and night, 18 to 36 h on a charge: on the cable in the morning and in the evening, without taking it off. */
export const wornBattery = (random: Random, artefacts: boolean): Battery => {
  const morning = random.between(6.5, 11);
  return new Battery({
    random,
    hours: random.between(18, 36),
    chargeHours: random.between(1, 1.5),
    looks: [morning, morning + 12],
    whenBelow: 80,
    forgets: artefacts ? 0.05 : 0,
  });
};

/** Used for minutes a day: 20 to 60 days on its cells; who owns it waits until it complains. */
export const spotBattery = (random: Random, artefacts: boolean): Battery =>
  new Battery({
    random,
    hours: 24 * random.between(20, 60),
    chargeHours: 0,
    looks: [random.between(8, 20)],
    whenBelow: artefacts ? 12 : 25,
    forgets: artefacts ? 0.5 : 0,
  });
