/** What can go wrong with the identity vault, for operators, and the error that carries the code. */
import { defineErrors } from "./error-definition.ts";

export const IDENTITY_ERRORS = defineErrors({
  identity_key_missing: {
    title: "The identity vault has records, but its key file is gone.",
    next: "Put the key file back from its backup; without it no identity can be read.",
  },
  identity_key_wrong: {
    title: "The key file does not open the identity vault.",
    next: "Put back the key file that belongs to this vault.",
  },
  identity_unreadable: {
    title: "A record of the identity vault was altered or damaged.",
    next: "Restore the vault from a backup and look into who could write to it.",
  },
  identity_too_new: {
    title: "The identity vault was written by a newer version of Homeward.",
    next: "Start the version that wrote it, or restore a backup made before the upgrade.",
  },
});
export type IdentityErrorCode = keyof typeof IDENTITY_ERRORS;

/** The vault refuses; the message never holds anything of a person. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly code: IdentityErrorCode;

  constructor(code: IdentityErrorCode, options?: ErrorOptions) {
    const { title, next } = IDENTITY_ERRORS[code];
    super(`${title} ${next}`, options);
    this.code = code;
  }
}
