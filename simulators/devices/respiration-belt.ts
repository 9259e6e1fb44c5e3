/** A respiration belt round the chest: breaths counted over a minute, talking, coughs, skin and whether it is worn (domain 5.1, 5.8). */
import { type EpochMs, HOUR, MINUTE } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { wornBattery } from "./battery.ts";
import { Burst } from "./burst.ts";
import { CONTEXT_OF } from "./context-of.ts";
import { onQuantum } from "./quantum.ts";
import { RESPIRATION_HZ, RespirationWave } from "./respiration-wave.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";
import { Spells } from "./spells.ts";

/** Breaths are counted over this long (domain 4.5): what it says is half a minute old. */
const WINDOW_S = 60;
/** A rate is said from this much of a window on. */
const ENOUGH_S = 45;
/** Rates below are not told from a slack belt. */
const SLOWEST = 4;
/** Seconds after which the sensor has two thirds of a change of the skin, and of the room it falls into. */
const SKIN_LAG_S = 120;
const ROOM_LAG_S = 300;
const ROOM = 23.5;
/** A chest that moves is not air that moves: wearables differ from a person who counts by several breaths (domain 1.2, row 4). */
const MISCOUNT = 1.1;
/** Share of belts that sit loosely and count too much; they know that their signal is poor (domain 5.8). */
const LOOSE = 0.1;
/** Coughs it hears. */
const SENSITIVITY = 0.9;
/** An hour counts when the belt was worn for half of it. */
const HEARD_S = 1_800;

class RespirationBelt implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  /** Breaths a minute it counts too many. */
  readonly #overRead: number;
  readonly #battery;
  readonly #offSpells: Spells;
  readonly #talkSpells: Spells;
  readonly #wave: RespirationWave;
  readonly #burst: Burst | null;
  readonly #breaths: number[] = [];
  /** This talk's error; 0: silent. */
  #talk = 0;
  #talkedS = 0;
  #skin: number | null = null;
  #coughs = 0;
  #heardS = 0;
  #worn = false;

  constructor({ random, artefacts = true, waveforms = false }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    const loose = random.chance(LOOSE);
    const tooMany = random.between(2, 4);
    this.#overRead = artefacts && loose ? tooMany : 0;
    this.#battery = wornBattery(random.fork("battery"), artefacts);
    this.#offSpells = new Spells(random.fork("off"), 120, 5_400);
    this.#talkSpells = new Spells(random.fork("talk"), 30, 900);
    this.#wave = new RespirationWave(random.fork("wave"));
    this.#burst = waveforms ? new Burst({ signal: "respiration", hz: RESPIRATION_HZ, unit: "mL" }, random.fork("burst")) : null;
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) {
      this.#forget();
      return NOTHING;
    }
    if (this.#artefacts && this.#offSpells.step(body.asleep ? 0.01 : 0.03)) return this.#slackAt(body.t);
    const putOn = !this.#worn;
    this.#worn = true;
    this.#feel(body);
    const waveform = this.#burst?.step(body.t, () => this.#wave.next(body)) ?? null;
    const minute = body.t % MINUTE === 0;
    // Contact is said when it changes and every minute (domain 1.4, row 65).
    const samples: DeviceSample[] = putOn || minute ? [{ metric: "skin_contact", t: body.t, value: 1 }] : [];
    if (minute) samples.push(...this.#minute(body));
    if (body.t % HOUR === 0) samples.push(...this.#hour(body.t));
    if (waveform !== null) return { samples, waveforms: [waveform] };
    return samples.length === 0 ? NOTHING : { samples };
  }

  stepOffBody(t: EpochMs): Emission {
    if (this.#battery.step(Number.NaN)) return this.#slackAt(t);
    this.#forget();
    return NOTHING;
  }

  /** Off the chest: no breath, and a sensor that cools down to the room's temperature. */
  #slackAt(t: EpochMs): Emission {
    const changed = this.#worn;
    this.#forget();
    if (this.#skin !== null) this.#skin += (ROOM - this.#skin) / ROOM_LAG_S;
    if (t % MINUTE !== 0) return changed ? { samples: [{ metric: "skin_contact", t, value: 0 }] } : NOTHING;
    const samples: DeviceSample[] = [
      { metric: "skin_contact", t, value: 0 },
      { metric: "resp_rate", t, value: null },
    ];
    if (this.#skin !== null) samples.push({ metric: "skin_temp", t, value: onQuantum(this.#skin, 0.1), quality: "bad" });
    return { samples };
  }

  /** One second of breathing, skin and coughs. */
  #feel(body: Body): void {
    const random = this.#random;
    const talking = this.#artefacts && this.#talkSpells.step(body.asleep || body.activity === "exercising" ? 0 : 1);
    if (!talking) this.#talk = 0;
    else if (this.#talk === 0) this.#talk = random.between(-4, 4);
    this.#talkedS = Math.min(WINDOW_S, Math.max(0, this.#talkedS + (talking ? 1 : -1)));
    this.#breaths.push(body.respRate === 0 ? 0 : Math.max(0, body.respRate + this.#talk));
    if (this.#breaths.length > WINDOW_S) this.#breaths.shift();
    this.#skin = this.#skin === null ? body.skinTemp : this.#skin + (body.skinTemp - this.#skin) / SKIN_LAG_S;
    this.#heardS += 1;
    if (random.chance((body.cough * SENSITIVITY) / 3_600)) this.#coughs += 1;
  }

  #minute({ t, activity }: Body): DeviceSample[] {
    const samples: DeviceSample[] = [
      { metric: "skin_temp", t, value: onQuantum((this.#skin as number) + 0.03 * this.#random.normal(), 0.1) },
    ];
    if (this.#breaths.length < ENOUGH_S) return samples;
    const counted = this.#breaths.reduce((sum, rate) => sum + rate, 0) / this.#breaths.length + this.#overRead;
    const rate = Math.round(Math.min(60, counted + MISCOUNT * this.#random.normal()));
    const doubted = this.#overRead > 0 || this.#talkedS > 10;
    samples.push({
      metric: "resp_rate",
      t,
      value: rate < SLOWEST ? null : rate,
      tags: CONTEXT_OF[activity],
      ...(doubted ? { quality: "degraded" as const } : {}),
    });
    return samples;
  }

  #hour(t: EpochMs): DeviceSample[] {
    const heard = this.#heardS;
    const anHour = Math.round((this.#coughs * 3_600) / Math.max(1, heard));
    this.#heardS = 0;
    this.#coughs = 0;
    if (heard < HEARD_S) return [];
    return [{ metric: "cough_count", t, value: Math.min(300, anHour), ...(heard < 3_400 ? { quality: "degraded" as const } : {}) }];
  }

  #forget(): void {
    this.#worn = false;
    this.#breaths.length = 0;
    this.#talkedS = 0;
    this.#burst?.abandon();
  }
}

export const respirationBelt: DeviceKind = {
  kind: "respiration_belt",
  metrics: { resp_rate: { everyS: 60 }, skin_temp: { everyS: 60 }, skin_contact: { everyS: 60 }, cough_count: { everyS: 3_600 } },
  create: (options) => new RespirationBelt(options),
};
