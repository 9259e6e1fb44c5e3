/** Links of the audit trail: each record's hash covers the one before, so that nothing can be changed or taken out unseen. */
import { createHash } from "node:crypto";
import type { AuditRecord } from "#ports/accounts.ts";

/** Hash "before the first". */
export const AUDIT_ROOT = "0".repeat(64);

/** SHA-256 of the previous hash and the record as a list in fixed order, hex. */
export const auditHash = (previous: string, n: number, record: AuditRecord): string => {
  const { at, actor, institution, action, patient, target, ground, detail } = record;
  const text = JSON.stringify([n, at, actor, institution, action, patient, target, ground, detail]);
  return createHash("sha256").update(previous).update("\n").update(text).digest("hex");
};
