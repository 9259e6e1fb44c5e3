/** Watches the machine the stories are told on: at high speed its hiccups are minutes, and no fault of the product. */
import type { EpochMs } from "#core/time.ts";
import { MINUTE } from "#core/time.ts";
import type { SimClock } from "#simulators/sim-clock.ts";

const LOOK_EVERY_MS = 100;
/** What a hiccup does is seen some time after it. */
const AFTERWARDS = 20 * MINUTE;

interface Hiccup {
  readonly at: EpochMs;
  /** Real time. */
  readonly ms: number;
}

export class MachineWatch {
  readonly #clock: SimClock;
  readonly #timer: NodeJS.Timeout;
  readonly #hiccups: Hiccup[] = [];
  #lookedAt = performance.now();
  #asking = false;

  constructor(http: string, clock: SimClock) {
    this.#clock = clock;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#note(now - this.#lookedAt - LOOK_EVERY_MS);
      this.#lookedAt = now;
      if (!this.#asking) void this.#ask(http);
    }, LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The worst around `at`, in clinical time. */
  lagAround(at: EpochMs): number {
    let worst = 0;
    for (const hiccup of this.#hiccups)
      if (hiccup.at <= at + MINUTE * 5 && hiccup.at >= at - AFTERWARDS) worst = Math.max(worst, hiccup.ms * this.#clock.speed);
    return worst;
  }

  summary(): string {
    const worst = this.#hiccups.reduce((most, { ms }) => Math.max(most, ms), 0);
    return `longest hiccup ${worst.toFixed(0)} ms`;
  }

  #note(ms: number): void {
    if (ms > 20) this.#hiccups.push({ at: this.#clock.now(), ms });
  }

  /** How long the server takes for the least question. */
  async #ask(http: string): Promise<void> {
    this.#asking = true;
    const asked = performance.now();
    await fetch(`${http}/health/live`)
      .then((answer) => answer.arrayBuffer())
      .catch(() => {});
    this.#note(performance.now() - asked);
    this.#asking = false;
  }
}
