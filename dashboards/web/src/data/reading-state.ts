/** What can be said about a value now: silence never looks like health. The cause is shown, not the symptom. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Patient, Reading, WireAlert } from "./wire.ts";

export interface Stream {
  readonly newest: Reading;
  /** The newest usable one; null when none came yet. */
  readonly good: Reading | null;
}
export type Streams = Readonly<Record<string, Stream>>;

export type ValueState = "live" | "degraded" | "stale" | "off_body" | "unusable" | "missing";
export type TileState = "live" | "degraded" | "stale" | "off_body" | "silent" | "frozen" | "paused" | "never_started";

/** Radios and batches jitter: nothing is called stale before this. */
const LEAST_PATIENCE_MS = 30_000;
/** Spot values are taken now and then: their age is shown, they never turn stale here. */
export const patienceOf = (metric: string, everyS?: number): number => {
  const found = metricByKey(metric);
  const spacing = everyS ?? (found?.spot === false ? found.everyS : undefined);
  return spacing === undefined ? Number.POSITIVE_INFINITY : Math.max(2 * spacing * 1_000, LEAST_PATIENCE_MS);
};

export const valueStateOf = (stream: Stream | undefined, now: number, patienceMs: number): ValueState => {
  if (stream === undefined) return "missing";
  const { newest } = stream;
  if (newest.value === null) return "off_body";
  if (newest.quality === "bad") return "unusable";
  if (now - newest.t > patienceMs) return "stale";
  return newest.quality === "degraded" ? "degraded" : "live";
};

export interface TileFacts {
  readonly patient: Pick<Patient, "pause" | "devices" | "worstOpenAlert">;
  readonly streams: Streams;
  readonly alerts: readonly (Pick<WireAlert, "rule" | "status"> & Partial<Pick<WireAlert, "device">>)[];
  readonly everyS: (metric: string) => number | undefined;
  /** The metric a tile leads with: another one that is late greys its own number alone. */
  readonly leading?: string | undefined;
  /** Why nothing usable comes, as the stored series tells it; null: nothing known. */
  readonly gapNow?: string | null;
  readonly now: number;
}

/** Metrics of the body, not of the device. */
export const isClinical = (metric: string): boolean => {
  const found = metricByKey(metric);
  return found === undefined || (found.category !== null && found.binary === undefined);
};

/** `spoken`: the device of the value that leads; an alert of another device says nothing about it. */
const holds = (alerts: TileFacts["alerts"], rule: string, spoken: string | undefined): boolean =>
  alerts.some(
    ({ rule: { id }, status, device = null }) =>
      id === rule && status !== "closed" && status !== "cleared" && (spoken === undefined || device === null || device === spoken),
  );

/** Pause, then never started, then hub or device out, then off body, then frozen, then stale, then a poor signal. */
export const tileStateOf = ({ patient, streams, alerts, everyS, leading, gapNow = null, now }: TileFacts): TileState => {
  const { pause, devices } = patient;
  if (pause !== null && pause.from <= now && now < pause.untilAt) return "paused";
  const clinical = Object.entries(streams).filter(([metric]) => isClinical(metric));
  if (clinical.length === 0 && devices.every(({ online }) => online === null)) return "never_started";
  const spoken = streams[leading ?? ""]?.newest.device;
  if (holds(alerts, "DEV-1", spoken)) return "silent";
  const timed = clinical
    .map(([metric, stream]) => ({ patience: patienceOf(metric, everyS(metric)), metric, stream }))
    .filter(({ patience }) => Number.isFinite(patience));
  const states = (timed.some(({ metric }) => metric === leading) ? timed.filter(({ metric }) => metric === leading) : timed).map(
    ({ stream, patience }) => valueStateOf(stream, now, patience),
  );
  // A device may never say whether it is there: only one that said it is gone, and sends nothing, is silent.
  const gone = devices.length > 0 && devices.every(({ online }) => online === false);
  if (gone && states.every((state) => state === "stale" || state === "off_body")) return "silent";
  const late = states.includes("stale") || states.includes("unusable");
  if (states.includes("off_body") || (late && gapNow === "probe_off")) return "off_body";
  if (holds(alerts, "DEV-7", spoken)) return "frozen";
  if (late) return "stale";
  return states.includes("degraded") ? "degraded" : "live";
};
