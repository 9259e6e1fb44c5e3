/** Standard Webhooks signatures: HMAC-SHA256 over `id.timestamp.body`, one per secret (contract section 6). */
import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
/** Standard Webhooks asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;

/** A new secret, to be shown once. */
export const createWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

const keyOf = (secret: string): Buffer => Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");

/** The three headers of one attempt. `at` is transport time in ms; the same `id` goes out with every retry. */
export const signWebhook = (message: {
  readonly id: string;
  readonly at: number;
  readonly body: string;
  /** Newest first; two during rotation, then a receiver may verify with either. */
  readonly secrets: readonly string[];
}): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> => {
  const timestamp = String(Math.floor(message.at / 1000));
  const content = `${message.id}.${timestamp}.${message.body}`;
  const signatures = message.secrets.map((secret) => `v1,${createHmac("sha256", keyOf(secret)).update(content).digest("base64")}`);
  return { "webhook-id": message.id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
};
