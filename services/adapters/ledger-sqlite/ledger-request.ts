/** What the main thread asks of the writer thread, and what it answers. Everything here survives a structured clone. */
import type { AuditRecord, Institution, Session, User } from "#ports/accounts.ts";
import type { LedgerCommit } from "#ports/ledger.ts";
import type { Delivery, DeliveryStatus, WebhookSubscription } from "#ports/outbox.ts";
import type { LedgerErrorCode } from "#contracts/errors/ledger.ts";
import type { UserId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import type { PackedCheckpoints } from "./packed-checkpoints.ts";

export type LedgerRequest =
  | {
      readonly kind: "commit";
      readonly work: LedgerCommit;
      /** Dashboard address of each event's alert, by index; empty where none is needed. */
      readonly urls: readonly string[];
      readonly wallNow: EpochMs;
    }
  | { readonly kind: "stage"; readonly parts: PackedCheckpoints }
  | { readonly kind: "institution"; readonly institution: Institution }
  | { readonly kind: "user"; readonly user: User }
  | { readonly kind: "session"; readonly session: Session; readonly wallNow: EpochMs }
  | { readonly kind: "end-session"; readonly tokenHash: string }
  | { readonly kind: "end-sessions"; readonly user: UserId }
  | { readonly kind: "setting"; readonly key: string; readonly value: string }
  | { readonly kind: "audit"; readonly record: AuditRecord }
  | { readonly kind: "subscribe"; readonly subscription: WebhookSubscription }
  | { readonly kind: "end-webhook"; readonly webhook: string; readonly reason: string }
  | {
      readonly kind: "attempt";
      readonly delivery: string;
      readonly at: EpochMs;
      readonly status: DeliveryStatus;
      readonly nextAt: EpochMs | null;
      readonly httpStatus: number | null;
      readonly error: string | null;
    }
  | {
      readonly kind: "enqueue";
      readonly id: string;
      readonly messageId: string;
      readonly webhook: string;
      readonly type: string;
      readonly subject: string;
      readonly version: number;
      readonly body: string;
      readonly at: EpochMs;
    }
  | { readonly kind: "replay"; readonly delivery: string; readonly at: EpochMs };

/** Which events were new, by their index, and the cursor each got in the feed. */
export interface CommitAnswer {
  readonly fresh: readonly (readonly [index: number, cursor: number])[];
  readonly queued: boolean;
  readonly grantsChanged: boolean;
}

/** What each kind of request answers; the others answer nothing. */
interface LedgerAnswers {
  readonly commit: CommitAnswer;
  readonly user: boolean;
  readonly replay: Delivery | null;
}
export type AnswerOf<Request extends LedgerRequest> = Request["kind"] extends keyof LedgerAnswers ? LedgerAnswers[Request["kind"]] : void;

export interface WriterSettings {
  readonly file: string;
  readonly feedKept: number;
}

export type ToWriter = { readonly kind: "request"; readonly id: number; readonly request: LedgerRequest } | { readonly kind: "close" };

export type Settled =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  | { readonly id: number; readonly ok: false; readonly code: LedgerErrorCode; readonly detail: string };

export type FromWriter =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly code: LedgerErrorCode; readonly detail: string }
  | { readonly kind: "settled"; readonly results: readonly Settled[]; readonly tookMs: number };
