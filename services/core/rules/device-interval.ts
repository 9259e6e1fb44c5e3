/** The interval a device's silence is measured against: its shortest, stated or else learned; unknown: a minute (semantics 3.6, 4.1). */
import type { DeviceState } from "#core/rules/device-state.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import { type DurationMs, MINUTE } from "#core/time.ts";

export const intervalOf = (device: DeviceState, wearer: PatientState | null): DurationMs => {
  if (device.statesInterval) return device.statedInterval;
  let shortest = Number.POSITIVE_INFINITY;
  for (const stream of wearer?.streams ?? []) {
    if (stream.device === device.id && stream.interval > 0 && stream.interval < shortest) shortest = stream.interval;
  }
  if (shortest !== Number.POSITIVE_INFINITY) return shortest;
  // Nothing it sends is judged by a rule: then its messages tell.
  const between = device.spacing.interval;
  return between > 0 ? between : MINUTE;
};
