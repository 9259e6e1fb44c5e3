/** Walking, joints and strength, with their weeks of recovery and hours of medication (domain 5.5). */
import { clamp } from "../clamp.ts";
import { DAY, type EpochMs } from "#core/time.ts";
import { kneeExtensionDeficit, kneeFlexion, kneePain, kneeWalking, strokeAsymmetry, strokeWalking } from "../physiology/rehabilitation.ts";
import { Persistence, Wander } from "../physiology/wander.ts";
import type { Random } from "../random.ts";
import type { Sum } from "./active-episodes.ts";
import type { Gait, Knee } from "./body.ts";
import { POTTERING } from "./day-plan.ts";
import type { Doing } from "./habits.ts";
import type { Levels } from "./levels.ts";
import type { Persona } from "./persona.ts";

export interface LimbsNow {
  readonly gait: Gait | null;
  readonly knee: Knee | null;
  readonly grip: number;
  readonly chairStandS: number;
  /** Walked; the house comes on top. */
  readonly steps: number;
}

interface Moment {
  readonly t: EpochMs;
  readonly dtS: number;
  readonly hour: number;
  readonly now: Doing;
  readonly sum: Sum;
  readonly z: number;
}

/** Episodes in an hour of walking while the medicine has worn off. */
const FREEZES_AN_HOUR = 40;
/** Dopamine: worn off for the last hour of four, half an hour until the next dose is felt. */
const WEARS_OFF_H = 3;
const TAKES_H = 0.5;
/** Of a change of speed, so much is stride; the rest cadence (domain 5.5). */
const STRIDE_SHARE = 0.65;
/** The full gain of speed after a stroke, m/s. */
const STROKE_GAIN = 0.18;
const KNEE_WALK = { first: 0.55, last: 1.05, firstSteps: 1_200, lastSteps: 6_000 };

const PAIN = new Persistence(0.6, 86_400);
const STRENGTH = new Persistence(0.98, 3_600);

export class Limbs {
  readonly #persona: Persona;
  readonly #levels: Levels;
  readonly #origin: EpochMs;
  readonly #random: Random;
  readonly #pain: Wander;
  readonly #strength: Wander;
  /** Degrees by which this knee bends better or worse than the average one. */
  readonly #bends: number;
  #frozenS = 0;

  constructor(persona: Persona, levels: Levels, origin: EpochMs, varied: boolean, random: Random) {
    this.#persona = persona;
    this.#levels = levels;
    this.#origin = origin;
    this.#random = random;
    this.#pain = new Wander(PAIN, random.fork("pain"));
    this.#strength = new Wander(STRENGTH, random.fork("strength"));
    this.#bends = varied ? 7 * clamp(random.fork("bends").normal(), -2, 2) : 0;
  }

