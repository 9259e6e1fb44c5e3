/** The promises of the accounts port, kept by the ledger's file. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { InstitutionId, UserId } from "#core/ids.ts";
import type { AuditRecord, Session, User } from "#ports/accounts.ts";
import { T, WALL, institution, openLedger, tempFolder } from "./ledger-fixture.ts";

const user = (id: string, username = id, more: Partial<User> = {}): User => ({
  id: id as UserId,
  username,
  displayName: id,
  institution: "t1" as InstitutionId,
  roles: ["nurse"],
  passwordHash: "$argon2id$",
  disabled: false,
  version: 1,
  ...more,
});
const session = (tokenHash: string, who: string, more: Partial<Session> = {}): Session => ({
  tokenHash,
  user: who as UserId,
  createdAt: WALL,
  lastSeenAt: WALL,
  expiresAt: WALL + 60_000,
  ...more,
});
const record = (n: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  at: T + n,
  actor: "u1",
  institution: "t1" as InstitutionId,
  action: "patient.read",
  patient: `p${n % 2}`,
  target: null,
  ground: null,
  detail: `n=${n}`,
  ...more,
});

describe("accounts", () => {
  test("keep institutions and users, and one user for each name", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    const { accounts } = first;
    await accounts.putInstitution(institution("t1", "T1"));
    expect(await accounts.putUser(user("u1", "wang"))).toBe(true);
    expect(await accounts.putUser(user("u2", "wang"))).toBe(false);
    expect(await accounts.putUser(user("u2", "li", { institution: "t2" as InstitutionId }))).toBe(true);
    expect(await accounts.putUser(user("u1", "wang", { version: 2, disabled: true }))).toBe(true);
    await first[Symbol.asyncDispose]();
    const again = (await openLedger(folder)).accounts;
    expect(again.institutions()).toEqual([institution("t1", "T1")]);
    expect(again.institution("t9" as InstitutionId)).toBeNull();
    expect(again.userByName("wang")).toMatchObject({ id: "u1", version: 2, disabled: true });
    expect(again.user("u2" as UserId)?.username).toBe("li");
    expect(again.users("t2" as InstitutionId).map(({ id }) => id)).toEqual(["u2"]);
    expect(again.users(null)).toHaveLength(2);
  });

  test("end one session, all of a user, and forget those that ran out", async () => {
    const { accounts } = await openLedger(await tempFolder());
    await accounts.putSession(session("old", "u1", { expiresAt: WALL - 1 }));
    await Promise.all(["a", "b", "c"].map((token) => accounts.putSession(session(token, token === "c" ? "u2" : "u1"))));
    expect(accounts.session("old")).toBeNull();
    await accounts.putSession(session("a", "u1", { lastSeenAt: WALL + 5 }));
    expect(accounts.session("a")?.lastSeenAt).toBe(WALL + 5);
    await accounts.endSession("a");
    expect(accounts.session("a")).toBeNull();
    await accounts.endSessionsOf("u1" as UserId);
    expect(["a", "b", "c"].map((token) => accounts.session(token)?.user ?? null)).toEqual([null, null, "u2"]);
  });

  test("keep settings across a restart", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    await first.accounts.putSetting("clinical_floor", "12");
    await first.accounts.putSetting("clinical_floor", "13");
    expect(first.accounts.setting("nothing")).toBeNull();
    await first[Symbol.asyncDispose]();
    expect((await openLedger(folder)).accounts.setting("clinical_floor")).toBe("13");
  });

  test("list the audit trail newest first, page by page, by institution and patient", async () => {
    const { accounts } = await openLedger(await tempFolder());
    await Promise.all(Array.from({ length: 7 }, (_, n) => accounts.audit(record(n))));
    await accounts.audit(record(7, { institution: null }));
    const details = (trail: ReturnType<typeof accounts.auditTrail>): (string | null)[] => trail.items.map(({ detail }) => detail);
    const t1 = "t1" as InstitutionId;
    const page = accounts.auditTrail({ institution: t1, limit: 3 });
    expect(details(page)).toEqual(["n=6", "n=5", "n=4"]);
    expect(details(accounts.auditTrail({ institution: t1, limit: 10, before: String(page.next) }))).toEqual(["n=3", "n=2", "n=1", "n=0"]);
    expect(details(accounts.auditTrail({ institution: t1, limit: 10, patient: "p1" }))).toEqual(["n=5", "n=3", "n=1"]);
    expect(details(accounts.auditTrail({ institution: null, limit: 2 }))).toEqual(["n=7", "n=6"]);
    expect(accounts.auditTrail({ institution: null, limit: 2, before: "nonsense" })).toEqual({ items: [], next: null });
  });

  test.each([
    ["an altered record", "UPDATE audit SET actor = 'somebody else' WHERE n = 3", 3],
    ["a record taken out", "DELETE FROM audit WHERE n = 2", 2],
    ["an end cut off", "DELETE FROM audit WHERE n > 4", 5],
    ["everything deleted", "DELETE FROM audit", 1],
  ])("show the first broken link of the audit chain: %s", async (_, sql, broken) => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    expect(first.accounts.verifyAudit()).toBeNull();
    await Promise.all(Array.from({ length: 6 }, (_, n) => first.accounts.audit(record(n))));
    expect(first.accounts.verifyAudit()).toBeNull();
    await first[Symbol.asyncDispose]();
    const intruder = new DatabaseSync(join(folder, "ledger.sqlite"));
    intruder.exec(sql);
    intruder.close();
    expect((await openLedger(folder)).accounts.verifyAudit()).toBe(broken);
  });

  test("go on with the chain after a restart", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    await first.accounts.audit(record(1));
    await first[Symbol.asyncDispose]();
    const { accounts } = await openLedger(folder);
    await accounts.audit(record(2));
    expect(accounts.verifyAudit()).toBeNull();
    expect(new Set(accounts.auditTrail({ institution: null, limit: 10 }).items.map(({ hash }) => hash)).size).toBe(2);
  });
});
