/** The body of a webhook (contract section 6): what happened to which alert or device, without a measurement unless asked for. */
import { Nullable } from "#contracts/nullable.ts";
import { Type, type Static } from "typebox";
import type { Alert } from "#core/alerts/alert.ts";
import type { DevicePresence } from "#core/rules/engine-event.ts";
import type { EpochMs } from "#core/time.ts";

const WebhookAlertData = Type.Object({
  alert: Nullable(Type.String({ description: "Id of the alert; null for device events." })),
  patient: Nullable(Type.String({ description: "Pseudonymous id, never a name." })),
  device: Nullable(Type.String()),
  version: Type.Integer({
    description: "Place in the order of this alert's (or device's) events; a receiver may drop what is older than it has.",
  }),
  severity: Nullable(Type.String()),
  tier: Nullable(Type.String()),
  rule: Nullable(Type.Object({ id: Type.String(), version: Type.Integer() })),
  url: Nullable(
    Type.String({
      description: "Where a clinician reads it, relative to the dashboard's address, which the server does not know behind a proxy.",
    }),
  ),
  detail: Type.Optional(Type.Unknown({ description: 'The whole alert, only in subscriptions with `"detail":"full"`.' })),
});

export const WebhookEvent = Type.Object({
  type: Type.String(),
  timestamp: Type.String({ format: "date-time", description: "When it happened, clinical time." }),
  data: WebhookAlertData,
});
export type WebhookEvent = Static<typeof WebhookEvent>;

const encode = (type: string, at: EpochMs, data: WebhookEvent["data"]): string =>
  JSON.stringify({ type, timestamp: new Date(at).toISOString(), data } satisfies WebhookEvent);

/** `full` adds the alert as `GET /alerts` shows it, evidence included, as `data.detail`. */
export const encodeAlertWebhook = (event: {
  readonly type: string;
  readonly at: EpochMs;
  readonly alert: Alert;
  readonly url: string;
  readonly detail: "minimal" | "full";
}): string => {
  const { alert } = event;
  return encode(event.type, event.at, {
    alert: alert.id,
    patient: alert.patient,
    device: alert.device,
    version: alert.version,
    severity: alert.severity,
    tier: alert.tier,
    rule: { id: alert.rule.id, version: alert.rule.version },
    url: event.url,
    ...(event.detail === "full" ? { detail: alert } : {}),
  });
};

export const encodeDeviceWebhook = (event: DevicePresence, version: number): string =>
  encode(event.type, event.at, {
    alert: null,
    patient: event.patient,
    device: event.device,
    version,
    severity: null,
    tier: null,
    rule: null,
    url: null,
  });
