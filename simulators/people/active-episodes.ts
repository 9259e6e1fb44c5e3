/** The sum of all that befalls a body in one minute: explicit offsets, and what the body answers to those an episode leaves open. */
import type { EpochMs } from "#core/time.ts";
import { MINUTE } from "#core/time.ts";
import type { Deed, Fall } from "./body.ts";
import { type Episode, type Offsets, shareOf } from "./episode.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Sum = Readonly<Required<Offsets>>;

/** What a body does by itself: beats and breaths for a point of SpO2 lost, and for a degree of fever. */
const PULSE_PER_POINT = 1.2;
const BREATHS_PER_POINT = 0.6;
const PULSE_PER_DEGREE = 9;
const BREATHS_PER_DEGREE = 1.5;
const FALL_MATTERS = 60 * MINUTE;

const NONE: Sum = {
  spo2: 0,
  pulse: 0,
  respRate: 0,
  coreTemp: 0,
  systolic: 0,
  etco2: 0,
  symptoms: 0,
  painRest: 0,
  kneeFlexion: 0,
  maskLeak: 0,
  oxygenFlow: 0,
  desaturations: 0,
  pefFactor: 1,
  stepsFactor: 1,
  coughFactor: 1,
  rescueFactor: 1,
};
const ADDED = Object.keys(NONE).filter((key) => !key.endsWith("Factor")) as (keyof Offsets)[];
const MULTIPLIED = Object.keys(NONE).filter((key) => key.endsWith("Factor")) as (keyof Offsets)[];

interface Prepared {
  readonly episode: Episode;
  /** The course says nothing of them: the body answers. */
  readonly ownPulse: boolean;
  readonly ownRespRate: boolean;
}

export class ActiveEpisodes {
  readonly #origin: EpochMs;
  readonly #episodes: readonly Prepared[];
  readonly #falls: readonly Fall[];

  /** Episodes of one `kind` are parts of one course: what one of them states, the body does not add again. */
  constructor(episodes: readonly Episode[], origin: EpochMs) {
    this.#origin = origin;
    const states = (kind: string, key: keyof Offsets): boolean =>
      episodes.some((episode) => episode.kind === kind && episode.offsets[key] !== undefined);
    this.#episodes = episodes.map((episode) => ({
      episode,
      ownPulse: !states(episode.kind, "pulse"),
      ownRespRate: !states(episode.kind, "respRate"),
    }));
    this.#falls = episodes.flatMap(({ fall, onsetMin }) => (fall === undefined ? [] : [{ at: origin + onsetMin * MINUTE, ...fall }]));
  }

  at(t: EpochMs): Sum {
    if (this.#episodes.length === 0) return NONE;
    const minute = (t - this.#origin) / MINUTE;
    let sum: Mutable<Sum> | null = null;
    for (const { episode, ownPulse, ownRespRate } of this.#episodes) {
      const share = shareOf(episode, minute);
      if (share === 0) continue;
      sum ??= { ...NONE };
      const { offsets } = episode;
      for (const key of ADDED) sum[key] += share * (offsets[key] ?? 0);
      for (const key of MULTIPLIED) sum[key] *= 1 + share * ((offsets[key] ?? 1) - 1);
      const lost = share * Math.max(0, -(offsets.spo2 ?? 0));
      const fever = share * Math.max(0, offsets.coreTemp ?? 0);
      if (ownPulse) sum.pulse += PULSE_PER_POINT * lost + PULSE_PER_DEGREE * fever;
      if (ownRespRate) sum.respRate += BREATHS_PER_POINT * lost + BREATHS_PER_DEGREE * fever;
    }
    return sum ?? NONE;
  }

  skips(deed: Deed, t: EpochMs): boolean {
    const minute = (t - this.#origin) / MINUTE;
    return this.#episodes.some(
      ({ episode: { skips, onsetMin, endMin } }) => skips?.includes(deed) === true && minute >= onsetMin && minute <= endMin,
    );
  }

  keepsAwake(t: EpochMs): boolean {
    const minute = (t - this.#origin) / MINUTE;
    return this.#episodes.some(({ episode: { awake, onsetMin, endMin } }) => awake === true && minute >= onsetMin && minute <= endMin);
  }

  /** The latest fall of the last hour. */
  fall(t: EpochMs): Fall | null {
    let latest: Fall | null = null;
    for (const fall of this.#falls)
      if (t >= fall.at && t - fall.at < FALL_MATTERS && (latest === null || fall.at > latest.at)) latest = fall;
    return latest;
  }
}
