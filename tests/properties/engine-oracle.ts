/** A naive oracle for threshold rules: arrays only, every window computed from scratch, one in-order stream. Shares no code with the engine. */
export interface OracleBranch {
  readonly severity: "S1" | "S2" | "S3";
  readonly holds: (value: number) => boolean;
  readonly holdMs: number;
}

export interface OracleRule {
  readonly id: string;
  readonly family: string;
  readonly branches: readonly OracleBranch[];
  readonly clears: (value: number) => boolean;
  readonly clearMs: number;
  readonly latches: boolean;
}

export interface OracleSample {
  readonly t: number;
  readonly value: number;
  readonly bad: boolean;
}

interface Run {
  start: number | null;
  paused: number;
  complete: boolean;
}

const medianOf = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
};

const RANK = { S1: 3, S2: 2, S3: 1 } as const;

/** `rule type severity @t` of every transition, in order. Rules of a family stand from worse to less bad. */
export const oracle = (
  samples: readonly OracleSample[],
  rules: readonly OracleRule[],
  window: number,
  interval: number,
  minValid: number,
): string[] => {
  const length = Math.max(window, 3 * interval);
  const needed = Math.round((minValid * length) / interval);
  const runs = rules.map((rule) => rule.branches.map((): Run => ({ start: null, paused: 0, complete: false })));
  const clears = rules.map((): Run => ({ start: null, paused: 0, complete: false }));
  const open: ("S1" | "S2" | "S3" | null)[] = rules.map(() => null);
  const latched: ("S1" | "S2" | null)[] = rules.map(() => null);
  const story: string[] = [];
  let lastDefined: number | null = null;
  let gap = false;
  for (let index = 0; index < samples.length; index++) {
    const { t } = samples[index] as OracleSample;
    const inside: number[] = [];
    for (let at = index; at >= 0 && (samples[at] as OracleSample).t > t - length; at--) {
      const sample = samples[at] as OracleSample;
      if (!sample.bad) inside.push(sample.value);
    }
    if (inside.length < needed) {
      gap = true;
      continue;
    }
    const value = medianOf(inside);
    const stretch = gap && lastDefined !== null ? t - lastDefined : 0;
    const restart = gap && (lastDefined === null || stretch - needed * interval > Math.max(60_000, 3 * interval));
    const pause = gap && !restart;
    gap = false;
    lastDefined = t;
    const follow = (run: Run, fulfils: boolean): void => {
      if (!fulfils) {
        run.start = null;
        run.complete = false;
        return;
      }
      if (run.start === null || restart) {
        run.start = t;
        run.paused = 0;
        run.complete = false;
      } else if (pause) run.paused += stretch;
    };
    for (const [position, rule] of rules.entries()) {
      const ruleRuns = runs[position] as Run[];
      let fires: "S1" | "S2" | "S3" | null = null;
      for (const [branch, { holds, holdMs, severity }] of rule.branches.entries()) {
        const run = ruleRuns[branch] as Run;
        follow(run, holds(value));
        if (run.start === null) continue;
        if (run.complete ? open[position] !== null : t - run.start - run.paused < holdMs) continue;
        run.complete = true;
        if (fires === null || RANK[severity] > RANK[fires]) fires = severity;
      }
      const coveredBy = rules.findIndex(
        (other, place) =>
          place < position &&
          other.family === rule.family &&
          open[place] !== null &&
          (runs[place] as Run[]).some(({ complete }) => complete),
      );
      const held = open[position] ?? null;
      if (fires !== null && (held !== null || coveredBy < 0)) {
        if (held === null) {
          const before = latched[position] ?? null;
          const severity = before !== null && RANK[before] > RANK[fires] ? before : fires;
          open[position] = severity;
          latched[position] = null;
          story.push(`${rule.id} raised ${severity} @${t}`);
        } else if (RANK[fires] > RANK[held]) {
          open[position] = fires;
          story.push(`${rule.id} raised ${fires} @${t}`);
        }
        for (const [place, other] of rules.entries()) {
          if (place <= position || other.family !== rule.family || open[place] === null) continue;
          open[place] = null;
          story.push(`${other.id} closed @${t}`);
        }
      }
      const run = clears[position] as Run;
      if (open[position] === null) {
        run.start = null;
        continue;
      }
      follow(run, rule.clears(value));
      if (run.start === null || t - run.start - run.paused < rule.clearMs) continue;
      run.start = null;
      const severity = open[position] as "S1" | "S2" | "S3";
      story.push(`${rule.id} cleared @${t}`);
      latched[position] = severity === "S3" ? null : severity;
      open[position] = null;
    }
  }
  return story;
};
