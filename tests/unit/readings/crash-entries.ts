/** The journal of the crash test, as a function: any entry can be made again. */
import type { Committed } from "#ports/journal.ts";
import { message, sample, T0 } from "#tests/contract/reading-store-contract.ts";

/** Ten samples, of which the last is one of the message before, and now and then a quarantined item. */
export const crashEntry = (position: number): Committed =>
  message(
    position,
    Array.from({ length: 10 }, (_, index) => sample(T0 + (position * 9 + index) * 1_000, 90 + ((position * 9 + index) % 9))),
    position % 10 === 0 ? { quarantined: [{ reason: "bad_json", raw: new Uint8Array([position % 256]) }] } : {},
  );
