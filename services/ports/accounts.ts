/** Port: institutions, users, sessions, the audit trail. */
import type { InstitutionId, UserId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";

export interface Institution {
  readonly id: InstitutionId;
  readonly name: { readonly en: string; readonly zh: string };
  readonly tier: Exclude<Tier, "T0" | "E">;
  /** Institutions of one alliance may refer to one another. */
  readonly alliance: string;
  readonly site: string;
  readonly timeZone: string;
  readonly version: number;
}

export interface User {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly institution: InstitutionId;
  readonly roles: readonly string[];
  /** PHC string of argon2id. */
  readonly passwordHash: string;
  readonly disabled: boolean;
  readonly version: number;
}

export interface Session {
  /** SHA-256 of the token, hex; the token itself is never stored. */
  readonly tokenHash: string;
  readonly user: UserId;
  readonly createdAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  readonly expiresAt: EpochMs;
}

export interface AuditRecord {
  readonly at: EpochMs;
  readonly actor: string;
  readonly institution: InstitutionId | null;
  /** Stable verb, e.g. `patient.read`, `alert.acknowledge`, `session.refused`. */
  readonly action: string;
  readonly patient: string | null;
  readonly target: string | null;
  readonly ground: string | null;
  readonly detail: string | null;
}

/** Guarantee: audit records form a hash chain, in order, and are never changed; every write is durable before it resolves. Reads are synchronous and see resolved writes. */
export interface Accounts {
  institutions(): Institution[];
  institution(id: InstitutionId): Institution | null;
  putInstitution(institution: Institution): Promise<void>;
  users(institution: InstitutionId | null): User[];
  user(id: UserId): User | null;
  userByName(username: string): User | null;
  /** False when the username is taken by another user. */
  putUser(user: User): Promise<boolean>;
  putSession(session: Session): Promise<void>;
  session(tokenHash: string): Session | null;
  endSession(tokenHash: string): Promise<void>;
  endSessionsOf(user: UserId): Promise<void>;
  audit(record: AuditRecord): Promise<void>;
  auditTrail(query: {
    readonly institution: InstitutionId | null;
    readonly limit: number;
    readonly before?: string;
    readonly patient?: string;
  }): { readonly items: (AuditRecord & { readonly id: string; readonly hash: string })[]; readonly next: string | null };
  /** Position of the first broken link, or null when the chain holds. */
  verifyAudit(): number | null;
  setting(key: string): string | null;
  putSetting(key: string, value: string): Promise<void>;
}
