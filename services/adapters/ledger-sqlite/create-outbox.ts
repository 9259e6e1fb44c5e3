/** The outbox on the ledger's file: reads at once, writes through the writer thread. */
import type { Outbox, WebhookSubscription } from "#ports/outbox.ts";
import type { Writer } from "./open-writer.ts";
import { readDelivery } from "./read-delivery.ts";
import { READS } from "./sql-reads.ts";
import { numberOrNull, readJson, type Statements } from "./statements.ts";

export const createOutbox = (db: Statements, writer: Writer, randomId: () => string): Outbox => ({
  subscribe: (subscription) => writer.send({ kind: "subscribe", subscription }),
  end: (webhook, reason) => writer.send({ kind: "end-webhook", webhook, reason }),
  subscriptions: (institution) =>
    (institution === null ? db.all(READS.webhooks) : db.all(READS.webhooksOf, institution)).map(
      (row) => readJson(row) as WebhookSubscription,
    ),
  subscription: (id) => {
    const row = db.get(READS.webhook, id);
    return row === undefined ? null : (readJson(row) as WebhookSubscription);
  },
  due: (now, limit) => db.all(READS.due, now, limit).map(readDelivery),
  nextDue: () => numberOrNull(db.get(READS.nextDue)?.["next_at"]),
  record: (delivery, attempt) => writer.send({ kind: "attempt", delivery, ...attempt }),
  enqueue: async (message) => {
    const id = `dlv_${randomId()}`;
    await writer.send({ kind: "enqueue", ...message, id, messageId: `msg_${randomId()}` });
    return id;
  },
  replay: (delivery, at) => writer.send({ kind: "replay", delivery, at }),
  delivery: (id) => {
    const row = db.get(READS.delivery, id);
    return row === undefined ? null : readDelivery(row);
  },
  backlog: () => {
    const waiting = db.get(READS.backlog);
    return {
      pending: Number(waiting?.["pending"]),
      oldestAt: numberOrNull(waiting?.["oldest"]),
      unreachable: Number(db.get(READS.unreachable)?.["n"]),
    };
  },
  deliveries: ({ webhook, limit, before }) => {
    const end = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
    if (!Number.isSafeInteger(end)) return { items: [], next: null };
    const rows = db.all(READS.deliveries, webhook, end, limit + 1);
    const shown = rows.slice(0, limit);
    return { items: shown.map(readDelivery), next: rows.length > shown.length ? String(shown.at(-1)?.["n"]) : null };
  },
});
