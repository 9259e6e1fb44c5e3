/** Messages of one connection that were handed on and not yet acknowledged, counted here and in the backlog of everybody. */
import type { Backlog } from "./backlog.ts";
import type { BusLimits } from "./bus-limits.ts";

export class Unacknowledged {
  readonly #backlog: Backlog;
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  #messages = 0;
  #bytes = 0;

  constructor(backlog: Backlog, limits: BusLimits) {
    this.#backlog = backlog;
    this.#mostMessages = limits.unacknowledgedMessages;
    this.#mostBytes = limits.unacknowledgedBytes;
  }

  get isEmpty(): boolean {
    return this.#messages === 0;
  }

  get isFull(): boolean {
    return this.#messages >= this.#mostMessages || this.#bytes >= this.#mostBytes;
  }

  /** Half of it is free again. */
  get hasRoom(): boolean {
    return this.#messages * 2 <= this.#mostMessages && this.#bytes * 2 <= this.#mostBytes;
  }

  add(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    this.#backlog.add(bytes);
  }

  remove(bytes: number): void {
    // Forgotten before.
    if (this.#messages === 0) return;
    this.#messages -= 1;
    this.#bytes -= bytes;
    this.#backlog.remove(1, bytes);
  }

  /** Stops counting what nobody will acknowledge any more. */
  forget(): void {
    this.#backlog.remove(this.#messages, this.#bytes);
    this.#messages = 0;
    this.#bytes = 0;
  }
}