  /** Steps of a day as a share of the level. */
  stepsShare(t: EpochMs): number {
    const { recovery } = this.#persona;
    if (recovery?.after !== "knee") return 1;
    const { firstSteps, lastSteps } = KNEE_WALK;
    return (firstSteps + (lastSteps - firstSteps) * kneeWalking(this.#weeks(t))) / lastSteps;
  }

  /** Steps of the day that are no walk. */
  aboutTheHouse(t: EpochMs): number {
    return POTTERING * this.#levels.steps * this.stepsShare(t);
  }

  step(moment: Moment): LimbsNow {
    const { dtS, now, sum } = moment;
    const strength = 1 + 0.03 * this.#strength.step(dtS);
    const gait = now.walking ? this.#walk(moment) : null;
    return {
      gait,
      knee: this.#knee(moment),
      grip: this.#levels.grip * strength,
      chairStandS:
        (this.#levels.chairStandS / strength) * (this.#wornOff(moment.hour) * 0.15 + 1) * (2 - Math.min(1, sum.stepsFactor)) ** 0.5,
      steps: gait === null || gait.freezing ? 0 : (dtS * gait.cadence) / 60,
    };
  }

  #weeks(t: EpochMs): number {
    return Math.max(0, (this.#persona.recovery?.weeks ?? 0) + (t - this.#origin) / (7 * DAY));
  }

  #walk({ t, dtS, hour, now, sum }: Moment): Gait {
    const { gait, recovery } = this.#persona;
    const { stride: ownStride, cadence: ownCadence } = this.#levels;
    const worn = this.#wornOff(hour);
    const usual = (ownStride * ownCadence) / 120;
    const weeks = this.#weeks(t);
    const ahead = recovery?.after === "stroke" ? STROKE_GAIN * strokeWalking(weeks) - STROKE_GAIN * strokeWalking(recovery.weeks) : 0;
    const recovered = recovery?.after === "knee" ? KNEE_WALK.first + (KNEE_WALK.last - KNEE_WALK.first) * kneeWalking(weeks) : 0;
    const speed = (recovered > 0 ? (usual / KNEE_WALK.last) * recovered : usual + ahead) + 0.07 * now.paceZ - (hour < 9 ? 0.03 : 0);
    const factor = clamp((speed / usual) * (1 - 0.2 * worn) * clamp(sum.stepsFactor, 0.2, 1) ** 0.15, 0.25, 1.6);
    const stride = clamp(ownStride * factor ** STRIDE_SHARE, 0.12, 2.2);
    const cadence = clamp(ownCadence * factor ** (1 - STRIDE_SHARE), 20, 180);
    const fades = recovery?.after === "stroke" ? strokeAsymmetry(weeks) / strokeAsymmetry(recovery.weeks) : 1;
    const heals = recovery?.after === "knee" ? 1.3 - kneeWalking(weeks) : 1;
    return {
      speed: (stride * cadence) / 120,
      stride,
      cadence,
      asymmetry: clamp(gait.asymmetry * fades * heals + 0.8 * now.paceZ, 0.3, 60),
      doubleSupport: clamp(gait.doubleSupport - 12 * (factor - 1), 15, 70),
      strideCv: gait.strideCv * (1 + 0.35 * worn),
      freezing: this.#freezes(worn, dtS),
    };
  }

  /** 0: the medicine works; 1: it has worn off. */
  #wornOff(hour: number): number {
    const doses = this.#persona.dopamineHours;
    if (doses === null) return 0;
    let since = 24;
    let before = 24;
    for (const dose of doses)
      if (dose <= hour) {
        before = dose === doses[0] ? 24 : 4;
        since = hour - dose;
      }
    const fading = clamp((since - WEARS_OFF_H) * 4, 0, 1);
    const coming = before > WEARS_OFF_H ? clamp(1 - since / TAKES_H, 0, 1) : 0;
    return Math.max(fading, coming);
  }

  #freezes(worn: number, dtS: number): boolean {
    if (this.#frozenS > 0) this.#frozenS -= dtS;
    else if (worn > 0 && this.#random.chance((FREEZES_AN_HOUR * worn * dtS) / 3_600)) this.#frozenS = this.#random.between(3, 20);
    return this.#frozenS > 0;
  }

  #knee({ t, dtS, hour, now, sum, z }: Moment): Knee | null {
    const { recovery } = this.#persona;
    if (recovery?.after !== "knee") return null;
    const weeks = this.#weeks(t);
    const painZ = this.#pain.step(dtS);
    const painRest = clamp(kneePain(weeks) + 0.8 * painZ + (hour > 17 ? 0.5 : 0) + sum.painRest, 0, 10);
    const stiff = hour < 10 ? 5 * Math.min(1, (10 - hour) / 2) : 0;
    const warm = now.session === null ? 0 : 4 * Math.min(1, now.session.elapsedS / 60);
    const flexionMax = kneeFlexion(weeks, recovery.slow) + this.#bends + 4 * z - stiff + warm + sum.kneeFlexion;
    return {
      side: recovery.side,
      flexionMax: clamp(flexionMax, 20, 145),
      extensionDeficit: Math.max(0, kneeExtensionDeficit(weeks) + 0.8 * z + (stiff > 0 ? 1 : 0) - 0.06 * sum.kneeFlexion),
      painRest,
      painMovement: clamp(painRest * 1.25 + 1, 0, 10),
      movementQuality: clamp(62 + 26 * kneeWalking(weeks) + 2.5 * z - 4 * Math.max(0, painRest - kneePain(weeks)), 10, 99),
    };
  }
}
