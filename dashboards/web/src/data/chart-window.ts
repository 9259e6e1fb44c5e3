/** What stretch of time the charts show: following the newest data, or standing still; zooming, panning, ticks, and the address of it. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const SPANS = { h1: HOUR, h6: 6 * HOUR, h24: DAY, d7: 7 * DAY, d14: 14 * DAY, d30: 30 * DAY } as const;
export type SpanName = keyof typeof SPANS;

export type View =
  | { readonly kind: "live"; readonly span: number }
  | { readonly kind: "fixed"; readonly from: number; readonly to: number };

export interface ChartWindow {
  readonly from: number;
  /** Data are asked for until here. */
  readonly to: number;
  /** Right edge of the drawing: a little after the newest data, so that their end is seen. */
  readonly edge: number;
}

const LEAST_SPAN = 2 * MINUTE;
const MOST_SPAN = 3_650 * DAY;
const TAIL = 0.03;

/** Follows the clock in steps that are about a pixel wide: nothing moves for less. */
export const windowOf = (view: View, now: number): ChartWindow => {
  if (view.kind === "fixed") return { from: view.from, to: view.to, edge: view.to };
  const step = Math.max(1_000, Math.round(view.span / 1_200));
  const to = Math.ceil(now / step) * step;
  return { from: to - view.span, to, edge: to + view.span * TAIL };
};

const fixed = (from: number, span: number, now: number): View => {
  const length = Math.round(Math.min(MOST_SPAN, Math.max(LEAST_SPAN, span)));
  const latest = Math.round(now + length * TAIL);
  const end = Math.min(Math.round(from + length), latest);
  return { kind: "fixed", from: end - length, to: end };
};

/** `factor` below 1 comes closer; `at` keeps its place on the screen. Without a place, what follows the newest data goes on following. */
export const zoomed = (view: View, now: number, factor: number, at: number | null): View => {
  if (view.kind === "live" && at === null) return { kind: "live", span: Math.min(SPANS.d30, Math.max(LEAST_SPAN, view.span * factor)) };
  const { from, edge } = windowOf(view, now);
  const centre = at === null || at < from || at > edge ? (from + edge) / 2 : at;
  const span = (edge - from) * factor;
  return fixed(centre - ((centre - from) / (edge - from)) * span, span, now);
};

/** By a share of what is shown; negative is earlier. */
export const panned = (view: View, now: number, share: number): View => {
  const { from, edge } = windowOf(view, now);
  return fixed(from + (edge - from) * share, edge - from, now);
};

export const selected = (from: number, to: number, now: number): View => fixed(Math.min(from, to), Math.abs(to - from), now);

/** A stretch with room on both sides, e.g. the evidence of an alert. */
export const around = (from: number, to: number, now: number): View => {
  const span = Math.max(20 * MINUTE, (to - from) * 2);
  return fixed((from + to) / 2 - span / 2, span, now);
};

/** `?from&to` of the address; null when it names none. */
export const viewOfSearch = (search: string): View | null => {
  const query = new URLSearchParams(search);
  const [from, to] = [query.get("from"), query.get("to")].map((text) => (text !== null && /^\d{1,16}$/.test(text) ? Number(text) : null));
  if (from === null || from === undefined || to === null || to === undefined || to - from < 1_000 || to - from > MOST_SPAN) return null;
  return { kind: "fixed", from, to };
};

/** The address with this view and alert; members of others stay. */
export const searchOf = (search: string, view: View | null, alert?: string | null): string => {
  const query = new URLSearchParams(search);
  query.delete("from");
  query.delete("to");
  if (view?.kind === "fixed") {
    query.set("from", String(view.from));
    query.set("to", String(view.to));
  }
  if (alert === null) query.delete("alert");
  else if (alert !== undefined) query.set("alert", alert);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
};

export interface TimeTick {
  readonly t: number;
  /** A day begins here. */
  readonly midnight: boolean;
}

const STEPS: readonly number[] = [
  10_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 30, 90].map((n) => n * DAY),
];

/** `UTC+8` or `UTC-3:30` as minutes east. */
const minutesEast = (zone: string): number => {
  const found = /([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  return found === null ? 0 : (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0));
};

/** Round times of day in the zone (`zoneAt` says `UTC+8`), at most `most` of them. */
export const timeTicks = (from: number, edge: number, zoneAt: (t: number) => string, most: number): readonly TimeTick[] => {
  const step = STEPS.find((candidate) => (edge - from) / candidate <= Math.max(1, most)) ?? 365 * DAY;
  const east = minutesEast(zoneAt((from + edge) / 2)) * MINUTE;
  const ticks: TimeTick[] = [];
  for (let local = Math.ceil((from + east) / step) * step; local - east <= edge; local += step)
    ticks.push({ t: local - east, midnight: local % DAY === 0 });
  return ticks;
};
