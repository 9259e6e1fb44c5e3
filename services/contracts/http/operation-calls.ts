/** Calls for those who run the place: audit trail, quarantine, health, metrics, and referrals until they are built. */
import { Nullable } from "#contracts/nullable.ts";
import { QUARANTINE_REASONS } from "#core/samples/quarantine-reason.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { ById, Exact, Id, Page, Time, paging } from "./common-schema.ts";

export const listAudit = defineCall({
  id: "listAudit",
  method: "GET",
  path: "/api/v1/audit",
  access: "audit.read",
  tag: "operations",
  summary: "Who saw and did what in my institution, newest first",
  query: Exact({ patient: Type.Optional(Id), ...paging }),
  status: 200,
  answer: Page(
    Exact({
      id: Type.String(),
      at: Time,
      actor: Type.String(),
      institution: Nullable(Id),
      action: Type.String(),
      patient: Nullable(Type.String()),
      target: Nullable(Type.String()),
      ground: Nullable(Type.String()),
      detail: Nullable(Type.String()),
      hash: Type.String({ description: "Link of the chain: each record's hash covers the one before." }),
    }),
  ),
});

export const listQuarantine = defineCall({
  id: "listQuarantine",
  method: "GET",
  path: "/api/v1/quarantine",
  access: "quarantine.read",
  tag: "operations",
  summary: "What devices of my institution sent and was set aside, newest first",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(
    Exact({
      id: Type.String(),
      reason: Type.String({ description: `One of ${Object.keys(QUARANTINE_REASONS).join(", ")}.` }),
      detail: Type.String({ description: "The reason in words." }),
      topic: Type.String(),
      device: Nullable(Type.String()),
      at: Time,
      raw: Type.String({ description: "Base64 of the payload, at most 64 KiB of it." }),
      sample: Type.Optional(Type.Unsafe<unknown>({ description: "The sample as the device wrote it, when one was set aside." })),
    }),
  ),
  problems: ["store_unavailable"],
});

export const getLiveness = defineCall({
  id: "getLiveness",
  method: "GET",
  path: "/health/live",
  access: "public",
  tag: "server",
  summary: "The process answers",
  status: 200,
  answer: Exact({ status: Type.String() }),
});

export const getReadiness = defineCall({
  id: "getReadiness",
  method: "GET",
  path: "/health/ready",
  access: "health.read",
  tag: "server",
  summary: "Whether every part works; 503 with the same body when one does not",
  description: "A session, or the operator's token as bearer.",
  status: 200,
  answer: Exact({
    ready: Type.Boolean(),
    version: Type.String(),
    checks: Type.Record(Type.String(), Exact({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) })),
  }),
});

export const getMetrics = defineCall({
  id: "getMetrics",
  method: "GET",
  path: "/metrics",
  access: "metrics.read",
  tag: "server",
  summary: "Prometheus text",
  description: "A session, or the operator's token as bearer.",
  status: 200,
  produces: "text/plain; version=0.0.4; charset=utf-8",
});

const Referral = Type.Unsafe<unknown>({ type: "object", description: "Comes with the referral release." });
const NotRead = Type.Unsafe<unknown>({ description: "Not read yet." });

export const listReferrals = defineCall({
  id: "listReferrals",
  method: "GET",
  path: "/api/v1/referrals",
  access: "referrals.read",
  tag: "referrals",
  summary: "Referrals (not built yet: 501)",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(Referral),
  problems: ["not_implemented_yet"],
});

export const createReferral = defineCall({
  id: "createReferral",
  method: "POST",
  path: "/api/v1/referrals",
  access: "referrals.change",
  tag: "referrals",
  summary: "Refer a patient (not built yet: 501)",
  body: NotRead,
  bodyOptional: true,
  status: 201,
  answer: Referral,
  problems: ["not_implemented_yet"],
});

export const getReferral = defineCall({
  id: "getReferral",
  method: "GET",
  path: "/api/v1/referrals/{id}",
  access: "referrals.read",
  tag: "referrals",
  summary: "One referral (not built yet: 501)",
  params: ById,
  status: 200,
  answer: Referral,
  problems: ["not_implemented_yet"],
});

export const moveReferral = defineCall({
  id: "moveReferral",
  method: "POST",
  path: "/api/v1/referrals/{id}/transitions",
  access: "referrals.change",
  tag: "referrals",
  summary: "Move a referral on (not built yet: 501)",
  params: ById,
  body: NotRead,
  bodyOptional: true,
  status: 200,
  answer: Referral,
  problems: ["not_implemented_yet"],
});
