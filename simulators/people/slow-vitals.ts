/** What changes in minutes or is measured now and then: temperatures, pressures, CO2, lung function, complaints (domain 5.1). */
import { clamp } from "../clamp.ts";
import type { EpochMs } from "#core/time.ts";
import { MINUTE } from "#core/time.ts";
import { approach } from "../physiology/approach.ts";
import { awakeCircadian, circadian } from "../physiology/circadian.ts";
import { Persistence, Wander } from "../physiology/wander.ts";
import type { Random } from "../random.ts";
import type { Sum } from "./active-episodes.ts";
import type { Body } from "./body.ts";
import type { Levels } from "./levels.ts";
import type { Persona } from "./persona.ts";

export interface SlowVitalsNow extends Pick<
  Body,
  "coreTemp" | "skinTemp" | "systolic" | "diastolic" | "etco2" | "pef" | "fev1" | "fvc" | "symptoms" | "cough"
> {
  /** How much warmer the skin is than usual, K. */
  readonly warmth: number;
}

export interface Surroundings {
  readonly t: EpochMs;
  readonly dtS: number;
  readonly hour: number;
  /** Of sleep, 0–1. */
  readonly depth: number;
  /** 1: as at the end of a brisk walk. */
  readonly exertion: number;
  /** How this day differs, standard deviations. */
  readonly z: number;
  readonly sum: Sum;
  /** Breaths a minute that the body wants, apnoeas aside. */
  readonly breathing: number;
  /** mmHg kept by too much oxygen. */
  readonly co2: number;
  readonly papOn: boolean;
}

/** The answer to another flow of oxygen: saturation in minutes, carbon dioxide in hours (domain 5.6, hypercapnic drift). */
const SATURATION_S = 300;
const CO2_S = 2 * 3_600;

/** Of the noise, over a minute (domain 5.1; pressure, lungs, CO2 and complaints: D). */
const SKIN = new Persistence(0.99, 60);
const CORE = new Persistence(0.98, 60);
const PRESSURE = new Persistence(0.85, 60);
const LUNGS = new Persistence(0.995, 60);
/** Good and bad days of an asthma come and go over some days: diaries kept at home wander so. */
const AIRWAYS = new Persistence(0.99, 3_600);
const CO2 = new Persistence(0.9, 60);
const COMPLAINTS = new Persistence(0.997, 60);

export class SlowVitals {
  readonly #persona: Persona;
  readonly #levels: Levels;
  readonly #skin: Wander;
  readonly #core: Wander;
  readonly #pressure: Wander;
  readonly #lungs: Wander;
  readonly #airways: Wander;
  readonly #co2: Wander;
  readonly #complaints: Wander;
  #minute = Number.NaN;
  #now: SlowVitalsNow | null = null;
  #oxygen = { spo2: 0, respRate: 0, co2: 0 };

  constructor(persona: Persona, levels: Levels, random: Random) {
    this.#persona = persona;
    this.#levels = levels;
    this.#skin = new Wander(SKIN, random);
    this.#core = new Wander(CORE, random);
    this.#pressure = new Wander(PRESSURE, random);
    this.#lungs = new Wander(LUNGS, random);
    this.#airways = new Wander(AIRWAYS, random.fork("airways"));
    this.#co2 = new Wander(CO2, random);
    this.#complaints = new Wander(COMPLAINTS, random);
  }

  /** Points of SpO2, breaths a minute and mmHg of CO2 that the flow at the nose makes now. */
  oxygen(flow: number, dtS: number, begins: boolean): { readonly spo2: number; readonly respRate: number; readonly co2: number } {
    const { oxygen } = this.#persona;
    if (oxygen === null) return this.#oxygen;
    const extra = Math.max(0, flow - oxygen.flow);
    const missing = Math.min(1, Math.max(0, (oxygen.flow - flow) / oxygen.flow));
    const spo2 = extra * oxygen.gainPerExtra - missing * oxygen.lossWithout;
    const before = this.#oxygen;
    this.#oxygen = begins
      ? { spo2, respRate: 0, co2: 0 }
      : {
          spo2: approach(before.spo2, spo2, dtS, SATURATION_S),
          respRate: approach(before.respRate, -2 * Math.min(1.5, extra), dtS, CO2_S / 4),
          co2: approach(before.co2, extra * oxygen.co2PerExtra, dtS, CO2_S),
        };
    return this.#oxygen;
  }

  step(around: Surroundings): SlowVitalsNow {
    const minute = Math.floor(around.t / MINUTE);
    if (this.#now !== null && minute === this.#minute) return this.#now;
    const strideS = this.#now === null ? 60 : Math.min(60 * (minute - this.#minute), 86_400);
    this.#minute = minute;
    return (this.#now = this.#measure(around, Math.max(1, strideS)));
  }

  #measure({ hour, depth, exertion, z, sum, breathing, co2, papOn }: Surroundings, dtS: number): SlowVitalsNow {
    const levels = this.#levels;
    const persona = this.#persona;
    const fever = sum.coreTemp;
    const warmth = 0.5 * circadian(hour, 2) + 0.5 * this.#skin.step(dtS) + 0.8 * fever;
    const pressureZ = this.#pressure.step(dtS);
    const systolic =
      levels.systolic + 3 * z + 4 * awakeCircadian(hour, 16) + 5 * pressureZ - 0.1 * levels.systolic * depth + 28 * exertion + sum.systolic;
    const lungsZ = this.#lungs.step(dtS);
    const airways = Math.exp(persona.airways * clamp(this.#airways.step(dtS), -1.8, 1.8));
    const pefShare = airways * (1 + persona.pefSwing * awakeCircadian(hour, 16)) * sum.pefFactor;
    const fev1 =
      levels.fev1 *
      (1 + 0.6 * persona.pefSwing * awakeCircadian(hour, 15)) *
      (1 - 0.8 * (1 - sum.pefFactor)) *
      airways ** 0.8 *
      (1 + 0.015 * lungsZ + 0.025 * z);
    return {
      warmth,
      coreTemp: clamp(
        levels.coreTemp + 0.35 * awakeCircadian(hour, 17) + 0.1 * z + 0.12 * this.#core.step(dtS) + 0.3 * exertion + fever,
        34,
        42,
      ),
      skinTemp: clamp(levels.skinTemp + 0.3 * z + warmth, 28, 40),
      systolic: clamp(systolic, 60, 250),
      diastolic: clamp(levels.diastolic + 0.5 * (systolic - levels.systolic), 35, 140),
      etco2: clamp(
        levels.etco2 +
          this.#co2.step(dtS) +
          // Who breathes less keeps more; a mask at night takes it away.
          depth * (papOn ? 0.5 : 3) -
          0.3 * (breathing - levels.respRate) +
          co2 +
          sum.etco2,
        8,
        98,
      ),
      pef: clamp(levels.pef * pefShare * (1 + 0.012 * lungsZ) + 7 * z, 40, 880),
      fev1: clamp(fev1, 0.25, 6.5),
      fvc: clamp((levels.fev1 / persona.fvcRatio) * (0.5 + 0.5 * (fev1 / levels.fev1)), 0.4, 8.5),
      symptoms: clamp(persona.symptoms + 0.4 * this.#complaints.step(dtS) + (hour > 17 ? 0.4 : 0) + sum.symptoms, 0, 10),
      cough: Math.max(0, persona.cough * (1 - 0.75 * depth) * sum.coughFactor * Math.exp(0.25 * z)),
    };
  }
}
