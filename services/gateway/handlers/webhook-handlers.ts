/** Webhook subscriptions of an institution: made, listed, ended, tested, and their deliveries sent again. */
import * as calls from "#contracts/http/webhook-calls.ts";
import type { AnswerOf } from "#contracts/http/call.ts";
import type { Viewer } from "#core/access/visibility.ts";
import { seesInstitution } from "#core/access/visibility.ts";
import { DAY } from "#core/time.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { DEFAULT_LIMIT, sortedPageOf } from "#gateway/page.ts";
import { problem } from "#gateway/problem.ts";
import { randomId, randomWebhookSecret } from "#gateway/random-id.ts";
import type { Delivery, WebhookSubscription } from "#ports/outbox.ts";

const view = ({ id, url, types, detail, format, status, createdAt }: WebhookSubscription): AnswerOf<typeof calls.getWebhook> => ({
  id,
  url,
  types,
  detail,
  format,
  status,
  createdAt,
});

const deliveryView = (delivery: Delivery): AnswerOf<typeof calls.replayDelivery> => ({
  id: delivery.id,
  webhook: delivery.webhook,
  type: delivery.type,
  messageId: delivery.messageId,
  subject: delivery.subject,
  version: delivery.version,
  status: delivery.status,
  attempts: delivery.attempts,
  nextAt: delivery.nextAt,
  createdAt: delivery.createdAt,
  lastStatus: delivery.lastStatus,
  lastError: delivery.lastError,
});

const GONE = 410;
const MOST_LOOKS = 50;

export const webhookHandlers = (house: House): Handling[] => {
  const { outbox, sender, auditor, transportClock, clinicalClock, oneAtATime, onDelivery } = house;

  const own = (viewer: Viewer, id: string): WebhookSubscription | null => {
    const subscription = outbox.subscription(id);
    return subscription !== null && seesInstitution(viewer, subscription.institution) ? subscription : null;
  };
  /** Deleted ones are out of sight; one that its receiver ended with 410 stays, so that somebody notices. */
  const isListed = ({ id, status }: WebhookSubscription): boolean =>
    status === "active" || outbox.deliveries({ webhook: id, limit: 10 }).items.some(({ lastStatus }) => lastStatus === GONE);
  const listed = (viewer: Viewer, id: string): WebhookSubscription | null => {
    const subscription = own(viewer, id);
    return subscription !== null && isListed(subscription) ? subscription : null;
  };

  return [
    handle(calls.listWebhooks, ({ query, viewer }) => {
      const page = sortedPageOf(outbox.subscriptions(viewer.institution).filter(isListed), ({ id }) => id, query);
      return { items: page.items.map(view), next: page.next };
    }),

    handle(calls.getWebhook, ({ params, viewer }) => {
      const subscription = listed(viewer, params.id);
      return subscription === null ? problem("not_found") : view(subscription);
    }),

    handle(calls.createWebhook, async ({ body, viewer }) => {
      if (body.format === "fhir") return problem("not_implemented_yet", { detail: "Webhooks in FHIR format." });
      const refused = await sender.refusal(body.url);
      if (refused !== null) {
        await auditor.write(viewer, "webhook.refused", { detail: refused });
        return problem("webhook_address_refused", { detail: refused, errors: [{ in: "body", member: "/url", detail: refused }] });
      }
      const secret = randomWebhookSecret();
      const subscription: WebhookSubscription = {
        id: randomId("w"),
        institution: viewer.institution,
        url: body.url,
        types: body.types ?? [],
        detail: body.detail ?? "minimal",
        format: "plain",
        secrets: [secret],
        status: "active",
        createdAt: transportClock.now(),
      };
      await outbox.subscribe(subscription);
      await auditor.write(viewer, "webhook.create", { target: subscription.id, detail: new URL(body.url).host });
      return { ...view(subscription), secret };
    }),

    handle(calls.rotateWebhookSecret, ({ params, viewer }) =>
      oneAtATime(`webhook ${params.id}`, async () => {
        const subscription = own(viewer, params.id);
        if (subscription?.status !== "active") return problem("not_found");
        const secret = randomWebhookSecret();
        const previousUntil = transportClock.now() + DAY;
        await outbox.subscribe({ ...subscription, secrets: [secret, ...subscription.secrets.slice(0, 1)], previousUntil });
        await auditor.write(viewer, "webhook.secret", { target: subscription.id });
        return { ...view(subscription), secret, previousUntilAt: previousUntil };
      }),
    ),

    handle(calls.deleteWebhook, ({ params, viewer }) =>
      oneAtATime(`webhook ${params.id}`, async () => {
        const subscription = listed(viewer, params.id);
        if (subscription === null) return problem("not_found");
        await outbox.end(subscription.id, "deleted");
        await auditor.write(viewer, "webhook.delete", { target: subscription.id });
        return undefined;
      }),
    ),

    handle(calls.listDeliveries, ({ params, query, viewer }) => {
      const subscription = listed(viewer, params.id);
      if (subscription === null) return problem("not_found");
      const limit = query.limit ?? DEFAULT_LIMIT;
      const items: Delivery[] = [];
      let before = query.cursor;
      // A page is filled from as many as it takes, within reason: failed ones may lie far apart.
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const page = outbox.deliveries({
          webhook: subscription.id,
          limit: limit - items.length,
          ...(before === undefined ? {} : { before }),
        });
        items.push(...page.items.filter(({ status }) => query.status === undefined || query.status.includes(status)));
        before = page.next ?? undefined;
        if (page.next === null || items.length >= limit) break;
      }
      return { items: items.map(deliveryView), next: before ?? null };
    }),

    handle(calls.replayDelivery, async ({ params, viewer }) => {
      const delivery = outbox.delivery(params.id);
      const subscription = delivery === null ? null : own(viewer, delivery.webhook);
      if (delivery === null || subscription?.status !== "active") return problem("not_found");
      const replayed = await outbox.replay(delivery.id, transportClock.now());
      if (replayed === null) return problem("not_found");
      await auditor.write(viewer, "webhook.replay", { target: delivery.id });
      onDelivery();
      return deliveryView(replayed);
    }),

    handle(calls.testWebhook, async ({ params, viewer }) => {
      const subscription = own(viewer, params.id);
      if (subscription?.status !== "active") return problem("not_found");
      const at = transportClock.now();
      const id = await outbox.enqueue({
        webhook: subscription.id,
        type: "webhook.test",
        subject: `test ${randomId("w")}`,
        version: 1,
        body: JSON.stringify({ type: "webhook.test", timestamp: new Date(clinicalClock.now()).toISOString(), data: {} }),
        at,
      });
      await auditor.write(viewer, "webhook.test", { target: subscription.id });
      onDelivery();
      const delivery = outbox.delivery(id);
      if (delivery === null) throw new Error("a delivery just queued cannot be read");
      return deliveryView(delivery);
    }),
  ];
};
