/** Empties the outbox into webhooks: at once when woken, in order inside a subject, one bad endpoint never in the way of another. */
import { judgeAttempt } from "#core/delivery/retry-schedule.ts";
import type { AttemptVerdict } from "#core/delivery/retry-schedule.ts";
import type { EpochMs } from "#core/time.ts";
import type { TransportClock, Timer } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { HttpSender, PostResult } from "#ports/http-sender.ts";
import type { Delivery, Outbox, WebhookSubscription } from "#ports/outbox.ts";
import { signWebhook } from "#webhooks/sign.ts";

/** Contract section 6. */
const ATTEMPT_TIMEOUT_MS = 10_000;
const PAGE = 128;
/** Looks again this soon while something is due that cannot be started yet (held back by its subject or its endpoint). */
const LOOK_AGAIN_MS = 1_000;
/** After an attempt that could not be recorded its delivery rests: it will be sent again, never in a hot loop. */
const UNRECORDED_REST_MS = 5_000;

export interface DispatcherOptions {
  readonly outbox: Outbox;
  readonly sender: HttpSender;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Raises the technical alert of an exhausted delivery; called once, before the delivery is recorded as failed. */
  readonly onExhausted: (subscription: WebhookSubscription, delivery: Delivery) => Promise<unknown> | void;
  /** A receiver answered 410 and its subscription ended. */
  readonly onEnded?: (subscription: WebhookSubscription, delivery: Delivery) => Promise<unknown> | void;
  readonly concurrency?: { readonly perWebhook?: number; readonly total?: number };
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
  /** Sent as `user-agent`. */
  readonly userAgent?: string;
}

export interface Dispatcher {
  /** Something was queued: sends what is due now. */
  wake(): void;
  /** Starts nothing more and resolves when attempts in flight are recorded (at most one attempt timeout). */
  close(): Promise<void>;
  readonly inFlight: number;
}

/** The older of two secrets signs until its time is over. */
const secretsOf = ({ secrets, previousUntil }: WebhookSubscription, now: EpochMs): readonly string[] =>
  previousUntil !== undefined && now >= previousUntil ? secrets.slice(0, 1) : secrets;

