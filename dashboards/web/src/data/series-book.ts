/** The series a patient's page shows: read for a stretch, kept while the next one is read, continued by live readings. */
import type { Api, Problem } from "./api.ts";
import { extendSeries } from "./pane-columns.ts";
import type { Reading, Series } from "./wire.ts";

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface SeriesBook {
  readonly subscribe: (listener: () => void) => () => void;
  /** Undefined: not read yet. A new object whenever anything changed. */
  get(metric: string): Series | undefined;
  /** Stretch of what is shown; null before the first answer. */
  readonly stretch: () => Stretch | null;
  readonly problem: () => Problem | null;
  readonly busy: () => boolean;
  /** Reads all of them; what is known stays until every answer is there. A later call makes an earlier one void. */
  read(metrics: readonly string[], stretch: Stretch, maxPoints: number, live: boolean): Promise<void>;
  note(reading: Reading): void;
}

export const createSeriesBook = (api: Pick<Api, "get">, patient: string): SeriesBook => {
  const listeners = new Set<() => void>();
  let known = new Map<string, Series>();
  let shown: Stretch | null = null;
  let trouble: Problem | null = null;
  let asked = 0;
  let reading = false;
  let following = false;
  /** Came while an answer was on its way: belongs behind it. */
  const meanwhile: Reading[] = [];
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const extend = ({ metric, ...sample }: Reading): boolean => {
    const series = known.get(metric);
    // The newest value may be days old: it belongs to the stretch it was taken in.
    if (series === undefined || shown === null || sample.t < shown.from) return false;
    const longer = extendSeries(series, sample);
    if (longer === series) return false;
    known.set(metric, longer);
    return true;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get: (metric) => known.get(metric),
    stretch: () => shown,
    problem: () => trouble,
    busy: () => reading,
    async read(metrics, { from, to }, maxPoints, live) {
      const mine = ++asked;
      reading = true;
      meanwhile.length = 0;
      tell();
      const answers = await Promise.all(
        metrics.map((metric) => api.get<Series>(`/patients/${encodeURIComponent(patient)}/series`, { metric, from, to, maxPoints })),
      );
      if (mine !== asked) return;
      reading = false;
      const failed = answers.find((answer) => !answer.ok);
      trouble = failed?.ok === false ? failed.problem : null;
      const next = new Map<string, Series>();
      answers.forEach((answer, index) => {
        const metric = metrics[index] ?? "";
        const before = known.get(metric);
        if (answer.ok) next.set(metric, answer.value);
        else if (before !== undefined && shown?.from === from) next.set(metric, before);
      });
      known = next;
      shown = { from, to };
      following = live;
      if (live) for (const late of meanwhile.splice(0)) extend(late);
      tell();
    },
    note(sample) {
      if (reading) meanwhile.push(sample);
      if (following && extend(sample)) tell();
    },
  };
};
