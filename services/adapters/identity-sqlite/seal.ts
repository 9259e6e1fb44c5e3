/** AES-256-GCM: nonce, tag and ciphertext in one piece, bound to what it belongs to. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { IdentityError } from "#contracts/errors/identity.ts";

const ALGORITHM = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;

export const seal = (key: Uint8Array, plain: Uint8Array, boundTo: string): Uint8Array => {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(boundTo));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
};

/** Throws `identity_unreadable` when it was altered, moved to another record or sealed with another key. */
export const unseal = (key: Uint8Array, sealed: Uint8Array, boundTo: string): Buffer => {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(boundTo))
      .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
  } catch (cause) {
    throw new IdentityError("identity_unreadable", { cause });
  }
};
