/** Port: webhook subscriptions and their deliveries, written by the ledger's transaction, emptied by the dispatcher. */
import type { InstitutionId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";

export interface WebhookSubscription {
  readonly id: string;
  readonly institution: InstitutionId;
  readonly url: string;
  /** Empty: every type. */
  readonly types: readonly string[];
  readonly detail: "minimal" | "full";
  readonly format: "plain" | "fhir";
  /** `whsec_…`; two during rotation, newest first. */
  readonly secrets: readonly string[];
  /** Until when the older secret signs too; absent: there is one. */
  readonly previousUntil?: EpochMs;
  readonly status: "active" | "ended";
  readonly createdAt: EpochMs;
}

export type DeliveryStatus = "pending" | "confirmed" | "failed";

export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  readonly type: string;
  /** `webhook-id`, the same on every retry. */
  readonly messageId: string;
  /** Deliveries of one subject leave in order of `version`. */
  readonly subject: string;
  readonly version: number;
  readonly body: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** Wall time of the next attempt; null when none is due. */
  readonly nextAt: EpochMs | null;
  readonly createdAt: EpochMs;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

export interface OutboxBacklog {
  readonly pending: number;
  /** When the oldest pending delivery was queued; null when there is none. */
  readonly oldestAt: EpochMs | null;
  /** Active webhooks whose newest settled delivery failed for good: what is sent there may not arrive. */
  readonly unreachable: number;
}

/** Guarantee: a delivery is in exactly one of pending, confirmed, failed (I4); each change is durable before it resolves. */
export interface Outbox {
  subscribe(subscription: WebhookSubscription): Promise<void>;
  end(webhook: string, reason: "deleted" | "gone"): Promise<void>;
  subscriptions(institution: InstitutionId | null): WebhookSubscription[];
  subscription(id: string): WebhookSubscription | null;
  /** Due now, oldest first, at most one per (webhook, subject): the lowest version still pending. */
  due(now: EpochMs, limit: number): Delivery[];
  /** Earliest `nextAt` of anything pending; null when nothing is. */
  nextDue(): EpochMs | null;
  record(
    delivery: string,
    attempt: {
      readonly at: EpochMs;
      readonly status: DeliveryStatus;
      readonly nextAt: EpochMs | null;
      readonly httpStatus: number | null;
      readonly error: string | null;
    },
  ): Promise<void>;
  /** Queues one more message outside an alert (test, system.degraded); returns its delivery id. */
  enqueue(message: {
    readonly webhook: string;
    readonly type: string;
    readonly subject: string;
    readonly version: number;
    readonly body: string;
    readonly at: EpochMs;
  }): Promise<string>;
  replay(delivery: string, at: EpochMs): Promise<Delivery | null>;
  delivery(id: string): Delivery | null;
  /** What waits and what is stuck, for operators. */
  backlog(): OutboxBacklog;
  deliveries(query: { readonly webhook: string; readonly limit: number; readonly before?: string }): {
    readonly items: Delivery[];
    readonly next: string | null;
  };
}
