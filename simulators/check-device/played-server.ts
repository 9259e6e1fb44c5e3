/** The server as the device meets it on the bench: acknowledges, receipts and asks as it is told to, and writes everything down. */
import { encodeReceipt } from "#contracts/receipt.ts";
import { receiptTopic } from "#contracts/topics.ts";
import type { Bench, BenchListener, Received } from "./bench.ts";
import { Logbook, type Numbered } from "./logbook.ts";

export interface PlayedServerOptions {
  readonly site: string;
  readonly device: string;
  /** Longest wait for one thing to happen. */
  readonly patienceMs: number;
  /** Nothing is waited for after it. */
  readonly withinMs: number;
}

/** A receipt is due within a second of the message; one a little later gathers several. */
const RECEIPT_AFTER_MS = 200;
/** How often a receipt asks for one number before the server gives up (semantics 2.2). */
export const MOST_ASKED = 5;
/** A sign-in or topic that is refused so often will be refused again. */
const ENOUGH_REFUSALS = 3;

export class PlayedServer implements BenchListener {
  readonly log: Logbook;
  /** Whether new messages get their PUBACK. */
  acknowledges = true;
  /** Whether messages get their receipt. */
  receipts = true;
  readonly #bench: Bench;
  readonly #receiptTopic: string;
  readonly #patienceMs: number;
  readonly #endsAt: number;
  readonly #looking = new Set<() => void>();
  readonly #held: { numbered: Numbered | null; acknowledge: () => void }[] = [];
  #isReceiptDue = false;
  #isConnected = false;
  #asking: readonly number[] = [];

  constructor(bench: Bench, { site, device, patienceMs, withinMs }: PlayedServerOptions) {
    this.#bench = bench;
    this.log = new Logbook(bench.convert);
    this.#receiptTopic = receiptTopic(site, device);
    this.#patienceMs = patienceMs;
    this.#endsAt = bench.now() + withinMs;
    bench.listen(this);
  }

  attempted(): void {
    this.log.attempts.push(this.#bench.now());
    this.#look();
  }

  signedIn(): void {
    this.log.signIns.push(this.#bench.now());
    this.log.connection += 1;
    this.#isConnected = true;
    this.#look();
  }

  closed(): void {
    this.#isConnected = false;
    // What was held back belongs to the connection that is gone.
    this.#held.length = 0;
    this.#look();
  }

  subscribed(topic: string): void {
    this.log.subscriptions.add(topic);
    // A receipt sent before it was listened to is lost.
    this.#oweReceipt();
  }

  received(message: Received): void {
    const numbered = this.log.take(message, this.#bench.now());
    if (message.will) message.acknowledge();
    else {
      this.#held.push({ numbered, acknowledge: message.acknowledge });
      if (this.acknowledges) this.acknowledgeHeld();
    }
    if (numbered !== null) this.#oweReceipt();
    this.#look();
  }

  violated(kind: "foreign_topic" | "foreign_subscription" | "bad_credentials" | "bad_will", detail: string): void {
    if (kind === "bad_credentials") this.log.refusals.push(detail);
    else this.log.foreign.push(`${kind.replace("_", " ")}: ${detail}`);
    this.#look();
  }

  async ask(wanted: Numbered): Promise<boolean> {
    const before = wanted.times;
    wanted.asked = true;
    this.#asking = [wanted.seq];
    const isAnswered = (): boolean => wanted.void || wanted.times > before;
    for (let asked = 0; asked < MOST_ASKED && !isAnswered(); asked++) {
      this.sendReceipt();
      await this.until(isAnswered, this.#patienceMs / MOST_ASKED);
    }
    this.#asking = [];
    return isAnswered();
  }

  get isTurnedAway(): boolean {
    return this.log.refusals.length >= ENOUGH_REFUSALS || this.log.foreign.length >= ENOUGH_REFUSALS;
  }

  acknowledgeHeld(): void {
    for (const { numbered, acknowledge } of this.#held.splice(0)) {
      if (numbered !== null) numbered.acknowledged = true;
      acknowledge();
    }
  }

  #oweReceipt(): void {
    if (this.#isReceiptDue || !this.receipts) return;
    this.#isReceiptDue = true;
    this.#bench.after(RECEIPT_AFTER_MS, () => {
      this.#isReceiptDue = false;
      if (this.receipts) this.sendReceipt();
    });
  }

  /** Covers everything seen but what is being asked for; while receipts are held back it covers nothing before that. */
  sendReceipt(): void {
    const { life } = this.log;
    if (life === undefined || !this.isListenedTo) return;
    const missing = new Set([...this.log.neverSeen(life), ...this.#asking]);
    if (!this.receipts && this.#asking.length === 0)
      for (const one of life.numbers.values()) if (one.receiptedAt === null && !one.void) missing.add(one.seq);
    const newest = [...missing].sort((a, b) => a - b).slice(-100);
    this.#bench.sendReceipt(
      encodeReceipt({ seq: life.highest, missing: newest, ...(life.epoch === undefined ? {} : { epoch: life.epoch }) }),
    );
    for (const one of life.numbers.values()) if (!missing.has(one.seq)) one.receiptedAt ??= this.#bench.now();
    for (const seq of newest) {
      const one = life.numbers.get(seq);
      if (one !== undefined) one.asked = true;
    }
  }

  get isListenedTo(): boolean {
    return this.#isConnected && this.log.subscriptions.has(this.#receiptTopic);
  }

  #look(): void {
    for (const look of this.#looking) look();
  }

  async pause(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** Whether it became true in time; looked at after everything the device does. */
  async until(isTrue: () => boolean, ms = this.#patienceMs): Promise<boolean> {
    if (isTrue()) return true;
    const wait = Math.min(ms, this.#endsAt - this.#bench.now());
    if (wait <= 0) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = (): void => {
      if (isTrue()) resolve(true);
    };
    this.#looking.add(look);
    const cancel = this.#bench.after(wait, () => resolve(false));
    const outcome = await promise;
    cancel();
    this.#looking.delete(look);
    return outcome;
  }
}
