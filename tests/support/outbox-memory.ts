/** Outbox in memory with the port's promises: for tests of whoever empties it. */
import type { InstitutionId } from "#core/ids.ts";
import type { Delivery, Outbox, WebhookSubscription } from "#ports/outbox.ts";

export const createOutboxMemory = (): Outbox & { readonly all: () => Delivery[] } => {
  const subscriptions = new Map<string, WebhookSubscription>();
  const deliveries = new Map<string, Delivery>();
  const change = (id: string, changes: Partial<Delivery>): Delivery | null => {
    const known = deliveries.get(id);
    if (known === undefined) return null;
    const changed = { ...known, ...changes };
    deliveries.set(id, changed);
    return changed;
  };
  const pending = (): Delivery[] => [...deliveries.values()].filter((delivery) => delivery.status === "pending");
  /** The lowest version of each (webhook, subject): the only one that may leave. */
  const heads = (): Delivery[] => {
    const lowest = new Map<string, Delivery>();
    for (const delivery of pending()) {
      const key = `${delivery.webhook}\n${delivery.subject}`;
      const known = lowest.get(key);
      if (known === undefined || delivery.version < known.version) lowest.set(key, delivery);
    }
    return [...lowest.values()].sort((a, b) => (a.nextAt ?? Infinity) - (b.nextAt ?? Infinity));
  };
  return {
    all: () => [...deliveries.values()],
    subscribe: (subscription) => {
      subscriptions.set(subscription.id, subscription);
      return Promise.resolve();
    },
    end: (webhook) => {
      const known = subscriptions.get(webhook);
      if (known !== undefined) subscriptions.set(webhook, { ...known, status: "ended" });
      for (const delivery of pending())
        if (delivery.webhook === webhook) change(delivery.id, { status: "failed", nextAt: null, lastError: "subscription_ended" });
      return Promise.resolve();
    },
    subscriptions: (institution: InstitutionId | null) =>
      [...subscriptions.values()].filter((subscription) => institution === null || subscription.institution === institution),
    subscription: (id) => subscriptions.get(id) ?? null,
    due: (now, limit) =>
      heads()
        .filter((delivery) => delivery.nextAt !== null && delivery.nextAt <= now)
        .slice(0, limit),
    nextDue: () => heads().at(0)?.nextAt ?? null,
    record: (id, attempt) => {
      const known = deliveries.get(id);
      change(id, {
        status: attempt.status,
        nextAt: attempt.nextAt,
        attempts: (known?.attempts ?? 0) + 1,
        lastStatus: attempt.httpStatus,
        lastError: attempt.error,
      });
      return Promise.resolve();
    },
    enqueue: (message) => {
      const id = `delivery-${deliveries.size + 1}`;
      const { at, ...rest } = message;
      deliveries.set(id, {
        ...rest,
        id,
        messageId: `msg_${deliveries.size + 1}`,
        status: "pending",
        attempts: 0,
        nextAt: at,
        createdAt: at,
        lastStatus: null,
        lastError: null,
      });
      return Promise.resolve(id);
    },
    replay: (id, at) => Promise.resolve(change(id, { status: "pending", nextAt: at, attempts: 0 })),
    delivery: (id) => deliveries.get(id) ?? null,
    backlog: () => {
      const settled = (webhook: string) =>
        [...deliveries.values()].findLast((delivery) => delivery.webhook === webhook && delivery.status !== "pending");
      const active = [...subscriptions.values()].filter(({ status }) => status === "active");
      return {
        pending: pending().length,
        oldestAt: pending().reduce<number | null>((oldest, { createdAt }) => Math.min(oldest ?? createdAt, createdAt), null),
        unreachable: active.filter(({ id }) => settled(id)?.status === "failed").length,
      };
    },
    deliveries: ({ webhook, limit }) => ({
      items: [...deliveries.values()].filter((delivery) => delivery.webhook === webhook).slice(0, limit),
      next: null,
    }),
  };
};
