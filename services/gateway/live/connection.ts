/** One viewer's connection: its subscriptions, its place in the feed, and how it ends. */
import type { InstitutionId, PatientId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import { LIVE_ERRORS } from "#contracts/errors/live.ts";
import { HEARTBEAT_SECONDS, MAX_SUBSCRIPTIONS } from "#contracts/live-protocol.ts";
import type { SubscribeRequest } from "#contracts/live-protocol.ts";
import { parseClientFrame } from "#contracts/live/parse-client-frame.ts";
import { createFrameBudget } from "#gateway/live/frame-budget.ts";
import type { LatestReadings } from "#gateway/live/latest-readings.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";
import type { ReadingFanOut, ReadingTarget } from "#gateway/live/reading-fan-out.ts";
import { resumePoint } from "#gateway/live/resume.ts";
import { startStream } from "#gateway/live/start-stream.ts";
import { createSubscription } from "#gateway/live/subscription.ts";
import type { Subscription } from "#gateway/live/subscription.ts";
import { encodeTextFrame } from "#gateway/live/text-frame.ts";
import { createViewerLink } from "#gateway/live/viewer-link.ts";
import type { LiveChannel } from "#gateway/live/viewer-link.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { FeedCursor, FeedEvent, Ledger } from "#ports/ledger.ts";

const PONG_LIMIT_MS = 20_000;

export interface ConnectionContext {
  readonly channel: LiveChannel;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly ledger: Pick<Ledger, "feedAfter" | "feedBounds" | "openAlerts">;
  readonly now: () => EpochMs;
  readonly version: string;
  readonly published: () => FeedCursor;
  readonly canSee: (patient: PatientId | null, institution: InstitutionId | null) => boolean;
  readonly patientsOf: () => Iterable<PatientId>;
  readonly latest: LatestReadings;
  readonly latestReadings: (patients: readonly PatientId[]) => Promise<readonly LiveReading[]>;
  readonly readings: ReadingFanOut;
  readonly onReceipt: (cursor: FeedCursor) => void;
  readonly onEnd: () => void;
}

export interface LiveConnection {
  /** A text frame of the viewer; null for a binary one. */
  receive(text: string | null): void;
  /** A control frame: counts like any other. */
  receiveControl(): void;
  pong(): void;
  /** The viewer has gone. */
  gone(): void;
  greet(): void;
  offer(event: FeedEvent, frame: (event: FeedEvent) => Buffer): void;
  offerSystem(frame: Buffer): void;
  heartbeat(): void;
  checkHealth(): void;
  end(code: number, reason: string): void;
}

export const createConnection = (context: ConnectionContext): LiveConnection => {
  const { channel, clock, diagnostics, canSee } = context;
  const link = createViewerLink(channel);
  const budget = createFrameBudget(() => clock.monotonic());
  const subscriptions = new Map<string, Subscription>();
  let isOpen = true;
  let pingedAt: number | null = null;
  /** Snapshots and replays leave one after the other: a viewer cannot make us hold many at once. */
  let turn: Promise<void> = Promise.resolve();

  const finish = (): void => {
    if (!isOpen) return;
    isOpen = false;
    subscriptions.clear();
    context.readings.remove(target);
    context.onEnd();
  };
  const end = (code: number, reason: string): void => {
    if (!isOpen) return;
    diagnostics.count("homeward_live_closed_total", 1, { code: String(code) });
    finish();
    channel.close(code, reason);
  };
  const send = (bytes: Buffer): void => {
    if (!isOpen) return;
    link.send(bytes);
    if (link.isOverdue) end(1013, "did not keep up");
  };
  const sendBulk = async (bytes: Buffer): Promise<void> => {
    if (isOpen) await link.sendBulk(bytes);
  };
  const refuse = (code: keyof typeof LIVE_ERRORS, message: string, id?: string): void => {
    send(encodeTextFrame({ type: "error", code, message, ...(id === undefined ? {} : { id }) }));
    if (!budget.takeBadFrame()) end(1008, "too many bad frames");
  };

  /** The cursor up to which nothing is outstanding. */
  const stillToGet = ({ state, after, through }: Subscription): FeedCursor => {
    if (state === "replaying") return through;
    if (state === "live" || after === null) return Infinity;
    const point = resumePoint(after, context.ledger.feedBounds());
    return point.kind === "replay" ? point.from : Infinity;
  };

  const streaming = function* (): Iterable<Subscription> {
    for (const subscription of subscriptions.values()) if (subscription.state !== "starting") yield subscription;
  };
  const target: ReadingTarget = {
    get readingPatients() {
      const patients = new Set<PatientId>();
      for (const { patients: named, metrics } of streaming()) {
        if (metrics !== null && metrics.size === 0) continue;
        if (named === null) return "*";
        for (const patient of named) patients.add(patient);
      }
      return patients;
    },
    wantsMetric(patient, metric) {
      for (const subscription of streaming()) if (subscription.wantsPatient(patient) && subscription.wantsMetric(metric)) return true;
      return false;
    },
    maySee: (patient) => canSee(patient, null),
    get backlog() {
      return link.backlog;
    },
    sendReadings: send,
  };

  const subscribe = (request: SubscribeRequest): void => {
    if (!subscriptions.has(request.id) && subscriptions.size >= MAX_SUBSCRIPTIONS) {
      refuse("live_too_many_subscriptions", LIVE_ERRORS.live_too_many_subscriptions.title, request.id);
      return;
    }
    const subscription = createSubscription(request);
    subscriptions.set(request.id, subscription);
    context.readings.update(target);
    const isCurrent = (): boolean => isOpen && subscriptions.get(request.id) === subscription;
    turn = turn
      .then(() =>
        startStream(subscription, {
          ...context,
          isCurrent,
          send,
          sendBulk,
          onStreaming: () => context.readings.update(target),
        }),
      )
      .catch((cause: unknown) => {
        diagnostics.error("live.subscription_failed", {}, cause);
        end(1013, "try again");
      });
  };

  return {
    receive(text) {
      if (!isOpen) return;
      if (!budget.takeFrame()) return end(1008, "too many frames");
      if (text === null) return refuse("live_bad_frame", `${LIVE_ERRORS.live_bad_frame.title} It is binary.`);
      const parsed = parseClientFrame(text);
      if (!parsed.ok) return refuse("live_bad_frame", parsed.problem);
      const frame = parsed.value;
      if (frame.type === "subscribe") return subscribe(frame);
      if (frame.type === "receipt") {
        // Nobody can have seen what was never sent.
        return context.onReceipt(Math.min(Number(frame.cursor), context.ledger.feedBounds().newest));
      }
      if (!subscriptions.delete(frame.id))
        return refuse("live_unknown_subscription", LIVE_ERRORS.live_unknown_subscription.title, frame.id);
      return context.readings.update(target);
    },
    receiveControl() {
      if (isOpen && !budget.takeFrame()) end(1008, "too many frames");
    },
    pong() {
      pingedAt = null;
    },
    gone: finish,
    greet() {
      send(
        encodeTextFrame({
          type: "hello",
          now: context.now(),
          version: context.version,
          heartbeatS: HEARTBEAT_SECONDS,
        }),
      );
    },
    offer(event, frame) {
      let isWanted = false;
      for (const subscription of subscriptions.values()) {
        // What a replay still has to bring is left to the replay; what a snapshot or replay brought already is not sent again.
        if (subscription.state !== "live" || event.cursor <= subscription.through) continue;
        subscription.through = event.cursor;
        isWanted ||= subscription.wantsEvent(event);
      }
      if (isWanted && canSee(event.patient, event.institution)) send(frame(event));
    },
    offerSystem: send,
    heartbeat() {
      // Safe as `after`: not beyond what any subscription of this connection still has to get.
      let cursor = context.published();
      for (const subscription of subscriptions.values()) cursor = Math.min(cursor, stillToGet(subscription));
      send(encodeTextFrame({ type: "heartbeat", now: context.now(), cursor: String(cursor) }));
      if (!isOpen) return;
      pingedAt ??= clock.monotonic();
      channel.ping();
    },
    checkHealth() {
      if (link.isOverdue) end(1013, "did not keep up");
      else if (pingedAt !== null && clock.monotonic() - pingedAt >= PONG_LIMIT_MS) end(1013, "no pong");
    },
    end,
  };
};
