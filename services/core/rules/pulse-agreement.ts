/** Whether the pulse an oximeter counts is the heart's: where they differ for 10 s its SpO2 is doubted too (domain 4.6, cross-check). */
import type { DeviceId } from "#core/ids.ts";
import { type DurationMs, type EpochMs, SECOND } from "#core/time.ts";

/** Both must be exceeded: more than 10 beats and more than 15 % of the heart rate. */
const BEATS_APART = 10;
const SHARE_APART = 0.15;
const LASTS: DurationMs = 10 * SECOND;
/** Rates further apart in time than this are not compared, and a disagreement this old is none any more (D). */
const SAME_TIME: DurationMs = 10 * SECOND;
/** More oximeters than anybody wears: the one heard longest ago makes room. */
const MOST_OXIMETERS = 4;

interface Pulse {
  readonly device: DeviceId;
  value: number;
  at: EpochMs;
  /** They differ without a break since then; null: they do not. */
  since: EpochMs | null;
  /** They were last seen to differ then. */
  until: EpochMs;
}

export interface AgreementState {
  readonly heart: number;
  readonly heartAt: EpochMs;
  readonly pulses: readonly Pulse[];
}

/** Of one patient, in our time: heart rate and pulse mostly come from two devices. It only ever lowers confidence. */
export class PulseAgreement {
  #heart: number;
  #heartAt: EpochMs;
  readonly #pulses: Pulse[];

  constructor(state: AgreementState) {
    this.#heart = state.heart;
    this.#heartAt = state.heartAt;
    this.#pulses = state.pulses.map((pulse) => ({ ...pulse }));
  }

  noteHeart(value: number, at: EpochMs): void {
    if (at < this.#heartAt) return;
    this.#heart = value;
    this.#heartAt = at;
    for (const pulse of this.#pulses) this.#compare(pulse);
  }

  notePulse(device: DeviceId, value: number, at: EpochMs): void {
    let pulse = this.#pulses.find((held) => held.device === device);
    if (pulse === undefined) {
      if (this.#pulses.length >= MOST_OXIMETERS) this.#pulses.shift();
      pulse = { device, value, at, since: null, until: at };
      this.#pulses.push(pulse);
    } else if (at < pulse.at) return;
    pulse.value = value;
    pulse.at = at;
    this.#compare(pulse);
  }

  #compare(pulse: Pulse): void {
    const apart = Math.abs(pulse.value - this.#heart);
    const differ = apart > BEATS_APART && apart > SHARE_APART * this.#heart && Math.abs(pulse.at - this.#heartAt) <= SAME_TIME;
    if (!differ) {
      pulse.since = null;
      return;
    }
    const at = Math.max(pulse.at, this.#heartAt);
    pulse.since ??= at;
    pulse.until = at;
  }

  /** Whether SpO2 of this device at that time is doubted: by its own pulse, else, where it counts none, by any of the patient's. */
  doubts(device: DeviceId, at: EpochMs): boolean {
    const own = this.#pulses.find((held) => held.device === device);
    if (own !== undefined && Math.abs(at - own.at) <= SAME_TIME) return differsAt(own, at);
    return this.#pulses.some((pulse) => differsAt(pulse, at));
  }

  state(): AgreementState {
    return { heart: this.#heart, heartAt: this.#heartAt, pulses: this.#pulses };
  }
}

const differsAt = ({ since, until }: Pulse, at: EpochMs): boolean => since !== null && at - since >= LASTS && at - until <= SAME_TIME;
