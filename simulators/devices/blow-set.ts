/** A set of forced blows: effort differs from blow to blow, some are poor, some end in a cough (domain 5.1, 5.8). */
import type { EpochMs } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";

/** Of 5.8: blows at 60–85 % of the true one, and coughs. */
const POOR = 0.1;
const COUGH = 0.03;
/** A blow above this share counts as a full one. */
const FULL = 0.86;

export interface Blow {
  readonly t: EpochMs;
  /** Share of what the body could give. */
  readonly effort: number;
  /** The device saw that it was not a full blow. */
  readonly doubted: boolean;
  /** What the body could give then. */
  readonly body: Pick<Body, "pef" | "fev1" | "fvc">;
}

interface BlowSetShape {
  /** Seconds between two blows. */
  readonly pauseS: number;
  readonly most: number;
  /** Whether these are enough. */
  readonly isEnough: (blows: readonly Blow[]) => boolean;
}

export class BlowSet {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #shape: BlowSetShape;
  /** How far a usual blow of this person stays below the best one. */
  readonly #practice: number;
  #blows: Blow[] | null = null;
  #nextInS = 0;

  constructor(random: Random, artefacts: boolean, shape: BlowSetShape) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#shape = shape;
    this.#practice = artefacts ? random.between(0.02, 0.045) : 0.02;
  }

  begin(): void {
    if (this.#blows !== null) return;
    this.#blows = [];
    this.#nextInS = Math.round(this.#random.between(8, 20));
  }

  /** One second on: the whole set in the second of its last blow. */
  step(body: Body): readonly Blow[] | null {
    const blows = this.#blows;
    if (blows === null || --this.#nextInS > 0) return null;
    blows.push(this.#blow(body));
    this.#nextInS = Math.round(this.#shape.pauseS * this.#random.between(0.7, 1.4));
    if (blows.length < this.#shape.most && !this.#shape.isEnough(blows)) return null;
    this.#blows = null;
    return blows;
  }

  #blow({ t, pef, fev1, fvc }: Body): Blow {
    const random = this.#random;
    const body = { pef, fev1, fvc };
    // Nobody gives more than everything: efforts fall off to one side.
    const full = Math.max(FULL, 1 + this.#practice * Math.log(1 - random.next()));
    if (!this.#artefacts) return { t, effort: full, doubted: false, body };
    if (random.chance(POOR)) return { t, effort: random.between(0.6, 0.85), doubted: true, body };
    if (random.chance(COUGH)) return { t, effort: full * random.between(0.8, 0.95), doubted: true, body };
    return { t, effort: full, doubted: false, body };
  }
}

/** Distance of the best two; infinite with fewer than two. */
export const bestTwoApart = (values: readonly number[]): number => {
  const [best, second] = values.toSorted((a, b) => b - a);
  return best === undefined || second === undefined ? Number.POSITIVE_INFINITY : best - second;
};
