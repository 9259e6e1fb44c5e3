/** Writes down who saw and did what, before it is answered; the same look within a minute is one record. */
import type { Sight } from "#core/access/visibility.ts";
import type { InstitutionId, UserId } from "#core/ids.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import type { Accounts, AuditRecord } from "#ports/accounts.ts";
import type { TransportClock } from "#ports/clock.ts";

type AuditDetail = Partial<Pick<AuditRecord, "patient" | "target" | "ground" | "detail">>;

/** Who did it, and in whose trail it is written. */
interface Asker {
  readonly user: UserId;
  readonly institution: InstitutionId | null;
}

export interface Auditor {
  /** A look at patient data: one record per person, patient and verb within a minute. */
  read(viewer: Asker, action: string, about: AuditDetail): Promise<void>;
  /** An act, a change, an export, a refusal: always. */
  write(viewer: Asker | null, action: string, about?: AuditDetail): Promise<void>;
}

const MOST_REMEMBERED = 50_000;

/** Why the viewer may see a patient, in the words of the trail. */
export const groundOf = (sight: Sight): string => (sight.relation === "own" ? "own_institution" : sight.ground);

export const createAuditor = (accounts: Pick<Accounts, "audit">, clock: Pick<TransportClock, "now">): Auditor => {
  const lately = new Map<string, EpochMs>();
  const record = (viewer: Asker | null, action: string, about: AuditDetail): Promise<void> =>
    accounts.audit({
      at: clock.now(),
      actor: viewer?.user ?? "anonymous",
      institution: viewer?.institution ?? null,
      action,
      patient: about.patient ?? null,
      target: about.target ?? null,
      ground: about.ground ?? null,
      detail: about.detail ?? null,
    });
  return {
    async read(viewer, action, about) {
      const key = [viewer.user, viewer.institution ?? "", action, about.patient ?? "", about.target ?? "", about.ground ?? ""].join("\n");
      const now = clock.now();
      const before = lately.get(key);
      if (before !== undefined && now - before < MINUTE && now >= before) return;
      lately.delete(key);
      lately.set(key, now);
      for (const [old, at] of lately) {
        if (lately.size <= MOST_REMEMBERED && now - at < MINUTE) break;
        lately.delete(old);
      }
      await record(viewer, action, about).catch((failure: unknown) => {
        lately.delete(key);
        throw failure;
      });
    },
    write: (viewer, action, about = {}) => record(viewer, action, about),
  };
};
