/** A device's status or its last will (contract section 2). */
import { parsePayload } from "#contracts/parse-payload.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { fail, type Outcome, succeed } from "#core/outcome.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import { isSentinelNumber } from "#core/samples/sentinels.ts";

export interface DeviceStatus {
  readonly online?: boolean;
  /** Percent. */
  readonly battery?: number;
  /** dBm. */
  readonly rssi?: number;
  readonly firmware?: string;
}

/** An empty payload deletes the retained status at the broker and says nothing about the device. */
export const decodeStatus = (payload: Uint8Array): Outcome<DeviceStatus, QuarantineReason> => {
  if (payload.length === 0) return succeed({});
  const parsed = parsePayload(payload);
  if (!parsed.ok) return parsed;
  const body = parsed.value;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return fail("bad_shape");
  const { online, battery, rssi, firmware } = body as Readonly<Record<string, unknown>>;
  if (online !== undefined && typeof online !== "boolean") return fail("bad_shape");
  if (firmware !== undefined && firmware !== null && !(typeof firmware === "string" && firmware.length <= 64)) return fail("bad_shape");
  const charge = readNumber("battery_level", battery);
  if (typeof charge === "string") return fail(charge);
  const strength = readNumber("rssi", rssi);
  if (typeof strength === "string") return fail(strength);
  return succeed({
    ...(online === undefined ? {} : { online }),
    ...(charge === undefined ? {} : { battery: charge }),
    ...(strength === undefined ? {} : { rssi: strength }),
    ...(typeof firmware === "string" ? { firmware } : {}),
  });
};

/** Undefined: not said, or "unknown" in the device's way. */
const readNumber = (key: "battery_level" | "rssi", value: unknown): number | undefined | QuarantineReason => {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") return "bad_shape";
  const limits = metricByKey(key)?.hardLimits;
  if (limits !== undefined && value >= limits.min && value <= limits.max) return value;
  return isSentinelNumber(value) ? undefined : "out_of_range";
};
