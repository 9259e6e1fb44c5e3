/** The play a device is put through, step by step: refused, listened to, kept waiting, cut, asked, restarted; then it is judged. */
import { encodeReceipt } from "#contracts/receipt.ts";
import { receiptTopic } from "#contracts/topics.ts";
import type { Bench, BenchListener, DeviceProgram, Received } from "./bench.ts";
import { CHECK_IDS, type CheckId, type Finding, type Findings, failed, notSeen, ok } from "./checks.ts";
import { judgeLogbook } from "./judge-logbook.ts";
import { Logbook, type Numbered } from "./logbook.ts";

export interface ExaminationOptions {
  readonly site: string;
  readonly device: string;
  /** Longest wait for one thing to happen. */
  readonly patienceMs: number;
  /** Longest examination. */
  readonly withinMs: number;
  readonly program?: DeviceProgram;
  readonly onStep?: (text: string) => void;
}

/** A receipt is due within a second of the message; one a little later gathers several. */
const RECEIPT_AFTER_MS = 200;
/** Lets receipts and repeats that are on their way arrive. */
const SETTLE_MS = 1_500;
/** How often a receipt asks for one number before the server gives up (semantics 2.2). */
const MOST_ASKED = 5;
const ENOUGH_MESSAGES = 3;
/** A sign-in or topic that is refused so often will be refused again. */
const ENOUGH_REFUSALS = 3;
const LEAST_WAIT_MS = 200;

