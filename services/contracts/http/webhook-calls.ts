/** Calls about webhook subscriptions and their deliveries (contract section 6). */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { ById, Exact, Id, OneOf, Page, Several, Time, paging } from "./common-schema.ts";

const REFERRAL_STATES = [
  "draft",
  "proposed",
  "awaiting_consent",
  "submitted",
  "received",
  "more_info",
  "accepted",
  "rejected",
  "redirected",
  "scheduled",
  "arrived",
  "in_care",
  "result_returned",
  "down_proposed",
  "down_accepted",
  "closed",
  "no_show",
  "expired",
  "cancelled",
  "declined_by_patient",
] as const;

/** Every type a subscription may name. */
export const WEBHOOK_TYPES = [
  "alert.raised",
  "alert.late",
  "alert.escalated",
  "alert.acknowledged",
  "alert.cleared",
  "alert.closed",
  ...REFERRAL_STATES.map((state) => `referral.${state}` as const),
  "device.silent",
  "device.returned",
  "system.degraded",
  "system.recovered",
] as const;

const members = {
  id: Id,
  url: Type.String(),
  types: Type.Array(Type.String(), { description: "Empty: every type." }),
  detail: OneOf(["minimal", "full"]),
  format: OneOf(["plain", "fhir"]),
  status: OneOf(["active", "ended"]),
  createdAt: Time,
};
export const WebhookSchema = Exact(members);

export const DeliverySchema = Exact({
  id: Id,
  webhook: Id,
  type: Type.String(),
  messageId: Type.String({ description: "webhook-id, the same on every retry." }),
  subject: Type.String(),
  version: Type.Integer(),
  status: OneOf(["pending", "confirmed", "failed"]),
  attempts: Type.Integer(),
  nextAt: Nullable(Time),
  createdAt: Time,
  lastStatus: Nullable(Type.Integer()),
  lastError: Nullable(Type.String()),
});

export const listWebhooks = defineCall({
  id: "listWebhooks",
  method: "GET",
  path: "/api/v1/webhooks",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "The subscriptions of my institution",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(WebhookSchema),
});

export const getWebhook = defineCall({
  id: "getWebhook",
  method: "GET",
  path: "/api/v1/webhooks/{id}",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "One subscription",
  params: ById,
  status: 200,
  answer: WebhookSchema,
});

export const createWebhook = defineCall({
  id: "createWebhook",
  method: "POST",
  path: "/api/v1/webhooks",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "Subscribe; the signing secret is shown once",
  body: Exact({
    url: Type.String({ minLength: 1, maxLength: 2_048 }),
    types: Type.Optional(Type.Array(OneOf(WEBHOOK_TYPES), { uniqueItems: true, maxItems: WEBHOOK_TYPES.length })),
    detail: Type.Optional(OneOf(["minimal", "full"])),
    format: Type.Optional(OneOf(["plain", "fhir"], "fhir is not built yet: 501.")),
  }),
  status: 201,
  answer: Exact({ ...members, secret: Type.String({ description: "whsec_…" }) }),
  problems: ["webhook_address_refused", "not_implemented_yet"],
});

export const rotateWebhookSecret = defineCall({
  id: "rotateWebhookSecret",
  method: "POST",
  path: "/api/v1/webhooks/{id}/secret",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "A new signing secret; for a day messages are signed with the old one too",
  params: ById,
  body: Exact({}),
  bodyOptional: true,
  status: 201,
  answer: Exact({ ...members, secret: Type.String({ description: "whsec_…" }), previousUntilAt: Time }),
});

export const deleteWebhook = defineCall({
  id: "deleteWebhook",
  method: "DELETE",
  path: "/api/v1/webhooks/{id}",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "End a subscription",
  params: ById,
  status: 204,
});

export const listDeliveries = defineCall({
  id: "listDeliveries",
  method: "GET",
  path: "/api/v1/webhooks/{id}/deliveries",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "What was sent, or waits, or failed; newest first",
  params: ById,
  query: Exact({ status: Several(OneOf(["pending", "confirmed", "failed"])), ...paging }),
  status: 200,
  answer: Page(DeliverySchema),
});

export const replayDelivery = defineCall({
  id: "replayDelivery",
  method: "POST",
  path: "/api/v1/deliveries/{id}/replay",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "Send it again, with the same webhook-id",
  params: ById,
  body: Exact({}),
  bodyOptional: true,
  status: 202,
  answer: DeliverySchema,
});

export const testWebhook = defineCall({
  id: "testWebhook",
  method: "POST",
  path: "/api/v1/webhooks/{id}/test",
  access: "webhooks.manage",
  tag: "webhooks",
  summary: "Send a message of type webhook.test",
  params: ById,
  body: Exact({}),
  bodyOptional: true,
  status: 202,
  answer: DeliverySchema,
});
