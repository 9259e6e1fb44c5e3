/** The body of a receipt: what of a device's numbers is on disk (contract section 2). */
import type { Receipt } from "#contracts/telemetry-schema.ts";
import type { ReceiptContent } from "#core/samples/message-numbers.ts";

/** Numbers a receipt may ask for. */
const MAX_MISSING = 100;

export const encodeReceipt = ({ seq, epoch, missing }: ReceiptContent): string =>
  JSON.stringify(epoch === undefined ? { seq, missing } : { seq, epoch, missing });

/** For whoever plays a device; null for what is not a receipt. */
export const decodeReceipt = (text: string): Receipt | null => {
  const body = parseJson(text);
  if (typeof body !== "object" || body === null) return null;
  const { seq, epoch, missing } = body as Record<string, unknown>;
  if (!isNumber(seq) || !Array.isArray(missing) || missing.length > MAX_MISSING || !missing.every(isNumber)) return null;
  if (epoch !== undefined && typeof epoch !== "string" && typeof epoch !== "number") return null;
  return epoch === undefined ? { seq, missing } : { seq, epoch, missing };
};

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
