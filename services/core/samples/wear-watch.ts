/** What a sensor that nobody wears reads is no measurement: skin contact and skin temperature tell (domain 4.6, "not worn"). */
import { metricCode } from "#core/metrics/catalogue.ts";
import { type DurationMs, type EpochMs, MINUTE } from "#core/time.ts";
import { flag } from "./flags.ts";
import { QUALITY, type Sample } from "./sample.ts";

const CONTACT = metricCode("skin_contact");
const SKIN_TEMP = metricCode("skin_temp");
/** What is measured only on a body that wears the sensor; a cuff, a thermometer or a blow beside it is not meant. */
const WORN = new Set(["spo2", "pulse_rate", "perfusion_index", "heart_rate", "resp_rate", "skin_temp"].map(metricCode));
const NOT_WORN = flag("sensor-off");
/** Contact is told on change and every minute: a lost "worn again" must not hide a patient for longer than this (D). */
const CONTACT_HOLDS: DurationMs = 5 * MINUTE;
/** Colder than skin that is covered by a sensor. */
const COLD_BELOW = 28;
/** A room warms nobody: cold for this long, in at least so many samples, and never rising by more than a body warming would (D). */
const ROOM_FOR: DurationMs = 5 * MINUTE;
const ROOM_SAMPLES = 3;
const ROOM_RISE = 0.3;
/** The same time as contact: a thermometer that fell silent proves nothing for ever. */
const TEMPERATURE_HOLDS: DurationMs = 5 * MINUTE;

/** One device's sensor as its own samples tell. Kept in memory alone: the next minute's samples tell it again. */
export class WearWatch {
  #contactAt: EpochMs = Number.NEGATIVE_INFINITY;
  #touching = true;
  #coldSince: EpochMs = Number.NaN;
  #coldSamples = 0;
  #coldAt: EpochMs = Number.NEGATIVE_INFINITY;
  #coldest = Number.NaN;

  /** The samples of one message, in order of arrival; what was read off the body is bad and flagged. */
  judge(samples: readonly Sample[]): readonly Sample[] {
    let tells = !this.#touching || this.#coldSamples > 0;
    for (let index = 0; index < samples.length && !tells; index++) {
      const { metric } = samples[index] as Sample;
      tells = metric === CONTACT || metric === SKIN_TEMP;
    }
    return tells ? this.#judge(samples) : samples;
  }

  /** In order of time, and what tells before what it tells about; the message keeps its own order. */
  #judge(samples: readonly Sample[]): readonly Sample[] {
    const order = samples.map((_, index) => index);
    const tellsFirst = (index: number): number => (isTelling(samples[index] as Sample) ? 0 : 1);
    order.sort((a, b) => (samples[a] as Sample).t - (samples[b] as Sample).t || tellsFirst(a) - tellsFirst(b) || a - b);
    let judged: Sample[] | undefined;
    for (const index of order) {
      const sample = samples[index] as Sample;
      this.#learn(sample);
      if (!WORN.has(sample.metric) || !this.#isOff(sample.t)) continue;
      judged ??= [...samples];
      judged[index] = { ...sample, quality: QUALITY.bad, flags: sample.flags | NOT_WORN };
    }
    return judged ?? samples;
  }

  #learn({ metric, t, value, quality }: Sample): void {
    if (quality === QUALITY.bad || value !== value) return;
    if (metric === CONTACT && t >= this.#contactAt) {
      this.#contactAt = t;
      this.#touching = value !== 0;
    } else if (metric === SKIN_TEMP && t > this.#coldAt) this.#learnTemperature(t, value);
  }

  #learnTemperature(t: EpochMs, value: number): void {
    const goesOn =
      this.#coldSamples > 0 && value < COLD_BELOW && value <= this.#coldest + ROOM_RISE && t - this.#coldAt <= TEMPERATURE_HOLDS;
    this.#coldAt = t;
    if (goesOn) {
      this.#coldSamples++;
      this.#coldest = Math.min(this.#coldest, value);
      return;
    }
    this.#coldSamples = value < COLD_BELOW ? 1 : 0;
    this.#coldSince = t;
    this.#coldest = value;
  }

  #isOff(t: EpochMs): boolean {
    const untouched = !this.#touching && t >= this.#contactAt && t - this.#contactAt <= CONTACT_HOLDS;
    if (untouched) return true;
    const isRoom = this.#coldSamples >= ROOM_SAMPLES && this.#coldAt - this.#coldSince >= ROOM_FOR;
    return isRoom && t >= this.#coldAt && t - this.#coldAt <= TEMPERATURE_HOLDS;
  }
}

const isTelling = ({ metric }: Sample): boolean => metric === CONTACT || metric === SKIN_TEMP;
