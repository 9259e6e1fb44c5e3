/** Writes institutions, users, sessions, settings and the audit trail. */
import type { Session, User } from "#ports/accounts.ts";
import { AUDIT_ROOT, auditHash } from "./audit-chain.ts";
import type { LedgerRequest } from "./ledger-request.ts";
import { WRITES } from "./sql-writes.ts";
import type { Statements } from "./statements.ts";

type Request<Kind extends LedgerRequest["kind"]> = Extract<LedgerRequest, { kind: Kind }>;

export const writeInstitution = (db: Statements, { institution }: Request<"institution">): void => {
  db.run(WRITES.putInstitution, institution.id, institution.alliance, institution.tier, JSON.stringify(institution));
};

/** False, and nothing written, when another user has the name. */
export const writeUser = (db: Statements, user: User): boolean => {
  const owner = db.get(WRITES.userNamed, user.username);
  if (owner !== undefined && owner["id"] !== user.id) return false;
  db.run(WRITES.putUser, user.id, user.username, user.institution, JSON.stringify(user));
  return true;
};

export const writeSession = (db: Statements, session: Session, wallNow: number): void => {
  db.run(WRITES.pruneSessions, wallNow);
  db.run(WRITES.putSession, session.tokenHash, session.user, session.expiresAt, JSON.stringify(session));
};

/** Appends to the chain; the head is kept apart too, so that a trail cut at its end is noticed. */
export const writeAudit = (db: Statements, { record }: Request<"audit">): void => {
  const last = db.get(WRITES.lastAudit);
  const n = Number(last?.["n"] ?? 0) + 1;
  const hash = auditHash(String(last?.["hash"] ?? AUDIT_ROOT), n, record);
  const { at, actor, institution, action, patient, target, ground, detail } = record;
  db.run(WRITES.addAudit, n, at, actor, institution, action, patient, target, ground, detail, hash);
  db.run(WRITES.putMeta, "audit_head", `${n}:${hash}`);
};
