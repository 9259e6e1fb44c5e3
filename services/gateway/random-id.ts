/** Random names and secrets: nothing of them can be derived from a person (domain 7.2, rows 1 and 2). */
import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

const base32 = (length: number): string => Array.from(randomBytes(length), (byte) => ALPHABET[byte & 31]).join("");

/** 130 random bits behind a prefix that says what it is. */
export const randomId = (prefix: "p" | "d" | "u" | "i" | "w" | "as"): string => `${prefix}_${base32(26)}`;

/** Short and readable aloud, e.g. `P-7K3QMZ`; unique enough for one ward, never the key of anything. */
export const randomPseudonym = (): string => `P-${base32(6).toUpperCase()}`;

/** 256 random bits. */
export const randomSecret = (): string => randomBytes(32).toString("base64url");

/** `whsec_` and 256 random bits in base64, as Standard Webhooks wants it. */
export const randomWebhookSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** How a secret of 256 random bits is kept. */
export const sha256Hex = (secret: string): string => createHash("sha256").update(secret).digest("hex");
