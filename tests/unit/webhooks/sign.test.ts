import { expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { createWebhookSecret, signWebhook } from "#webhooks/sign.ts";

const body = JSON.stringify({ type: "alert.raised", data: { alert: "alt_1", text: "低氧" } });
const fresh = { id: "msg_1", at: Date.now(), body };

test("a signature is accepted by an independent Standard Webhooks verifier", () => {
  const secret = createWebhookSecret();
  const headers = signWebhook({ ...fresh, secrets: [secret] });
  expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
});

test("during rotation receivers with the old and with the new secret both accept, others refuse", () => {
  const [newer, older] = [createWebhookSecret(), createWebhookSecret()];
  const headers = signWebhook({ ...fresh, secrets: [newer, older] });
  expect(headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
  expect(() => new Webhook(newer).verify(body, { ...headers })).not.toThrow();
  expect(() => new Webhook(older).verify(body, { ...headers })).not.toThrow();
  expect(() => new Webhook(createWebhookSecret()).verify(body, { ...headers })).toThrow();
});

test("a changed byte, another id or an old timestamp is refused by the verifier", () => {
  const secret = createWebhookSecret();
  const headers = { ...signWebhook({ ...fresh, secrets: [secret] }) };
  const verifier = new Webhook(secret);
  expect(() => verifier.verify(`${body} `, headers)).toThrow();
  expect(() => verifier.verify(body, { ...headers, "webhook-id": "msg_2" })).toThrow();
  expect(() => verifier.verify(body, { ...signWebhook({ ...fresh, at: fresh.at - 600_000, secrets: [secret] }) })).toThrow();
});

test("secrets are new each time, prefixed, and carry at least 24 random bytes", () => {
  const secrets = Array.from({ length: 20 }, createWebhookSecret);
  expect(new Set(secrets).size).toBe(20);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_/);
    expect(Buffer.from(secret.slice(6), "base64").length).toBeGreaterThanOrEqual(24);
  }
});

test("the timestamp is in whole seconds", () => {
  expect(signWebhook({ id: "m", at: 1_795_255_200_999, body: "", secrets: [createWebhookSecret()] })["webhook-timestamp"]).toBe(
    "1795255200",
  );
});
