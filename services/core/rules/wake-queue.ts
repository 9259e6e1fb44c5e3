/** When a tick is needed: a heap of owners by their earliest deadline. Deadlines that moved on are found out when they come due. */
import type { EpochMs } from "#core/time.ts";

export interface Sleeper {
  /** Earliest time the queue will wake it; Infinity for none. Only the queue writes it. */
  wakeAt: EpochMs;
}

interface Alarm<Owner> {
  readonly at: EpochMs;
  readonly order: number;
  readonly owner: Owner;
}

const before = (a: Alarm<unknown>, b: Alarm<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export class WakeQueue<Owner extends Sleeper> {
  readonly #heap: Alarm<Owner>[] = [];
  readonly #beforeMove: (owner: Owner) => void;
  #order = 0;

  /** `beforeMove` is told of an owner before its `wakeAt` changes. */
  constructor(beforeMove: (owner: Owner) => void) {
    this.#beforeMove = beforeMove;
  }

  get nextAt(): EpochMs {
    this.#dropStale();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Asks to be woken at `at` or earlier. */
  schedule(owner: Owner, at: EpochMs): void {
    if (at >= owner.wakeAt) return;
    this.#beforeMove(owner);
    owner.wakeAt = at;
    const heap = this.#heap;
    heap.push({ at, order: this.#order++, owner });
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!before(heap[index] as Alarm<Owner>, heap[parent] as Alarm<Owner>)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** The next owner whose time has come, or null. */
  takeDue(now: EpochMs): Owner | null {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return null;
    this.#pop();
    this.#beforeMove(first.owner);
    first.owner.wakeAt = Number.POSITIVE_INFINITY;
    return first.owner;
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined && first.at !== first.owner.wakeAt; first = this.#heap[0]) this.#pop();
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const held = heap[a] as Alarm<Owner>;
    heap[a] = heap[b] as Alarm<Owner>;
    heap[b] = held;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && before(heap[right] as Alarm<Owner>, heap[left] as Alarm<Owner>) ? right : left;
      if (!before(heap[child] as Alarm<Owner>, heap[index] as Alarm<Owner>)) return;
      this.#swap(index, child);
      index = child;
    }
  }
}
