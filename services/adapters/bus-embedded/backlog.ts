/** What all connections together have unacknowledged: when it is too much, everyone waits until half of it is gone. */

export interface Waiter {
  wakeFromBacklog(): void;
}

export class Backlog {
  messages = 0;
  bytes = 0;
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  readonly #waiters = new Set<Waiter>();
  #saturated = false;

  constructor(mostMessages: number, mostBytes: number) {
    this.#mostMessages = mostMessages;
    this.#mostBytes = mostBytes;
  }

  get saturated(): boolean {
    return this.#saturated;
  }

  add(bytes: number): void {
    this.messages += 1;
    this.bytes += bytes;
    if (this.messages >= this.#mostMessages || this.bytes >= this.#mostBytes) this.#saturated = true;
  }

  remove(messages: number, bytes: number): void {
    this.messages -= messages;
    this.bytes -= bytes;
    if (!this.#saturated || this.messages * 2 > this.#mostMessages || this.bytes * 2 > this.#mostBytes) return;
    this.#saturated = false;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.wakeFromBacklog();
  }

  wait(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }
}
