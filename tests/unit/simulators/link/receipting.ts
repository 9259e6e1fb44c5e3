/** A server's memory of one device's message numbers, as far as receipts need it. */
import type { ReceiptContent } from "#core/samples/message-numbers.ts";

/** The number of a telemetry or waveform message; null for a status. */
export const numbered = (payload: Uint8Array): number | null => {
  const { seq } = JSON.parse(Buffer.from(payload).toString()) as { seq?: number };
  return seq ?? null;
};

export const createMessageNumbers = () => {
  const seen = new Set<number>();
  return {
    note(seq: number): ReceiptContent {
      seen.add(seq);
      const highest = Math.max(...seen);
      const missing = Array.from({ length: highest }, (_, index) => index + 1).filter((number) => !seen.has(number));
      return { seq: highest, epoch: "e1", missing: missing.slice(-100) };
    },
  };
};
