/** Six-hour trends for tiles and rows: read once, continued live by the minute, gaps kept as gaps. */
import type { Api } from "./api.ts";
import type { Reading, Series } from "./wire.ts";

export interface Trend {
  readonly points: readonly (readonly [t: number, value: number])[];
  readonly gaps: Series["gaps"];
  readonly stepMs: number;
  /** Up to when it was read. */
  readonly to: number;
}

export interface Trends {
  readonly subscribe: (listener: () => void) => () => void;
  /** Undefined while it is being read; asking starts reading. */
  get(patient: string, metric: string): Trend | undefined;
  note(reading: Reading): void;
  /** Why nothing comes from this patient now, as far as it was read: the reason of a gap that reaches up to the end. */
  gapNow(patient: string): Series["gaps"][number]["reason"] | null;
  /** Reads a patient's trends again, at most once a minute: somebody fell silent and the reason is wanted. */
  renew(patient: string): void;
  /** Forgets everything: the next look reads again. */
  refresh(): void;
}

export const TREND_MS = 6 * 3_600_000;
const POINTS = 90;
const AT_ONCE = 3;
const TOLD_EVERY_MS = 5_000;
const RENEWED_EVERY_MS = 60_000;
/** A gap that ended so shortly before the reading still lasts. */
const OPEN_GAP_MS = 120_000;
/** So much older than the end of the line it is a backlog: the line is read again once more of it came. */
const LATE_MS = 120_000;
const BACKLOG_MS = 8_000;
/** Whose line does not reach back to its beginning may have a past that is still coming in: soon asked again, then ever later. */
const SHORT_OF_MS = TREND_MS / 10;
const PAST_FIRST_MS = 4_000;
const PAST_LAST_MS = 600_000;

export const createTrends = (api: Pick<Api, "get">, now: () => number, later: (run: () => void, ms: number) => void): Trends => {
  const known = new Map<string, Trend>();
  const wanted = new Set<string>();
  const late = new Set<string>();
  const renewedAt = new Map<string, number>();
  const pastWaits = new Map<string, number>();
  const queue: (readonly [patient: string, metric: string])[] = [];
  const listeners = new Set<() => void>();
  let reading = 0;
  let telling = false;

  const tell = (ms: number): void => {
    if (telling) return;
    telling = true;
    later(() => {
      telling = false;
      for (const listener of listeners) listener();
    }, ms);
  };
  const pump = (): void => {
    while (reading < AT_ONCE) {
      const next = queue.shift();
      if (next === undefined) return;
      const [patient, metric] = next;
      reading += 1;
      const to = Math.ceil(now());
      void api
        .get<Series>(`/patients/${encodeURIComponent(patient)}/series`, { metric, from: to - TREND_MS, to, maxPoints: POINTS })
        .then((answer) => {
          reading -= 1;
          const key = `${patient}\n${metric}`;
          if (answer.ok)
            known.set(key, {
              points: answer.value.points.map(({ t, last, mean, n }) => [t, n > 1 ? mean : last] as const),
              gaps: answer.value.gaps,
              stepMs: answer.value.resolutionMs,
              to,
            });
          else later(() => wanted.delete(key), 30_000);
          if (answer.ok && (answer.value.points[0]?.t ?? to) - (to - TREND_MS) > SHORT_OF_MS) askForPast(key);
          tell(100);
          pump();
        });
    }
  };

  const enqueue = (key: string): void => {
    const [patient, metric] = key.split("\n");
    if (patient === undefined || metric === undefined) return;
    if (!queue.some(([queued, other]) => queued === patient && other === metric)) queue.push([patient, metric]);
    pump();
  };
  const askForPast = (key: string): void => {
    const wait = pastWaits.get(key) ?? PAST_FIRST_MS;
    pastWaits.set(key, Math.min(1.5 * wait, PAST_LAST_MS));
    later(() => {
      // Nobody looks any more: the next look reads anew.
      if (listeners.size === 0) wanted.delete(key);
      else enqueue(key);
    }, wait);
  };
  const rereadSoon = (key: string): void => {
    if (late.has(key)) return;
    late.add(key);
    later(() => {
      late.delete(key);
      enqueue(key);
    }, BACKLOG_MS);
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get(patient, metric) {
      const key = `${patient}\n${metric}`;
      if (!wanted.has(key) && now() > 0) {
        wanted.add(key);
        queue.push([patient, metric]);
        pump();
      }
      return known.get(key);
    },
    note({ patient, metric, t, value, quality }) {
      const key = `${patient}\n${metric}`;
      const trend = known.get(key);
      if (trend === undefined || typeof value !== "number" || quality === "bad") return;
      const last = trend.points.at(-1);
      const step = Math.max(trend.stepMs, 60_000);
      if (last !== undefined && t < last[0] - LATE_MS && t > last[0] - TREND_MS) return rereadSoon(key);
      if (last !== undefined && t - last[0] < step) return;
      const from = t - TREND_MS;
      known.set(key, { ...trend, points: [...trend.points.filter(([at]) => at >= from), [t, value]] });
      tell(TOLD_EVERY_MS);
    },
    gapNow(patient) {
      for (const [key, { gaps, points, to }] of known) {
        if (!key.startsWith(`${patient}\n`)) continue;
        const last = gaps.at(-1);
        if (last !== undefined && last.to > to - OPEN_GAP_MS && (points.at(-1)?.[0] ?? 0) <= last.to) return last.reason;
      }
      return null;
    },
    renew(patient) {
      if (now() - (renewedAt.get(patient) ?? 0) < RENEWED_EVERY_MS) return;
      renewedAt.set(patient, now());
      for (const key of known.keys()) if (key.startsWith(`${patient}\n`)) enqueue(key);
    },
    refresh() {
      wanted.clear();
      tell(0);
    },
  };
};

/** Pieces of a line: broken where more than three steps are missing, or a gap lies between. */
export const lineSegments = ({ points, gaps, stepMs }: Trend): (readonly (readonly [number, number])[])[] => {
  const segments: (readonly [number, number])[][] = [];
  let current: (readonly [number, number])[] = [];
  let before: number | null = null;
  const reach = 3 * Math.max(stepMs, 60_000);
  for (const point of points) {
    const [t] = point;
    const broken = before !== null && (t - before > reach || gaps.some((gap) => gap.from < t && gap.to > (before ?? t)));
    if (broken && current.length > 0) {
      segments.push(current);
      current = [];
    }
    current.push(point);
    before = t;
  }
  if (current.length > 0) segments.push(current);
  return segments;
};
