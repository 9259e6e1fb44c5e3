/** One simulated body, second by second: what a perfect sensor would see. */
import { DAY, HOUR, type EpochMs, MINUTE } from "#core/time.ts";
import { Desaturations } from "../physiology/desaturation.ts";
import { SlowSignal } from "../physiology/slow-signal.ts";
import type { Random } from "../random.ts";
import type { Persona } from "./persona.ts";

export interface Body {
  readonly spo2: number;
  readonly pulse: number;
  readonly perfusion: number;
  readonly asleep: boolean;
}

/** Local time of the ward's people: no daylight saving, so that a seed tells the same day everywhere. */
const ZONE_OFFSET = 8 * HOUR;

export class Person {
  readonly persona: Persona;
  readonly #spo2: SlowSignal;
  readonly #pulse: SlowSignal;
  readonly #perfusion: SlowSignal;
  readonly #desaturations: Desaturations;
  readonly #origin: EpochMs;

  /** `origin`: the moment from which the persona's episode counts. */
  constructor(persona: Persona, origin: EpochMs, random: Random) {
    this.persona = persona;
    this.#origin = origin;
    const spo2Amplitude = Math.min(1, persona.spo2.sigma * 0.7);
    this.#spo2 = new SlowSignal({ ...persona.spo2, rho: 0.98, circadianAmplitude: spo2Amplitude, acrophase: 15 }, random.fork("spo2"));
    this.#pulse = new SlowSignal({ ...persona.pulse, rho: 0.97, circadianAmplitude: 5, acrophase: 15 }, random.fork("pulse"));
    this.#perfusion = new SlowSignal({ level: 0, sigma: 0.35, rho: 0.99, circadianAmplitude: 0, acrophase: 0 }, random.fork("perfusion"));
    this.#desaturations = new Desaturations(random.fork("desaturations"));
  }

  /** One second on, to time `t`. */
  step(t: EpochMs): Body {
    const { persona } = this;
    const hour = ((t + ZONE_OFFSET) % DAY) / HOUR;
    const asleep = hour >= 22.5 || hour < 6.5;
    const episode = this.#episode(t);
    const drop = this.#desaturations.step(asleep ? persona.desaturations.asleep : persona.desaturations.awake);
    const spo2 = this.#spo2.step(hour) - (asleep ? persona.spo2.sleep : 0) - drop - episode * (persona.episode?.fall ?? 0);
    // The pulse answers a fall of saturation (domain 5.3: +6–10 after the nadir).
    const pulse = this.#pulse.step(hour) - (asleep ? persona.pulse.sleep : 0) + drop + episode * (persona.episode?.pulseRise ?? 0);
    return { spo2: Math.min(100, spo2), pulse, perfusion: persona.perfusion * Math.exp(this.#perfusion.step(hour)), asleep };
  }

  /** Share of the episode's height at `t`, 0–1. */
  #episode(t: EpochMs): number {
    const { episode } = this.persona;
    if (episode === undefined) return 0;
    const minute = (t - this.#origin) / MINUTE;
    if (minute <= episode.onsetMin || minute >= episode.endMin) return 0;
    if (minute < episode.peakMin) return (minute - episode.onsetMin) / (episode.peakMin - episode.onsetMin);
    const plateauEnd = episode.peakMin + (episode.endMin - episode.peakMin) / 2;
    return minute < plateauEnd ? 1 : 1 - (minute - plateauEnd) / (episode.endMin - plateauEnd);
  }
}
