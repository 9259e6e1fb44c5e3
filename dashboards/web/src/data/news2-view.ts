/** The early-warning score as the server computed it, and which of its inputs are not there or too old (domain 2.2, point 1). */
import type { Streams } from "./reading-state.ts";

const MINUTE = 60_000;
const HOURS_4 = 240 * MINUTE;

/** Any one of the metrics gives the input, when it is this fresh. */
const INPUTS: readonly { readonly input: string; readonly metrics: readonly string[]; readonly freshMs: number }[] = [
  { input: "resp_rate", metrics: ["resp_rate"], freshMs: 5 * MINUTE },
  { input: "spo2", metrics: ["spo2"], freshMs: 5 * MINUTE },
  { input: "systolic_bp", metrics: ["systolic_bp"], freshMs: HOURS_4 },
  { input: "pulse", metrics: ["pulse_rate", "heart_rate"], freshMs: 5 * MINUTE },
  { input: "consciousness_acvpu", metrics: ["consciousness_acvpu"], freshMs: HOURS_4 },
  { input: "body_temp", metrics: ["body_temp"], freshMs: HOURS_4 },
];

export interface News2View {
  readonly kind: "full" | "partial" | "none";
  readonly score: string | null;
  readonly t: number | null;
  readonly missing: readonly string[];
}

export const news2Of = (streams: Streams, now: number): News2View => {
  const [full, partial] = [streams["news2"]?.good, streams["news2_partial"]?.good];
  const newest =
    full !== undefined && full !== null && (partial === undefined || partial === null || full.t >= partial.t) ? full : (partial ?? null);
  const kind = newest === null ? "none" : newest === full ? "full" : "partial";
  const at = kind === "partial" && newest !== null ? newest.t : now;
  const missing = INPUTS.filter(
    ({ metrics, freshMs }) => !metrics.some((metric) => (streams[metric]?.good?.t ?? -Infinity) >= at - freshMs),
  ).map(({ input }) => input);
  return { kind, score: newest === null ? null : String(newest.value), t: newest?.t ?? null, missing: kind === "full" ? [] : missing };
};
