/** The play a device is put through, step by step: refused, listened to, kept waiting, cut, asked, restarted; then it is judged. */
import type { Bench, DeviceProgram } from "./bench.ts";
import { CHECK_IDS, type CheckId, type Finding, type Findings, failed, notSeen, ok } from "./checks.ts";
import { judgeLogbook } from "./judge-logbook.ts";
import type { Numbered } from "./logbook.ts";
import { MOST_ASKED, PlayedServer, type PlayedServerOptions } from "./played-server.ts";

export interface ExaminationOptions extends PlayedServerOptions {
  readonly program?: DeviceProgram;
  readonly onStep?: (text: string) => void;
}

/** Lets receipts and repeats that are on their way arrive. */
const SETTLE_MS = 1_500;
const ENOUGH_MESSAGES = 3;
const LEAST_WAIT_MS = 200;

const NOT_SO_FAR = "the examination did not get so far";

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export class Examination {
  readonly #bench: Bench;
  readonly #options: ExaminationOptions;
  readonly #server: PlayedServer;
  readonly #findings = new Map<CheckId, Finding>();

  constructor(bench: Bench, options: ExaminationOptions) {
    this.#bench = bench;
    this.#options = options;
    this.#server = new PlayedServer(bench, options);
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
    const found = { ...judgeLogbook(this.#server.log, this.#options.device, this.#options.site), ...Object.fromEntries(this.#findings) };
    const isFaulty = Object.values(found).some(({ verdict }) => verdict === "failed");
    const unseen = notSeen(NOT_SO_FAR, isFaulty ? "Mend what failed first." : "Give more time with --patience and --within.");
    return Object.fromEntries(CHECK_IDS.map((id) => [id, found[id] ?? unseen])) as Findings;
  }

  async #arrives(): Promise<boolean> {
    this.#step("waiting for the device to connect");
    if (!(await this.#server.until(() => this.#server.log.attempts.length > 0))) {
      this.#find("sign-in", failed("no connection came", "Check the broker's address in the device, and that its program runs."));
      return false;
    }
    this.#step("refused it once (server unavailable), waiting for it to come back");
    if (!(await this.#server.until(() => this.#server.log.attempts.length > 1))) {
      const what = `after CONNACK "server unavailable" it did not come back in ${seconds(this.#options.patienceMs)}`;
      this.#find("retry", failed(what, "Connect again after a wait that grows (1 s, 2 s, 4 s …), for ever."));
      return false;
    }
    const waited = (this.#server.log.attempts[1] as number) - (this.#server.log.attempts[0] as number);
    this.#find(
      "retry",
      waited >= LEAST_WAIT_MS
        ? ok(`came back ${seconds(waited)} after a refusal`)
        : failed(`came back ${waited} ms after a refusal`, "Wait before each new try: 1 s first, then longer each time."),
    );
    this.#step("waiting for it to sign in");
    const signedIn = await this.#server.until(() => this.#server.log.signIns.length > 0 || this.#server.isTurnedAway);
    if (signedIn && this.#server.log.signIns.length > 0) {
      this.#find("sign-in", ok(`client id and user name are ${this.#options.device}, the secret is right`));
      return true;
    }
    const { refusals, foreign } = this.#server.log;
    const { site, device } = this.#options;
    this.#find(
      "sign-in",
      refusals.length === 0 && foreign.length > 0
        ? failed(foreign.at(-1) as string, `Set the last will on homeward/v1/${site}/${device}/status.`)
        : failed(
            refusals.at(-1) ?? "its sign-in was not completed",
            `Use ${device} as client id and as user name, and its own secret as password.`,
          ),
    );
    return false;
  }

  async #listens(): Promise<void> {
    this.#step(`listening to its first ${ENOUGH_MESSAGES} messages`);
    await this.#server.until(() => (this.#server.log.life?.numbers.size ?? 0) >= ENOUGH_MESSAGES || this.#server.isTurnedAway);
    if (this.#server.log.life !== undefined) await this.#server.pause(SETTLE_MS);
  }

  /** No receipts, then no PUBACK, then a cut; answers what it must still have. */
  async #isKeptWaiting(): Promise<Numbered[]> {
    const before = this.#server.log.life;
    if (before === undefined) return [];
    const highest = before.highest;
    this.#server.receipts = false;
    const kept = (): Numbered[] =>
      [...(this.#server.log.life?.numbers.values() ?? [])].filter((one) => one.receiptedAt === null && !one.void);
    this.#step("holding receipts back");
    await this.#server.until(() => kept().length >= 2);
    this.#server.acknowledges = false;
    this.#step("holding PUBACKs back");
    const flying = (): Numbered[] => kept().filter((one) => !one.acknowledged);
    await this.#server.until(() => flying().length > 0);
    this.#judgeHeldBack(kept(), highest);
    const unacknowledged = flying();
    this.#step("cut the connection, waiting for it to come back");
    const isBack = await this.#cutAndReturn();
    if (!isBack) return [];
    this.#server.acknowledges = true;
    this.#server.acknowledgeHeld();
    this.#step("waiting for what was not acknowledged to come again");
    const lives = this.#server.log.lives.length;
    await this.#server.until(() => unacknowledged.every((one) => one.times > 1) || this.#server.log.lives.length > lives);
    this.#judgeResend(unacknowledged);
    await this.#server.pause(SETTLE_MS);
    if (this.#server.log.life === before) return kept();
    if (this.#server.log.falls.length === 0) {
      const what = `began epoch ${JSON.stringify(this.#server.log.life?.epoch)} after a cut, although it was not restarted`;
      this.#find("held-back", failed(what, "A lost connection is not a lost counter: keep the epoch and go on counting."));
    }
    return [];
  }

  async #cutAndReturn(): Promise<boolean> {
    const [signIns, cutAt] = [this.#server.log.signIns.length, this.#bench.now()];
    this.#bench.cut();
    const isBack = await this.#server.until(() => this.#server.log.signIns.length > signIns);
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
      const life = this.#server.log.life;
      const what = `nothing came after message ${highest}`;
      if (life?.highest === highest) this.#find("held-back", notSeen(what, "Let the device measure more often, or give --patience."));
    } else if (this.#server.log.voidedUnasked.length > 0) {
      this.#find("held-back", failed(`voided message ${this.#server.log.voidedUnasked[0]} although nobody asked for it`, next));
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
    // Without a subscription no question reaches it: that has failed already.
    if (wanted === undefined || !this.#server.isListenedTo) return;
    const before = wanted.times;
    this.#step(`asking for message ${wanted.seq}`);
    const isAnswered = await this.#server.ask(wanted);
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
    this.#server.receipts = true;
    this.#server.sendReceipt();
    await this.#server.pause(SETTLE_MS);
  }

  /** It may have forgotten what a receipt covered: then it has to say so. */
  async #isAskedForWhatIsGone(): Promise<void> {
    const covered = this.#server.log.life?.numbers.get(this.#server.log.life.first);
    if (covered === undefined || covered.receiptedAt === null) return;
    if (this.#findings.get("missing")?.verdict !== "ok") {
      return this.#find("void", notSeen("not asked: it does not answer missing", "Answer missing first."));
    }
    this.#step(`asking for message ${covered.seq}, which a receipt has covered`);
    const isAnswered = await this.#server.ask(covered);
    const next = `Publish {"seq":${covered.seq},"void":true} on telemetry for a number that is not in the outbox any more.`;
    if (!isAnswered) this.#find("void", failed(`asked ${MOST_ASKED} times for message ${covered.seq}, it never answered`, next));
    else this.#find("void", ok(covered.void ? `voided message ${covered.seq}` : `sent message ${covered.seq} again, it still had it`));
  }

  async #restarts(): Promise<void> {
    const { program } = this.#options;
    const life = this.#server.log.life;
    if (program === undefined || life === undefined) {
      const what = "the bench did not start the device's program";
      return this.#find("restart", notSeen(what, 'Give --run "<command>", or restart the device by hand and watch seq.'));
    }
    this.#server.receipts = false;
    const { highest } = life;
    this.#step("waiting for a message before it is killed");
    await this.#server.until(() => life.highest > highest && life.numbers.get(life.highest)?.acknowledged === true);
    // Its PUBACK arrives, and whatever the device does at that.
    await this.#server.pause(SETTLE_MS);
    const last = life.numbers.get(life.highest) as Numbered;
    const [signIns, falls, lives] = [this.#server.log.signIns.length, this.#server.log.falls.length, this.#server.log.lives.length];
    this.#step("killed it (kill -9) and started it again");
    await program.restart();
    const isNew = (): boolean => this.#server.log.lives.length > lives || life.highest > last.seq;
    await this.#server.until(() => this.#server.log.signIns.length > signIns && isNew());
    const now = this.#server.log.life;
    if (!isNew()) {
      this.#find("restart", failed("no new message came after the restart", "Connect and go on measuring when the program starts."));
    } else if (this.#server.log.falls.length > falls) {
      const what = `after the restart the number fell from ${last.seq} to ${this.#server.log.falls.at(-1)?.[1]}, without a new epoch`;
      this.#find("restart", failed(what, "Keep seq on disk before each message is sent, or send an epoch that is new at every start."));
    } else if (now !== life) {
      this.#find("restart", ok(`began epoch ${JSON.stringify(now?.epoch)} after the restart`));
    } else {
      await this.#judgeKeptOnDisk(last);
    }
    this.#server.receipts = true;
    this.#server.sendReceipt();
  }

  async #judgeKeptOnDisk(last: Numbered): Promise<void> {
    const isKept = last.times > 1 || ((await this.#server.ask(last)) && !last.void);
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
      const { life } = this.#server.log;
      if (life === undefined || this.#server.log.neverSeen(life).length === 0) return;
      this.#server.sendReceipt();
      await this.#server.until(() => this.#server.log.neverSeen(life).length === 0, this.#options.patienceMs / MOST_ASKED);
    }
  }

  #find(id: CheckId, finding: Finding): void {
    this.#findings.set(id, finding);
  }

  #step(text: string): void {
    this.#options.onStep?.(text);
  }
}