const NOT_SO_FAR = "the examination did not get so far";

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export class Examination implements BenchListener {
  readonly #bench: Bench;
  readonly #options: ExaminationOptions;
  readonly #log: Logbook;
  readonly #findings = new Map<CheckId, Finding>();
  readonly #looking = new Set<() => void>();
  readonly #held: { numbered: Numbered | null; acknowledge: () => void }[] = [];
  readonly #endsAt: number;
  #acknowledges = true;
  #receipts = true;
  #isReceiptDue = false;
  #isConnected = false;
  #asking: readonly number[] = [];

  constructor(bench: Bench, options: ExaminationOptions) {
    this.#bench = bench;
    this.#options = options;
    this.#log = new Logbook(bench.convert);
    this.#endsAt = bench.now() + options.withinMs;
    bench.listen(this);
    bench.refuseNext();
  }

  async run(): Promise<Findings> {
    if (await this.#arrives()) {
      await this.#listens();
      const kept = await this.#isKeptWaiting();
      if (kept.length > 0) {
        await this.#isAsked(kept);
        await this.#isAskedForWhatIsGone();
        await this.#restarts();
        await this.#settles();
      }
    }
    const found = { ...judgeLogbook(this.#log, this.#options.device, this.#options.site), ...Object.fromEntries(this.#findings) };
    const isFaulty = Object.values(found).some(({ verdict }) => verdict === "failed");
    const unseen = notSeen(NOT_SO_FAR, isFaulty ? "Mend what failed first." : "Give more time with --patience and --within.");
    return Object.fromEntries(CHECK_IDS.map((id) => [id, found[id] ?? unseen])) as Findings;
  }

  attempted(): void {
    this.#log.attempts.push(this.#bench.now());
    this.#look();
  }

  signedIn(): void {
    this.#log.signIns.push(this.#bench.now());
    this.#log.connection += 1;
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
    this.#log.subscriptions.add(topic);
    // A receipt sent before it was listened to is lost.
    this.#oweReceipt();
  }

  received(message: Received): void {
    const numbered = this.#log.take(message, this.#bench.now());
    if (message.will) message.acknowledge();
    else {
      this.#held.push({ numbered, acknowledge: message.acknowledge });
      if (this.#acknowledges) this.#acknowledgeHeld();
    }
    if (numbered !== null) this.#oweReceipt();
    this.#look();
  }

  violated(kind: "foreign_topic" | "foreign_subscription" | "bad_credentials" | "bad_will", detail: string): void {
    if (kind === "bad_credentials") this.#log.refusals.push(detail);
    else this.#log.foreign.push(`${kind.replace("_", " ")}: ${detail}`);
    this.#look();
  }

  async #arrives(): Promise<boolean> {
    this.#step("waiting for the device to connect");
    if (!(await this.#until(() => this.#log.attempts.length > 0))) {
      this.#find("sign-in", failed("no connection came", "Check the broker's address in the device, and that its program runs."));
      return false;
    }
    this.#step("refused it once (server unavailable), waiting for it to come back");
    if (!(await this.#until(() => this.#log.attempts.length > 1))) {
      const what = `after CONNACK "server unavailable" it did not come back in ${seconds(this.#options.patienceMs)}`;
      this.#find("retry", failed(what, "Connect again after a wait that grows (1 s, 2 s, 4 s …), for ever."));
      return false;
    }
    const waited = (this.#log.attempts[1] as number) - (this.#log.attempts[0] as number);
    this.#find(
      "retry",
      waited >= LEAST_WAIT_MS
        ? ok(`came back ${seconds(waited)} after a refusal`)
        : failed(`came back ${waited} ms after a refusal`, "Wait before each new try: 1 s first, then longer each time."),
    );
    this.#step("waiting for it to sign in");
    const signedIn = await this.#until(() => this.#log.signIns.length > 0 || this.#isTurnedAway);
    if (signedIn && this.#log.signIns.length > 0) {
      this.#find("sign-in", ok(`client id and user name are ${this.#options.device}, the secret is right`));
      return true;
    }
    const detail = this.#log.refusals.at(-1) ?? this.#log.foreign.at(-1) ?? "its sign-in was not completed";
    this.#find("sign-in", failed(detail, `Use ${this.#options.device} as client id and as user name, and its own secret as password.`));
    return false;
  }

  async #listens(): Promise<void> {
    this.#step(`listening to its first ${ENOUGH_MESSAGES} messages`);
    await this.#until(() => (this.#log.life?.numbers.size ?? 0) >= ENOUGH_MESSAGES || this.#isTurnedAway);
    if (this.#log.life !== undefined) await this.#pause(SETTLE_MS);
  }

  /** No receipts, then no PUBACK, then a cut; answers what it must still have. */
  async #isKeptWaiting(): Promise<Numbered[]> {
    const before = this.#log.life;
    if (before === undefined) return [];
    const highest = before.highest;
    this.#receipts = false;
    const kept = (): Numbered[] => [...(this.#log.life?.numbers.values() ?? [])].filter((one) => one.receiptedAt === null && !one.void);
    this.#step("holding receipts back");
    await this.#until(() => kept().length >= 2);
    this.#acknowledges = false;
    this.#step("holding PUBACKs back");
    const flying = (): Numbered[] => kept().filter((one) => !one.acknowledged);
    await this.#until(() => flying().length > 0);
    this.#judgeHeldBack(kept(), highest);
    const unacknowledged = flying();
    this.#step("cut the connection, waiting for it to come back");
    const isBack = await this.#cutAndReturn();
    if (!isBack) return [];
    this.#acknowledges = true;
    this.#acknowledgeHeld();
    this.#step("waiting for what was not acknowledged to come again");
    const lives = this.#log.lives.length;
    await this.#until(() => unacknowledged.every((one) => one.times > 1) || this.#log.lives.length > lives);
    this.#judgeResend(unacknowledged);
    await this.#pause(SETTLE_MS);
    if (this.#log.life === before) return kept();
    if (this.#log.falls.length === 0) {
      const what = `began epoch ${JSON.stringify(this.#log.life?.epoch)} after a cut, although it was not restarted`;
      this.#find("held-back", failed(what, "A lost connection is not a lost counter: keep the epoch and go on counting."));
    }
    return [];
  }

  async #cutAndReturn(): Promise<boolean> {
    const [signIns, cutAt] = [this.#log.signIns.length, this.#bench.now()];
    this.#bench.cut();
    const isBack = await this.#until(() => this.#log.signIns.length > signIns);
    this.#find(
      "reconnect",
      isBack
        ? ok(`signed in again ${seconds(this.#bench.now() - cutAt)} after the cut`)
        : failed(
            `did not sign in again in ${seconds(this.#options.patienceMs)}`,
            "Notice the closed connection and connect again, after a wait that grows.",
          ),
    );
    return isBack;
  }

  #judgeHeldBack(kept: readonly Numbered[], highest: number): void {
    const insistent = kept.find((one) => one.timesOnConnection > 3);
    const next = "A late receipt is not a loss: keep the messages, go on with new ones, and wait.";
    if (kept.length === 0) {
      const life = this.#log.life;
      const what = `nothing came after message ${highest}`;
      if (life?.highest === highest) this.#find("held-back", notSeen(what, "Let the device measure more often, or give --patience."));
    } else if (this.#log.voidedUnasked.length > 0) {
      this.#find("held-back", failed(`voided message ${this.#log.voidedUnasked[0]} although nobody asked for it`, next));
    } else if (insistent !== undefined) {
      this.#find("held-back", failed(`sent message ${insistent.seq} ${insistent.timesOnConnection} times on one connection`, next));
    } else {
      this.#find("held-back", ok(`went on without receipts for ${kept.length === 1 ? "a message" : `${kept.length} messages`}`));
    }
  }

  #judgeResend(unacknowledged: readonly Numbered[]): void {
    const silent = unacknowledged.filter((one) => one.times === 1);
    if (unacknowledged.length === 0) {
      this.#find("resend", notSeen("no message was on its way at the cut", "Let the device measure more often, or give --patience."));
    } else if (silent.length === 0) {
      this.#find("resend", ok(`sent ${unacknowledged.map((one) => one.seq).join(", ")} again after the cut`));
    } else {
      const what = `message ${silent[0]?.seq} had no PUBACK when the connection was cut, and never came again`;
      this.#find(
        "resend",
        failed(what, "After each sign-in publish everything that no receipt covers, oldest first, with the same bytes."),
      );
    }
  }

  /** A receipt asks for the oldest message that it must still have. */
  async #isAsked(kept: readonly Numbered[]): Promise<void> {
    const wanted = kept.find((one) => one.acknowledged) ?? kept[0];
    if (wanted === undefined) return;
    const before = wanted.times;
    this.#step(`asking for message ${wanted.seq}`);
    const isAnswered = await this.#ask(wanted);
    const next = "When a receipt lists a number in missing, publish that message again from the outbox, or a void for it.";
    if (!isAnswered) {
      this.#find("missing", failed(`asked ${MOST_ASKED} times for message ${wanted.seq}, it never answered`, next));
      if (before > 1) this.#find("outbox", ok(`still had message ${wanted.seq} after its PUBACK`));
      else this.#find("outbox", notSeen(`nothing shows that it kept message ${wanted.seq} after its PUBACK`, next));
    } else if (wanted.void) {
      this.#find("missing", ok(`answered for message ${wanted.seq} with a void`));
      const what = `message ${wanted.seq} had a PUBACK but no receipt, and was gone when a receipt asked for it`;
      this.#find("outbox", failed(what, "Delete a message from the outbox when a receipt covers it, never at its PUBACK."));
    } else {
      this.#find("missing", ok(`sent message ${wanted.seq} again when asked`));
      this.#find("outbox", ok(`still had message ${wanted.seq} after its PUBACK`));
    }
    this.#receipts = true;
    this.#sendReceipt();
    await this.#pause(SETTLE_MS);
  }

  /** It may have forgotten what a receipt covered: then it has to say so. */
  async #isAskedForWhatIsGone(): Promise<void> {
    const covered = this.#log.life?.numbers.get(this.#log.life.first);
    if (covered === undefined || covered.receiptedAt === null || this.#findings.get("missing")?.verdict !== "ok") {
      return this.#find("void", notSeen("not asked: it does not answer missing", "Answer missing first."));
    }
    this.#step(`asking for message ${covered.seq}, which a receipt has covered`);
    const isAnswered = await this.#ask(covered);
    const next = `Publish {"seq":${covered.seq},"void":true} on telemetry for a number that is not in the outbox any more.`;
    if (!isAnswered) this.#find("void", failed(`asked ${MOST_ASKED} times for message ${covered.seq}, it never answered`, next));
    else this.#find("void", ok(covered.void ? `voided message ${covered.seq}` : `sent message ${covered.seq} again, it still had it`));
  }

  async #ask(wanted: Numbered): Promise<boolean> {
    const before = wanted.times;
    wanted.asked = true;
    this.#asking = [wanted.seq];
    const isAnswered = (): boolean => wanted.void || wanted.times > before;
    for (let asked = 0; asked < MOST_ASKED && !isAnswered(); asked++) {
      this.#sendReceipt();
      await this.#until(isAnswered, this.#options.patienceMs / MOST_ASKED);
    }
    this.#asking = [];
    return isAnswered();
  }

  async #restarts(): Promise<void> {
    const { program } = this.#options;
    const life = this.#log.life;
    if (program === undefined || life === undefined) {
      const what = "the bench did not start the device's program";
      return this.#find("restart", notSeen(what, 'Give --run "<command>", or restart the device by hand and watch seq.'));
    }
    this.#receipts = false;
    const { highest } = life;
    this.#step("waiting for a message before it is killed");
    await this.#until(() => life.highest > highest && life.numbers.get(life.highest)?.acknowledged === true);
    const last = life.numbers.get(life.highest) as Numbered;
    const [signIns, falls, lives] = [this.#log.signIns.length, this.#log.falls.length, this.#log.lives.length];
    this.#step("killed it (kill -9) and started it again");
    await program.restart();
    const isNew = (): boolean => this.#log.lives.length > lives || life.highest > last.seq;
    await this.#until(() => this.#log.signIns.length > signIns && isNew());
    const now = this.#log.life;
    if (!isNew()) {
      this.#find("restart", failed("no new message came after the restart", "Connect and go on measuring when the program starts."));
    } else if (this.#log.falls.length > falls) {
      const what = `after the restart the number fell from ${last.seq} to ${this.#log.falls.at(-1)?.[1]}, without a new epoch`;
      this.#find("restart", failed(what, "Keep seq on disk before each message is sent, or send an epoch that is new at every start."));
    } else if (now !== life) {
      this.#find("restart", ok(`began epoch ${JSON.stringify(now?.epoch)} after the restart`));
    } else {
      await this.#judgeKeptOnDisk(last);
    }
    this.#receipts = true;
    this.#sendReceipt();
  }

  async #judgeKeptOnDisk(last: Numbered): Promise<void> {
    const isKept = last.times > 1 || ((await this.#ask(last)) && !last.void);
    this.#find(
      "restart",
      isKept
        ? ok(`went on after ${last.seq}, and still had it`)
        : failed(
            `message ${last.seq} had no receipt and was lost with the restart`,
            "Write each message to disk before it is sent, and read the outbox when the program starts.",
          ),
    );
  }

  /** What is on its way arrives; numbers never seen are asked for as the server would. */
  async #settles(): Promise<void> {
    this.#step("waiting for numbers that never came");
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      const { life } = this.#log;
      if (life === undefined || this.#log.neverSeen(life).length === 0) return;
      this.#sendReceipt();
      await this.#until(() => this.#log.neverSeen(life).length === 0, this.#options.patienceMs / MOST_ASKED);
    }
  }

  get #isTurnedAway(): boolean {
    return this.#log.refusals.length >= ENOUGH_REFUSALS || this.#log.foreign.length >= ENOUGH_REFUSALS;
  }

  #acknowledgeHeld(): void {
    for (const { numbered, acknowledge } of this.#held.splice(0)) {
      if (numbered !== null) numbered.acknowledged = true;
      acknowledge();
    }
  }

  #oweReceipt(): void {
    if (this.#isReceiptDue || !this.#receipts) return;
    this.#isReceiptDue = true;
    this.#bench.after(RECEIPT_AFTER_MS, () => {
      this.#isReceiptDue = false;
      if (this.#receipts) this.#sendReceipt();
    });
  }

  /** Covers everything seen but what is being asked for; while receipts are held back it covers nothing before that. */
  #sendReceipt(): void {
    const { life } = this.#log;
    if (life === undefined || !this.#isListenedTo) return;
    const missing = new Set([...this.#log.neverSeen(life), ...this.#asking]);
    if (!this.#receipts && this.#asking.length === 0)
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

  get #isListenedTo(): boolean {
    return this.#isConnected && this.#log.subscriptions.has(receiptTopic(this.#options.site, this.#options.device));
  }

  #find(id: CheckId, finding: Finding): void {
    this.#findings.set(id, finding);
  }

  #step(text: string): void {
    this.#options.onStep?.(text);
  }

  #look(): void {
    for (const look of this.#looking) look();
  }

  async #pause(ms: number): Promise<void> {
    await this.#until(() => false, ms);
  }

  /** Whether it became true in time; looked at after everything the device does. */
  async #until(isTrue: () => boolean, ms = this.#options.patienceMs): Promise<boolean> {
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
