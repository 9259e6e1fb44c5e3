/** Whether the ledger can replay everything after a cursor a viewer names. */
import type { FeedCursor } from "#ports/ledger.ts";

export type ResumePoint =
  | { readonly kind: "fresh"; readonly from: FeedCursor }
  | { readonly kind: "replay"; readonly from: FeedCursor }
  /** Too old, of another life of the server, or no cursor at all. */
  | { readonly kind: "gap"; readonly asked: string; readonly to: FeedCursor };

const CURSOR = /^[0-9]{1,16}$/;

export const resumePoint = (after: string | null, bounds: { readonly newest: FeedCursor; readonly oldest: FeedCursor }): ResumePoint => {
  if (after === null) return { kind: "fresh", from: bounds.newest };
  const cursor = CURSOR.test(after) ? Number(after) : Number.NaN;
  // The event right after the cursor must still be kept; an empty feed has nothing to miss.
  const isKept = Number.isSafeInteger(cursor) && cursor <= bounds.newest && (cursor === bounds.newest || cursor >= bounds.oldest - 1);
  return isKept ? { kind: "replay", from: cursor } : { kind: "gap", asked: after.slice(0, 64), to: bounds.newest };
};
