/** Writes deliveries. Of one (webhook, subject) only the lowest pending version has a `next_at`: so what is due is one index range. */
import { createHash } from "node:crypto";
import { encodeAlertWebhook, encodeDeviceWebhook } from "#contracts/webhook-event.ts";
import type { AlertTransition, DevicePresence } from "#core/rules/engine-event.ts";
import type { InstitutionId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import type { Delivery, WebhookSubscription } from "#ports/outbox.ts";
import type { LedgerRequest } from "./ledger-request.ts";
import { readDelivery } from "./read-delivery.ts";
import { WRITES } from "./sql-writes.ts";
import { readJson, type Statements } from "./statements.ts";

type Request<Kind extends LedgerRequest["kind"]> = Extract<LedgerRequest, { kind: Kind }>;

/** Derived from what is delivered, so that a replayed journal never sends under a second id. */
const derivedId = (prefix: string, webhook: string, key: string): string =>
  `${prefix}_${createHash("sha256").update(`${prefix}\0${webhook}\0${key}`).digest("base64url").slice(0, 24)}`;

/** Lets the lowest pending version of a subject leave at `at` (or when it was already to leave), and holds the others back. */
const releaseHead = (db: Statements, webhook: string, subject: string, at: EpochMs): void => {
  const head = db.get(WRITES.head, webhook, subject);
  if (head === undefined) return;
  db.run(WRITES.holdOthers, webhook, subject, Number(head["n"]));
  if (head["next_at"] === null) db.run(WRITES.release, at, Number(head["n"]));
};

const add = (db: Statements, delivery: Omit<Request<"enqueue">, "kind">): boolean => {
  const { id, webhook, type, messageId, subject, version, body, at } = delivery;
  if (db.run(WRITES.addDelivery, id, webhook, type, messageId, subject, version, body, at).changes === 0) return false;
  releaseHead(db, webhook, subject, at);
  return true;
};

const wants = (subscription: WebhookSubscription, type: string): boolean =>
  subscription.types.length === 0 || subscription.types.includes(type);

const subscribersOf = (db: Statements, institution: InstitutionId | string, type: string): WebhookSubscription[] =>
  db
    .all(WRITES.subscribersOf, institution)
    .map((row) => readJson(row) as WebhookSubscription)
    .filter((subscription) => wants(subscription, type));

/** Queues a transition for its own institution and for those of the alliance whose tier it reached. */
export const queueAlert = (db: Statements, event: AlertTransition, url: string, wallNow: EpochMs): boolean => {
  const { alert, type } = event;
  if (type === null || alert.institution === null) return false;
  const reached =
    alert.patient === null
      ? []
      : db.all(WRITES.reachedInstitutions, alert.institution, alert.patient, alert.id, event.at).map((row) => String(row["id"]));
  let queued = false;
  for (const institution of [alert.institution, ...reached]) {
    for (const { id: webhook, detail } of subscribersOf(db, institution, type)) {
      queued =
        add(db, {
          id: derivedId("dlv", webhook, event.key),
          messageId: derivedId("msg", webhook, event.key),
          webhook,
          type,
          subject: alert.id,
          version: alert.version,
          body: encodeAlertWebhook({ type, at: event.at, alert, url, detail }),
          at: wallNow,
        }) || queued;
    }
  }
  return queued;
};

/** Queues `device.silent` and `device.returned`; their order is that of the feed. */
export const queueDevice = (db: Statements, event: DevicePresence, cursor: number, wallNow: EpochMs): boolean => {
  let queued = false;
  for (const { id: webhook } of subscribersOf(db, event.institution, event.type)) {
    queued =
      add(db, {
        id: derivedId("dlv", webhook, event.key),
        messageId: derivedId("msg", webhook, event.key),
        webhook,
        type: event.type,
        subject: `device:${event.device}`,
        version: cursor,
        body: encodeDeviceWebhook(event, cursor),
        at: wallNow,
      }) || queued;
  }
  return queued;
};

export const subscribe = (db: Statements, { subscription }: Request<"subscribe">): void => {
  const { id, institution, status, createdAt } = subscription;
  db.run(WRITES.putWebhook, id, institution, status, createdAt, JSON.stringify(subscription));
};

/** Ends a subscription; what still waited is failed, not forgotten. */
export const endWebhook = (db: Statements, { webhook, reason }: Request<"end-webhook">): void => {
  const row = db.get(WRITES.webhook, webhook);
  if (row === undefined) return;
  const ended: WebhookSubscription = { ...(readJson(row) as WebhookSubscription), status: "ended" };
  subscribe(db, { kind: "subscribe", subscription: ended });
  db.run(WRITES.endDeliveries, `subscription ended: ${reason}`, webhook);
};

export const enqueue = (db: Statements, request: Request<"enqueue">): void => void add(db, request);

export const recordAttempt = (db: Statements, attempt: Request<"attempt">): void => {
  const { delivery, at, status, nextAt, httpStatus, error } = attempt;
  const before = db.get(WRITES.delivery, delivery);
  if (before === undefined) return;
  // An attempt that was under way while its subscription ended may still succeed, but is not tried again.
  const wanted = before["status"] === "pending" || status === "confirmed" ? status : "failed";
  db.run(WRITES.recordAttempt, wanted, wanted === "pending" ? (nextAt ?? at) : null, httpStatus, error, delivery);
  releaseHead(db, String(before["webhook"]), String(before["subject"]), at);
};

export const replayDelivery = (db: Statements, { delivery, at }: Request<"replay">): Delivery | null => {
  const row = db.get(WRITES.delivery, delivery);
  if (row === undefined) return null;
  db.run(WRITES.replayDelivery, at, delivery);
  releaseHead(db, String(row["webhook"]), String(row["subject"]), at);
  const after = db.get(WRITES.delivery, delivery);
  return after === undefined ? null : readDelivery(after);
};