export const startDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { outbox, sender, transportClock: clock, diagnostics } = options;
  const perWebhook = options.concurrency?.perWebhook ?? 8;
  const total = options.concurrency?.total ?? 256;
  const random = options.random ?? Math.random;

  const running = new Map<string, Promise<void>>();
  const busySubjects = new Set<string>();
  const perEndpoint = new Map<string, number>();
  /** Retries this process knows of, so that each leaves at its time although earlier ones are held back. */
  const retryAt = new Map<string, EpochMs>();
  let timer: Timer | null = null;
  let closed = false;

  const subjectKey = (delivery: Delivery): string => `${delivery.webhook}\n${delivery.subject}`;
  const loadOf = (webhook: string): number => perEndpoint.get(webhook) ?? 0;
  const canStart = (delivery: Delivery): boolean =>
    !running.has(delivery.id) && !busySubjects.has(subjectKey(delivery)) && loadOf(delivery.webhook) < perWebhook;

  const report = async (call: () => Promise<unknown> | void, event: string, delivery: Delivery): Promise<void> => {
    try {
      await call();
    } catch (cause) {
      diagnostics.error(event, { delivery: delivery.id, webhook: delivery.webhook }, cause);
    }
  };

  const settle = async (
    subscription: WebhookSubscription,
    delivery: Delivery,
    result: PostResult,
    verdict: AttemptVerdict,
  ): Promise<void> => {
    const at = clock.now();
    const httpStatus = result.kind === "answered" ? result.status : null;
    const error =
      verdict.kind === "confirmed"
        ? null
        : result.kind === "answered"
          ? `http_${result.status}${result.excerpt === "" ? "" : `: ${result.excerpt}`}`
          : `${result.reason}: ${result.detail}`;
    diagnostics.count("homeward_webhook_attempts_total", 1, { outcome: verdict.kind });
    retryAt.delete(delivery.id);
    if (verdict.kind === "confirmed") {
      diagnostics.observe("homeward_webhook_delivery_seconds", Math.max(0, at - delivery.createdAt) / 1000);
      await outbox.record(delivery.id, { at, status: "confirmed", nextAt: null, httpStatus, error });
    } else if (verdict.kind === "retry") {
      const nextAt = at + verdict.after;
      await outbox.record(delivery.id, { at, status: "pending", nextAt, httpStatus, error });
      retryAt.set(delivery.id, nextAt);
    } else if (verdict.kind === "gone") {
      diagnostics.warn("webhook.gone", { webhook: subscription.id });
      await outbox.record(delivery.id, { at, status: "failed", nextAt: null, httpStatus, error });
      await outbox.end(subscription.id, "gone");
      const ended = options.onEnded;
      if (ended !== undefined) await report(() => ended(subscription, delivery), "webhook.ended_not_reported", delivery);
    } else {
      diagnostics.warn("webhook.exhausted", { webhook: subscription.id, delivery: delivery.id });
      // The alert comes first: a crash between the two repeats an attempt, the other order could lose the alert.
      await report(() => options.onExhausted(subscription, delivery), "webhook.exhausted_not_reported", delivery);
      await outbox.record(delivery.id, { at, status: "failed", nextAt: null, httpStatus, error });
    }
  };

  const attempt = async (subscription: WebhookSubscription, delivery: Delivery): Promise<void> => {
    const result = await sender.post({
      url: subscription.url,
      headers: {
        "content-type": subscription.format === "fhir" ? "application/fhir+json" : "application/json",
        "user-agent": options.userAgent ?? "Homeward",
        ...signWebhook({ id: delivery.messageId, at: clock.now(), body: delivery.body, secrets: secretsOf(subscription, clock.now()) }),
      },
      body: delivery.body,
      timeoutMs: ATTEMPT_TIMEOUT_MS,
    });
    const status = result.kind === "answered" ? result.status : null;
    await settle(subscription, delivery, result, judgeAttempt(status, delivery.attempts, random()));
  };

  const drop = (delivery: Delivery): Promise<void> =>
    outbox.record(delivery.id, { at: clock.now(), status: "failed", nextAt: null, httpStatus: null, error: "subscription_ended" });

  const start = (delivery: Delivery): void => {
    const subject = subjectKey(delivery);
    const subscription = outbox.subscription(delivery.webhook);
    busySubjects.add(subject);
    perEndpoint.set(delivery.webhook, loadOf(delivery.webhook) + 1);
    const work = subscription === null || subscription.status === "ended" ? drop(delivery) : attempt(subscription, delivery);
    const release = (): void => {
      running.delete(delivery.id);
      busySubjects.delete(subject);
      const load = loadOf(delivery.webhook) - 1;
      if (load > 0) perEndpoint.set(delivery.webhook, load);
      else perEndpoint.delete(delivery.webhook);
      pump();
    };
    running.set(
      delivery.id,
      work.then(release, (cause: unknown) => {
        diagnostics.error("webhook.not_recorded", { delivery: delivery.id, webhook: delivery.webhook }, cause);
        if (closed) release();
        else clock.after(UNRECORDED_REST_MS, release);
      }),
    );
  };

  /** Starts what may start; true when something due had to stay. */
  const startDue = (): boolean => {
    const now = clock.now();
    for (let limit = PAGE; ; limit *= 4) {
      const due = outbox.due(now, limit);
      for (const delivery of due) {
        if (running.size >= total) return true;
        if (canStart(delivery)) start(delivery);
      }
      // A page full of what cannot start must not hide what can: a hanging endpoint's queue is looked through to its end.
      if (due.length < limit) return due.length > 0;
    }
  };

  const arm = (held: boolean): void => {
    timer?.cancel();
    timer = null;
    const now = clock.now();
    const next = outbox.nextDue();
    let at = next === null ? Infinity : next > now ? next : held || next <= now ? now + LOOK_AGAIN_MS : Infinity;
    for (const [id, when] of retryAt) {
      if (when <= now) retryAt.delete(id);
      else at = Math.min(at, when);
    }
    // A timer longer than this overflows; looking in between costs nothing.
    if (at !== Infinity) timer = clock.after(Math.min(at - now, 3_600_000), pump);
  };

  const pump = (): void => {
    if (closed) return;
    try {
      arm(startDue());
    } catch (cause) {
      diagnostics.error("webhook.outbox_unreadable", {}, cause);
      timer?.cancel();
      timer = clock.after(UNRECORDED_REST_MS, pump);
    }
  };

  pump();
  return {
    wake: pump,
    async close() {
      closed = true;
      timer?.cancel();
      await Promise.all(running.values());
    },
    get inFlight() {
      return running.size;
    },
  };
};
