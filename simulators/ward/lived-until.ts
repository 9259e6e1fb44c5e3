/** Remembers up to when a ward has lived, so that it does not live the same minutes twice after a restart. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs } from "#core/time.ts";

export class LivedUntil {
  readonly #file: string | null;
  #kept = Number.NEGATIVE_INFINITY;

  /** `folder` null: nothing is remembered. */
  constructor(folder: string | null) {
    if (folder !== null) mkdirSync(folder, { recursive: true });
    this.#file = folder === null ? null : join(folder, "lived.json");
  }

  read(): EpochMs | null {
    if (this.#file === null) return null;
    try {
      const { until } = JSON.parse(readFileSync(this.#file, "utf8")) as { until?: unknown };
      return typeof until === "number" && Number.isFinite(until) ? until : null;
    } catch {
      // The first time, or a torn file: the worst is a repeat.
      return null;
    }
  }

  /** Kept before it is lived: after a crash there is a short gap rather than a minute told twice. */
  reserve(t: EpochMs, ahead: number): void {
    if (t + ahead / 2 <= this.#kept) return;
    this.write(t + ahead);
  }

  write(until: EpochMs): void {
    if (this.#file === null) return;
    this.#kept = until;
    writeFileSync(this.#file, JSON.stringify({ until }));
  }
}
