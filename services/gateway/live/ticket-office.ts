/** One-time tickets for clients that cannot send an Authorization header: at most 30 s old, used once (contract section 4). */
import { createHash, randomBytes } from "node:crypto";
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";

const LIFETIME: DurationMs = 30_000;
const MAX_OUTSTANDING = 10_000;

export interface TicketOffice<Viewer> {
  /** Null when too many tickets are outstanding (503). `expiresAt` is transport time. */
  issue(viewer: Viewer): { readonly ticket: string; readonly expiresAt: EpochMs } | null;
  /** The viewer, the first time and in time; null ever after. */
  redeem(ticket: string): Viewer | null;
}

/** Looked up by digest, so that the time a look-up takes tells nothing about a ticket. */
const digest = (ticket: string): string => createHash("sha256").update(ticket).digest("base64");

export const createTicketOffice = <Viewer>(clock: TransportClock): TicketOffice<Viewer> => {
  // In order of issue, so the expired ones are always at the front.
  const outstanding = new Map<string, { readonly viewer: Viewer; readonly issuedAt: DurationMs }>();
  const sweep = (now: DurationMs): void => {
    for (const [key, { issuedAt }] of outstanding) {
      if (now - issuedAt < LIFETIME) return;
      outstanding.delete(key);
    }
  };
  return {
    issue(viewer) {
      const now = clock.monotonic();
      sweep(now);
      if (outstanding.size >= MAX_OUTSTANDING) return null;
      const ticket = randomBytes(32).toString("base64url");
      outstanding.set(digest(ticket), { viewer, issuedAt: now });
      return { ticket, expiresAt: clock.now() + LIFETIME };
    },
    redeem(ticket) {
      sweep(clock.monotonic());
      const key = digest(ticket);
      const entry = outstanding.get(key);
      outstanding.delete(key);
      return entry?.viewer ?? null;
    },
  };
};
