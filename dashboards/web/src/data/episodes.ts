/** One patient's alerts that came together are one row: raised within 15 minutes of one another (domain 2.3, 4.1). */
import type { WireAlert } from "./wire.ts";

export interface Episode {
  /** The one that needs somebody most; its id is the row's. */
  readonly head: WireAlert;
  readonly rest: readonly WireAlert[];
}

const TOGETHER_MS = 900_000;

/** Whom it concerns; a device that no patient wears stands for itself. */
const subjectOf = ({ patient, device, id }: WireAlert): string => patient ?? device ?? id;

/** `ordered`: worst first. Rows keep that order, and so do the alerts inside a row. */
export const episodesOf = (ordered: readonly WireAlert[]): readonly Episode[] => {
  const placeOf = new Map(ordered.map(({ id }, index) => [id, index]));
  const place = ({ id }: WireAlert): number => placeOf.get(id) ?? 0;
  const runs: WireAlert[][] = [];
  for (const theirs of Map.groupBy(ordered, subjectOf).values()) {
    let run: WireAlert[] = [];
    for (const alert of theirs.toSorted((left, right) => left.raisedAt - right.raisedAt)) {
      const first = run[0];
      if (first === undefined || alert.raisedAt - first.raisedAt > TOGETHER_MS) runs.push((run = [alert]));
      else run.push(alert);
    }
  }
  return runs
    .map((run) => run.toSorted((left, right) => place(left) - place(right)))
    .flatMap(([head, ...rest]) => (head === undefined ? [] : [{ head, rest }]))
    .toSorted((left, right) => place(left.head) - place(right.head));
};

/** In a storm rows stand under what most of them share: the cause of the worst row first. */
export const byCause = (episodes: readonly Episode[]): readonly (readonly [rule: string, episodes: readonly Episode[]])[] => [
  ...Map.groupBy(episodes, ({ head }) => head.rule.id),
];
