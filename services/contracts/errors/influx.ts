/** What can go wrong with InfluxDB, for operators, and the error that carries the code. */
import { defineErrors } from "./error-definition.ts";

export const INFLUX_ERRORS = defineErrors({
  influx_unreachable: {
    title: "InfluxDB does not answer.",
    next: "Start it or mend HOMEWARD_INFLUX_URL. Nothing is lost meanwhile: readings wait in the journal, alerts go on.",
  },
  influx_busy: {
    title: "InfluxDB asks to be left alone for a while.",
    next: "Nothing to do if it passes; else give InfluxDB more memory or a faster disk.",
  },
  influx_failing: {
    title: "InfluxDB answered with an error of its own.",
    next: "Look at its log. Readings wait in the journal until it takes them.",
  },
  influx_token_refused: {
    title: "InfluxDB refuses the token, or the token may not do this.",
    next: "Check HOMEWARD_INFLUX_TOKEN and HOMEWARD_INFLUX_READ_TOKEN, or make both with `npm run setup:influx`. Readings wait in the journal.",
  },
  influx_bucket_missing: {
    title: "A bucket or the organisation does not exist in InfluxDB, or the token may not see it.",
    next: "Check HOMEWARD_INFLUX_ORG and HOMEWARD_INFLUX_BUCKET, or make the buckets with `npm run setup:influx`.",
  },
  influx_query_failed: {
    title: "InfluxDB could not answer a query.",
    next: "Look at the log of both; the message names InfluxDB's reason.",
  },
  influx_restored: {
    title: "InfluxDB holds less than it had acknowledged, as after restoring a backup.",
    next: "Nothing to do: what the journal still holds is written again.",
  },
  influx_closed: { title: "The reading store was closed.", next: "Start the server again." },
  influx_setup_refused: {
    title: "InfluxDB could not be set up.",
    next: "Read the reason; an InfluxDB that is in use already needs HOMEWARD_INFLUX_TOKEN with the right to make buckets and tokens.",
  },
});
export type InfluxErrorCode = keyof typeof INFLUX_ERRORS;

/** A request that InfluxDB did not fulfil; `code` says why. Never holds a token. */
export class InfluxError extends Error {
  override readonly name = "InfluxError";
  readonly code: InfluxErrorCode;
  /** How long InfluxDB asked us to wait, at most a minute; absent when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: InfluxErrorCode, detail?: string, options?: ErrorOptions & { readonly retryAfterMs?: number | undefined }) {
    const { title, next } = INFLUX_ERRORS[code];
    super(`${title}${detail === undefined || detail === "" ? "" : ` (${detail})`} ${next}`, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
