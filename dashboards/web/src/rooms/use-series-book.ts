/** Ties a book of series to the page: read for the window, read again quietly while it follows, continued by every live reading. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Stretch, SeriesBook } from "../data/series-book.ts";
import { createSeriesBook } from "../data/series-book.ts";
import { windowOf, type View } from "../data/chart-window.ts";
import { COUNTERS, barWidth, risesOf } from "../data/counter-rises.ts";
import type { PanePlan } from "../data/pane-plan.ts";
import type { Series } from "../data/wire.ts";
import { useHouse } from "./house-context.ts";

/** Gaps get their reason from the server: a following window is read again this often. */
const AGAIN_MS = 45_000;
/** A window whose data begin late may have a past that is still coming in: asked again sooner. */
const PAST_FIRST_MS = 4_000;

const lacksPast = (book: SeriesBook, metrics: readonly string[], { from, to }: Stretch): boolean => {
  const first = Math.min(...metrics.map((metric) => book.get(metric)?.points[0]?.t ?? Infinity));
  return first - from > (to - from) / 10;
};

export const useSeriesBook = (patient: string, metricKeys: string, view: View, maxPoints: number): SeriesBook => {
  const { api, clock, store } = useHouse();
  const book = useMemo(() => createSeriesBook(api, patient), [api, patient]);
  useEffect(() => {
    const noteAll = (): void => {
      for (const { newest } of Object.values(store.streams(patient))) book.note(newest);
    };
    noteAll();
    return store.subscribe(`r:${patient}`, noteAll);
  }, [book, store, patient]);
  const live = view.kind === "live";
  const from = live ? -view.span : view.from;
  const to = live ? 0 : view.to;
  useEffect(() => {
    if (metricKeys === "") return;
    let next: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    let wait = PAST_FIRST_MS;
    const metrics = metricKeys.split(" ");
    const read = async (): Promise<void> => {
      if (!clock.known) {
        next = setTimeout(() => void read(), 50);
        return;
      }
      const shown = windowOf(live ? { kind: "live", span: -from } : { kind: "fixed", from, to }, clock.now());
      const stretch = { from: Math.floor(shown.from), to: Math.ceil(live ? clock.now() + 1_000 : shown.to) };
      await book.read(metrics, stretch, maxPoints, live);
      if (over || !live) return;
      next = setTimeout(() => void read(), lacksPast(book, metrics, stretch) ? wait : AGAIN_MS);
      wait = Math.min(1.5 * wait, AGAIN_MS);
    };
    void read();
    return () => {
      over = true;
      clearTimeout(next);
    };
  }, [book, clock, metricKeys, live, from, to, maxPoints]);
  return book;
};

export const useSeries = (book: SeriesBook, metric: string): Series | undefined =>
  useSyncExternalStore(book.subscribe, () => book.get(metric));

/** The series as its pane shows it: a counter by what it rose, and no silence of what is not always there. */
export const usePaneSeries = (book: SeriesBook, { metric, sporadic }: Pick<PanePlan, "metric" | "sporadic">): Series | undefined => {
  const read = useSeries(book, metric);
  return useMemo(() => {
    if (read === undefined) return undefined;
    const series = COUNTERS.has(metric) ? risesOf(read, barWidth(read)) : read;
    return sporadic ? { ...series, gaps: [] } : series;
  }, [read, metric, sporadic]);
};
export const useStretch = (book: SeriesBook): Stretch | null => useSyncExternalStore(book.subscribe, book.stretch);

const FORTNIGHT_MS = 14 * 86_400_000;
const HOURS = 336;
const FORTNIGHT_AGAIN_MS = 600_000;

/** Fourteen days of hours, for the person's own range and the strip; read after what is looked at. */
export const useFortnight = (patient: string, metricKeys: string, ready: boolean): SeriesBook => {
  const { api, clock } = useHouse();
  const book = useMemo(() => createSeriesBook(api, patient), [api, patient]);
  useEffect(() => {
    if (metricKeys === "" || !ready) return;
    const read = (): void => {
      const to = Math.ceil(clock.now());
      void book.read(metricKeys.split(" "), { from: to - FORTNIGHT_MS, to }, HOURS, false);
    };
    read();
    const again = setInterval(read, FORTNIGHT_AGAIN_MS);
    return () => clearInterval(again);
  }, [book, clock, metricKeys, ready]);
  return book;
};
