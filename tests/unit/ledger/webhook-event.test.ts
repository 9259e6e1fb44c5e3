/** The body of a webhook says what happened, and no measurement unless it was asked for. */
import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { encodeAlertWebhook, encodeDeviceWebhook, WebhookEvent } from "#contracts/webhook-event.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import { T, alert } from "../../contract/ledger-fixture.ts";

const minimal = encodeAlertWebhook({ type: "alert.raised", at: T, alert: alert("a"), url: "/alerts/a", detail: "minimal" });
const full = encodeAlertWebhook({ type: "alert.raised", at: T, alert: alert("a"), url: "/alerts/a", detail: "full" });
const silent = encodeDeviceWebhook(
  {
    kind: "device-presence",
    key: "k",
    at: T,
    type: "device.silent",
    device: "d1" as DeviceId,
    patient: "p1" as PatientId,
    institution: "t1" as InstitutionId,
  },
  7,
);

test.each([minimal, full, silent])("a body keeps its published schema: %#", (body) => {
  expect(Check(WebhookEvent, JSON.parse(body))).toBe(true);
});

test("a minimal body has exactly the members of the contract, and no measured value", () => {
  const { data } = JSON.parse(minimal) as WebhookEvent;
  expect(Object.keys(data)).toEqual(["alert", "patient", "device", "version", "severity", "tier", "rule", "url"]);
  expect(minimal).not.toContain("89");
  expect(minimal).not.toContain("evidence");
});

test("a device's event has the same members, with what does not apply as null", () => {
  expect(JSON.parse(silent)).toMatchObject({
    type: "device.silent",
    data: { alert: null, patient: "p1", device: "d1", version: 7, severity: null, tier: null, rule: null, url: null },
  });
});
