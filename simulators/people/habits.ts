/** What a person is doing now: the day's plan, as far as episodes and falls let it be carried out. */
import { type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { isWalk } from "../physiology/knee-movement.ts";
import type { ActiveEpisodes, Sum } from "./active-episodes.ts";
import type { Activity, Body, Deed, Fall } from "./body.ts";
import { type DayPlan, localDay, planDay, type PlanOptions, type Segment } from "./day-plan.ts";

export interface Doing {
  readonly activity: Activity;
  /** 1: a brisk walk. */
  readonly effort: number;
  readonly slow: boolean;
  /** On the feet. */
  readonly walking: boolean;
  readonly paceZ: number;
  readonly session: Body["session"];
  readonly papOn: boolean;
  readonly oxygenFlow: number;
  readonly plan: DayPlan;
  readonly yesterday: DayPlan;
  readonly night: DayPlan["night"];
}

/** What would make anybody measure again. */
export interface Readings {
  readonly coreTemp: number;
  readonly systolic: number;
  /** Share of the own level. */
  readonly pefShare: number;
}

const WALK_EFFORT = 0.6;
const REPEAT_AFTER = 7 * MINUTE;
/** Who feels this much worse than usual measures, and again while it lasts. */
const WORRYING = 3;
const WORRIES_EVERY = 4 * HOUR;
/** Sooner, when it has become so much worse since. */
const WORSE = 1.5;
const WORSE_EVERY = 30 * MINUTE;
const IN_WORRY: readonly Deed[] = ["blow_peak_flow", "take_temperature", "report_symptoms"];
const NO_DEEDS: readonly Deed[] = [];

const alarming = (deed: Deed, { coreTemp, systolic, pefShare }: Readings): boolean =>
  (deed === "take_temperature" && (coreTemp >= 37.9 || coreTemp <= 35.2)) ||
  (deed === "take_blood_pressure" && (systolic <= 95 || systolic >= 210)) ||
  (deed === "blow_peak_flow" && pefShare < 0.82);

export class Habits {
  readonly #options: PlanOptions;
  readonly #episodes: ActiveEpisodes;
  #plan: DayPlan | null = null;
  #yesterday: DayPlan | null = null;
  #segment = 0;
  #deed = 0;
  #worried = { at: Number.NEGATIVE_INFINITY, symptoms: 0 };
  #repeats: { readonly at: EpochMs; readonly deed: Deed }[] = [];

  constructor({ plan, episodes }: { readonly plan: PlanOptions; readonly episodes: ActiveEpisodes }) {
    this.#options = plan;
    this.#episodes = episodes;
  }

  at(t: EpochMs, sum: Sum, fall: Fall | null): Doing {
    const plan = this.#planFor(t);
    const yesterday = this.#yesterday as DayPlan;
    const { segments } = plan;
    while (this.#segment + 1 < segments.length && (segments[this.#segment + 1] as Segment).from <= t) this.#segment++;
    const segment = segments[this.#segment] as Segment;
    const { persona } = this.#options;
    const night = t - plan.from < 12 * HOUR ? yesterday.night : plan.night;
    // Who can hardly move stays in; who has fallen does not get up and go on.
    const out = segment.mark < sum.stepsFactor && fall === null;
    const asleep = segment.activity === "asleep" && !this.#episodes.keepsAwake(t);
    const activity = asleep || (out && segment.activity !== "asleep") ? segment.activity : "resting";
    const exercising = activity === "exercising";
    const walking = activity === "walking" || (exercising && isWalk(segment.exercise));
    const papOn = night.pap !== null && activity === "asleep" && t >= night.pap.from && t < night.pap.to;
    return {
      activity,
      effort: exercising ? (persona.prescription?.effort ?? 0) : activity === "walking" ? WALK_EFFORT : 0,
      slow: segment.slow,
      walking,
      paceZ: segment.paceZ,
      session: exercising ? { exercise: segment.exercise ?? "", elapsedS: Math.round((t - segment.from) / SECOND) } : null,
      papOn,
      oxygenFlow: this.#oxygenFlow(t, plan, sum),
      plan,
      yesterday,
      night,
    };
  }

  /** What falls into (since, t], unless an episode keeps the person from it; who feels worse measures too, and a reading that worries is taken again. */
  deeds(since: EpochMs, t: EpochMs, awake: boolean, sum: Sum, readings: Readings): readonly Deed[] {
    const planned = (this.#plan as DayPlan).deeds;
    let done: Deed[] | null = null;
    const take = (deed: Deed, at: EpochMs): void => {
      if (this.#episodes.skips(deed, t)) return;
      (done ??= []).push(deed);
      if (alarming(deed, readings)) this.#repeats.push({ at: at + REPEAT_AFTER, deed });
    };
    while (this.#deed < planned.length) {
      const next = planned[this.#deed];
      if (next === undefined || next.at > t) break;
      this.#deed++;
      if (next.at <= since) continue;
      const { deed } = next;
      if (deed !== "inhale_rescue" || next.need < sum.rescueFactor) take(deed, next.at);
    }
    while (this.#repeats.length > 0 && (this.#repeats[0]?.at ?? t) <= t) {
      const repeat = this.#repeats.shift();
      if (repeat !== undefined) (done ??= []).push(repeat.deed);
    }
    if (sum.symptoms >= WORRYING && awake && this.#worries(sum.symptoms, t)) {
      for (const deed of IN_WORRY) take(deed, t);
    }
    return done ?? NO_DEEDS;
  }

  #worries(symptoms: number, t: EpochMs): boolean {
    const { at, symptoms: before } = this.#worried;
    if (t - at < (symptoms >= before + WORSE ? WORSE_EVERY : WORRIES_EVERY)) return false;
    this.#worried = { at: t, symptoms };
    return true;
  }

  #planFor(t: EpochMs): DayPlan {
    const known = this.#plan;
    if (known !== null && t >= known.from && t < known.to) return known;
    const day = localDay(t, this.#options.zoneOffsetMs);
    this.#yesterday = known !== null && known.to === day * 24 * HOUR - this.#options.zoneOffsetMs ? known : planDay(day - 1, this.#options);
    this.#segment = this.#deed = 0;
    return (this.#plan = planDay(day, this.#options));
  }

  #oxygenFlow(t: EpochMs, { oxygenOff }: DayPlan, sum: Sum): number {
    const { oxygen } = this.#options.persona;
    if (oxygen === null) return 0;
    for (const { from, to } of oxygenOff) if (t >= from && t < to) return 0;
    return Math.max(0, oxygen.flow + sum.oxygenFlow);
  }
}
