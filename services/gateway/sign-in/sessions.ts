/** Sessions: who holds a token, and for how long (reliability S23, S38, S39). */
import type { Viewer } from "#core/access/visibility.ts";
import { HOUR, MINUTE, type EpochMs } from "#core/time.ts";
import { randomSecret, sha256Hex } from "#gateway/random-id.ts";
import type { Accounts, Session, User } from "#ports/accounts.ts";
import type { TransportClock } from "#ports/clock.ts";

const IDLE_LIMIT = 30 * MINUTE;
export const ABSOLUTE_LIMIT = 12 * HOUR;
/** Use is written down at most this often: a session may end this much early, never late. */
const WRITE_USE_EVERY = MINUTE;

export interface SignedIn {
  readonly viewer: Viewer;
  readonly user: User;
  /** Names the session without giving it away. */
  readonly tokenHash: string;
}

export interface Sessions {
  start(user: User): Promise<{ readonly token: string; readonly tokenHash: string; readonly expiresAt: EpochMs }>;
  /** Null: unknown, ended, expired, or the user is disabled. Counts as use. */
  signedIn(token: string): SignedIn | null;
  /** Whether the session still stands, without counting as use: for open sockets. */
  stillSignedIn(tokenHash: string): SignedIn | null;
  end(tokenHash: string): Promise<void>;
  /** Ends every session of a user but one. */
  endOthers(user: User, keep: Session["tokenHash"]): Promise<void>;
}

export const createSessions = (accounts: Accounts, clock: Pick<TransportClock, "now">): Sessions => {
  const lastWritten = new Map<string, EpochMs>();

  const look = (tokenHash: string): { readonly session: Session; readonly signedIn: SignedIn } | null => {
    const session = accounts.session(tokenHash);
    if (session === null) return null;
    const now = clock.now();
    const lastUse = Math.max(session.lastSeenAt, lastWritten.get(tokenHash) ?? 0);
    if (now >= session.expiresAt || now - lastUse >= IDLE_LIMIT) {
      lastWritten.delete(tokenHash);
      accounts.endSession(tokenHash).catch(() => undefined);
      return null;
    }
    const user = accounts.user(session.user);
    if (user === null || user.disabled) return null;
    return { session, signedIn: { user, tokenHash, viewer: { user: user.id, institution: user.institution, roles: user.roles } } };
  };

  return {
    async start(user) {
      const token = randomSecret();
      const tokenHash = sha256Hex(token);
      const now = clock.now();
      const expiresAt = now + ABSOLUTE_LIMIT;
      await accounts.putSession({ tokenHash, user: user.id, createdAt: now, lastSeenAt: now, expiresAt });
      return { token, tokenHash, expiresAt };
    },
    signedIn(token) {
      const tokenHash = sha256Hex(token);
      const found = look(tokenHash);
      if (found === null) return null;
      const now = clock.now();
      if (now - Math.max(found.session.lastSeenAt, lastWritten.get(tokenHash) ?? 0) >= WRITE_USE_EVERY) {
        lastWritten.set(tokenHash, now);
        accounts.putSession({ ...found.session, lastSeenAt: now }).catch(() => undefined);
      }
      return found.signedIn;
    },
    stillSignedIn: (tokenHash) => look(tokenHash)?.signedIn ?? null,
    async end(tokenHash) {
      lastWritten.delete(tokenHash);
      await accounts.endSession(tokenHash);
    },
    async endOthers(user, keep) {
      const kept = accounts.session(keep);
      await accounts.endSessionsOf(user.id);
      if (kept !== null) await accounts.putSession(kept);
    },
  };
};
