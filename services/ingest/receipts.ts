/** Tells devices what is on disk: at once after a pause, then at most every 0.8 s each, spread in slices of 10 ms (semantics 2.3). */
import type { DeviceId } from "#core/ids.ts";
import type { ReceiptContent, RecordedGap } from "#core/samples/message-numbers.ts";
import type { Timer, TransportClock } from "#ports/clock.ts";
import type { DeviceInbox } from "./device-inbox.ts";

/** Due within 1 s of the commit, at most one per 250 ms: this leaves 200 ms for delivery. */
const SPACING_MS = 800;
const SLICE_MS = 10;
/** A burst of receipts would delay alerts: no more than this many in one slice. */
const SLICE_RECEIPTS = 40;

export interface ReceiptsOptions {
  readonly clock: TransportClock;
  readonly publish: (device: DeviceId, content: ReceiptContent) => void;
  readonly onGaps: (device: DeviceId, gaps: readonly RecordedGap[]) => void;
}

export class Receipts {
  readonly #options: ReceiptsOptions;
  /** Ordered by due time: every wait is either zero or the same, so two queues keep order without sorting. */
  #soon: DeviceInbox[] = [];
  #spaced: { readonly inbox: DeviceInbox; readonly dueAt: number }[] = [];
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Something of this life of the device's counter has been committed. */
  owe(inbox: DeviceInbox, life: number): void {
    inbox.owed.add(life);
    if (inbox.receiptQueued || this.#closed) return;
    inbox.receiptQueued = true;
    const now = this.#options.clock.monotonic();
    const dueAt = inbox.lastReceiptAt + SPACING_MS;
    if (dueAt <= now) this.#soon.push(inbox);
    else this.#spaced.push({ inbox, dueAt });
    this.#timer ??= this.#options.clock.after(SLICE_MS, () => this.#slice());
  }

  /** Everything owed leaves now: the server is about to stop. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const inbox of this.#soon) this.#send(inbox);
    for (const { inbox } of this.#spaced) this.#send(inbox);
    this.#soon = [];
    this.#spaced = [];
  }

  #slice(): void {
    this.#timer = null;
    const now = this.#options.clock.monotonic();
    let sent = 0;
    while (this.#soon.length > 0 && sent < SLICE_RECEIPTS) {
      this.#send(this.#soon.shift() as DeviceInbox);
      sent += 1;
    }
    let taken = 0;
    for (const { inbox, dueAt } of this.#spaced) {
      if (dueAt > now || sent >= SLICE_RECEIPTS) break;
      this.#send(inbox);
      taken += 1;
      sent += 1;
    }
    if (taken > 0) this.#spaced = this.#spaced.slice(taken);
    if (this.#soon.length > 0 || this.#spaced.length > 0) this.#timer = this.#options.clock.after(SLICE_MS, () => this.#slice());
  }

  #send(inbox: DeviceInbox): void {
    inbox.receiptQueued = false;
    inbox.lastReceiptAt = this.#options.clock.monotonic();
    for (const life of inbox.owed) {
      const receipt = inbox.numbers.receipt(life);
      if (receipt === null) continue;
      // A device that counts anew would take it for a word about its new messages.
      if (!inbox.numbers.isLeft(life)) this.#options.publish(inbox.device, receipt.content);
      if (receipt.gaps.length > 0) this.#options.onGaps(inbox.device, receipt.gaps);
    }
    inbox.owed.clear();
  }
}
