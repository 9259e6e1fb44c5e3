/** Lives a stretch of a simulated person's life for the tests to look at. */
import type { Body } from "#simulators/people/body.ts";
import type { Episode } from "#simulators/people/episode.ts";
import { Person } from "#simulators/people/person.ts";
import type { Persona } from "#simulators/people/persona.ts";
import { personas } from "#simulators/people/personas.ts";
import { createRandom } from "#simulators/random.ts";

/** Midnight where the people live (UTC+8). */
export const MIDNIGHT = Date.UTC(2026, 2, 2, 16, 0, 0);

export const personaOf = (key: string): Persona => {
  const persona = personas.find((candidate) => candidate.key === key);
  if (persona === undefined) throw new Error(`no persona ${key}`);
  return persona;
};

export interface Life {
  readonly key: string;
  readonly seed?: number;
  readonly from?: number;
  readonly origin?: number;
  readonly seconds: number;
  readonly strideS?: number;
  readonly varied?: boolean;
  readonly adherence?: number;
  readonly episodes?: readonly Episode[];
}

export const personFor = ({ key, seed = 7, origin = MIDNIGHT, varied = false, episodes = [], adherence }: Omit<Life, "seconds">): Person =>
  new Person({
    persona: personaOf(key),
    random: createRandom(seed),
    origin,
    varied,
    episodes,
    ...(adherence === undefined ? {} : { adherence }),
  });

export const live = (life: Life): Body[] => {
  const person = personFor(life);
  const { from = MIDNIGHT, seconds, strideS = 1 } = life;
  return Array.from({ length: Math.floor(seconds / strideS) }, (_, index) => person.step(from + (index + 1) * strideS * 1_000));
};

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const sd = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};

export const correlation = (a: readonly number[], b: readonly number[]): number => {
  const [ma, mb] = [mean(a), mean(b)];
  return mean(a.map((value, index) => (value - ma) * ((b[index] as number) - mb))) / (sd(a) * sd(b));
};

/** Correlation of the signal with itself, `lag` values later. */
export const autocorrelation = (values: readonly number[], lag: number): number => correlation(values.slice(lag), values.slice(0, -lag));
