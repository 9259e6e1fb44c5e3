/** A way that disturbs the order of messages: some overtaken, some twice, some again much later (domain 5.8). */
import type { Random } from "../random.ts";
import type { OutboxMessage } from "./outbox.ts";

const OVERTAKEN = 0.05;
const TWICE = 0.02;
const AGAIN = 0.02;
/** Messages that pass before an old one comes again: minutes, at home cadence. */
const AGAIN_AFTER = [30, 100] as const;

export interface Passed {
  readonly message: OutboxMessage;
  /** It has been said before. */
  readonly repeat: boolean;
}

export class UnrulyOrder {
  readonly #random: Random;
  #passed = 0;
  #overtaken: Passed | null = null;
  #again: { readonly after: number; readonly message: OutboxMessage }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** What goes out now that `message` is ready: itself, itself twice, an earlier one, or nothing yet. */
  pass(message: OutboxMessage): Passed[] {
    this.#passed += 1;
    const first: Passed = { message, repeat: false };
    if (this.#overtaken === null && this.#random.chance(OVERTAKEN)) {
      this.#overtaken = first;
      return [];
    }
    const out: Passed[] = [first, ...this.settle()];
    if (this.#random.chance(TWICE)) out.push({ message, repeat: true });
    if (this.#random.chance(AGAIN)) this.#again.push({ after: this.#passed + Math.round(this.#random.between(...AGAIN_AFTER)), message });
    const due = this.#again.filter(({ after }) => after <= this.#passed);
    if (due.length === 0) return out;
    this.#again = this.#again.filter(({ after }) => after > this.#passed);
    return [...out, ...due.map((item): Passed => ({ message: item.message, repeat: true }))];
  }

  /** The way behaves again: what was overtaken goes out now. */
  settle(): Passed[] {
    const held = this.#overtaken === null ? [] : [this.#overtaken];
    this.#overtaken = null;
    return held;
  }
}
