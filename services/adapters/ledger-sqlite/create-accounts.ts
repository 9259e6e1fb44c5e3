/** Accounts on the ledger's file: reads at once, writes through the writer thread. */
import type { Accounts, AuditRecord, Institution, Session, User } from "#ports/accounts.ts";
import type { InstitutionId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import { AUDIT_ROOT, auditHash } from "./audit-chain.ts";
import type { Writer } from "./open-writer.ts";
import { READS } from "./sql-reads.ts";
import { orNull, readJson, textOrNull, type Row, type Statements } from "./statements.ts";

const readAudit = (row: Row): AuditRecord & { readonly id: string; readonly hash: string } => ({
  id: String(row["n"]),
  at: Number(row["at"]),
  actor: String(row["actor"]),
  institution: textOrNull(row["institution"]) as InstitutionId | null,
  action: String(row["action"]),
  patient: textOrNull(row["patient"]),
  target: textOrNull(row["target"]),
  ground: textOrNull(row["ground"]),
  detail: textOrNull(row["detail"]),
  hash: String(row["hash"]),
});

export const createAccounts = (db: Statements, writer: Writer, wallNow: () => EpochMs): Accounts => {
  const readUser = (row: Row): User => readJson(row) as User;
  const readInstitution = (row: Row): Institution => readJson(row) as Institution;
  const readSession = (row: Row): Session => readJson(row) as Session;

  const verifyAudit = (): number | null => {
    let hash = AUDIT_ROOT;
    let n = 0;
    for (const row of db.iterate(READS.auditForwards, 0)) {
      n += 1;
      const record = readAudit(row);
      if (Number(record.id) !== n || record.hash !== auditHash(hash, n, record)) return n;
      hash = record.hash;
    }
    const head = db.get(READS.meta, "audit_head");
    if (head === undefined) return n === 0 ? null : 1;
    // The head was written with the newest record: another one means that the end was cut off.
    return String(head["value"]) === `${n}:${hash}` ? null : n + 1;
  };

  return {
    institutions: () => db.all(READS.institutions).map(readInstitution),
    institution: (id) => orNull(db.get(READS.institution, id), readInstitution),
    putInstitution: (institution) => writer.send({ kind: "institution", institution }),
    users: (institution) => (institution === null ? db.all(READS.users) : db.all(READS.usersOf, institution)).map(readUser),
    user: (id) => orNull(db.get(READS.user, id), readUser),
    userByName: (username) => orNull(db.get(READS.userNamed, username), readUser),
    putUser: (user) => writer.send({ kind: "user", user }),
    putSession: (session) => writer.send({ kind: "session", session, wallNow: wallNow() }),
    session: (tokenHash) => orNull(db.get(READS.session, tokenHash), readSession),
    endSession: (tokenHash) => writer.send({ kind: "end-session", tokenHash }),
    endSessionsOf: (user) => writer.send({ kind: "end-sessions", user }),
    audit: (record) => writer.send({ kind: "audit", record }),
    auditTrail: ({ institution, limit, before, patient }) => {
      const end = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
      if (!Number.isSafeInteger(end)) return { items: [], next: null };
      const rows =
        patient === undefined
          ? institution === null
            ? db.all(READS.auditAll, end, limit + 1)
            : db.all(READS.auditOfInstitution, end, limit + 1, institution)
          : db.all(READS.auditOfPatient, end, limit + 1, institution, patient);
      const items = rows.slice(0, limit).map(readAudit);
      return { items, next: rows.length > items.length ? (items.at(-1)?.id ?? null) : null };
    },
    verifyAudit,
    setting: (key) => textOrNull(db.get(READS.setting, key)?.["value"]),
    putSetting: (key, value) => writer.send({ kind: "setting", key, value }),
  };
};
