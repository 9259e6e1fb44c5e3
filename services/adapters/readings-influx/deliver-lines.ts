/** Sends lines until each is stored or refused for itself: small requests, one after the other, never sooner than the database allows. */
import { InfluxError } from "#contracts/errors/influx.ts";
import type { DurationMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { InfluxHttp } from "./influx-http.ts";

export interface DeliverLines {
  /** Resolves when every line is stored but those it named as refused; rejects when the database cannot take lines now. */
  deliver(bucket: string, lines: readonly string[], refused: (index: number, reason: string) => void): Promise<void>;
  /** Ends a wait; what waits rejects. */
  close(): void;
}

const MOST_LINES = 5_000;
/** Blocks of a waveform make long lines. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
/** When it is busy and does not say for how long. */
const BUSY_MS: DurationMs = 1_000;
/** At most this much longer than asked, so that many servers do not come back at once. */
const JITTER = 0.1;
const MOST_WAIT: DurationMs = 60_000;

export const createDeliverLines = (
  http: Pick<InfluxHttp, "write">,
  clock: Pick<TransportClock, "monotonic" | "after">,
  random: () => number,
): DeliverLines => {
  let notBefore = -Infinity;
  let mostLines = MOST_LINES;
  let closed = false;
  let wake = (): void => undefined;

  const patience = async (): Promise<void> => {
    while (!closed) {
      const left = notBefore - clock.monotonic();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = clock.after(left, resolve);
        wake = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    throw new InfluxError("influx_closed");
  };

  const post = async (
    bucket: string,
    lines: readonly string[],
    first: number,
    refused: (index: number, reason: string) => void,
  ): Promise<void> => {
    await patience();
    const answer = await http.write(bucket, lines).catch((error: unknown) => {
      if (error instanceof InfluxError && (error.code === "influx_busy" || error.retryAfterMs !== undefined))
        notBefore = clock.monotonic() + Math.min(MOST_WAIT, (error.retryAfterMs ?? BUSY_MS) * (1 + JITTER * random()));
      throw error;
    });
    if (answer.kind === "stored") return;
    if (answer.status === 413) mostLines = Math.max(1, Math.min(mostLines, Math.floor(lines.length / 2)));
    // "dropped" of a partial write counts the lines that were not stored: all of them need no search.
    const dropped = Number(/dropped=(\d+)/.exec(answer.reason)?.[1] ?? 0);
    if (lines.length === 1 || dropped === lines.length) {
      for (let index = 0; index < lines.length; index += 1) refused(first + index, answer.reason);
      return;
    }
    const half = lines.length >> 1;
    await post(bucket, lines.slice(0, half), first, refused);
    await post(bucket, lines.slice(half), first + half, refused);
  };

  return {
    async deliver(bucket, lines, refused) {
      for (let from = 0; from < lines.length;) {
        let to = from;
        for (let size = 0; to < lines.length && to - from < mostLines && (to === from || size < MOST_CHARACTERS); to += 1)
          size += lines[to]?.length ?? 0;
        await post(bucket, lines.slice(from, to), from, refused);
        from = to;
      }
    },
    close() {
      closed = true;
      wake();
    },
  };
};
