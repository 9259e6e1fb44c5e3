/** Bytes of an MQTT payload as JSON: strict UTF-8, bounded size, a reason instead of an exception. */
import { MAX_MESSAGE_BYTES } from "#contracts/telemetry-schema.ts";
import { fail, type Outcome, succeed } from "#core/outcome.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

export const parsePayload = (payload: Uint8Array): Outcome<unknown, QuarantineReason> => {
  if (payload.length > MAX_MESSAGE_BYTES) return fail("too_big");
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return fail("bad_utf8");
  }
  try {
    return succeed(JSON.parse(text));
  } catch {
    return fail("bad_json");
  }
};
