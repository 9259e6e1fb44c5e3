/** DEV-2 in the night: how long somebody who is treated through it has sent nothing (domain 2.3). */
import { timeOfDay } from "#core/alerts/working-time.ts";
import type { Condition } from "#core/people.ts";
import type { DeviceState } from "#core/rules/device-state.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import type { Receiving } from "#core/rules/receiving.ts";
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";

/** Half an hour without data is a reason to phone, an hour an alert. */
export const LONG_SILENT: DurationMs = 30 * MINUTE;
export const VERY_LONG_SILENT: DurationMs = HOUR;
/** In the patient's time zone (domain 4.4). */
const NIGHT_BEGINS = 22 * HOUR;
const NIGHT_ENDS = 6 * HOUR;
/** Prescribed for the hours of sleep too. */
const NIGHT_THERAPIES: readonly Condition[] = ["pap", "oxygen"];
const VITAL_SIGNS = ["spo2", "pulse_rate", "heart_rate", "resp_rate"];
/** Longer intervals are single measurements. */
const STREAM_UP_TO_S = (10 * MINUTE) / SECOND;

/**
 * Whether overnight monitoring is prescribed, as far as the records tell: a stream of a vital sign that the device is said to send,
 * of a patient who is treated through the night. No record says so in so many words.
 */
const isMonitoredAtNight = (device: DeviceState, patient: PatientState): boolean => {
  const metrics = device.config?.metrics;
  if (metrics === undefined || !patient.config.conditions.some((condition) => NIGHT_THERAPIES.includes(condition))) return false;
  return VITAL_SIGNS.some((key) => (metrics[key]?.everyS ?? Number.POSITIVE_INFINITY) <= STREAM_UP_TO_S);
};

/** How long it has been silent this night, while we were receiving; 0 by day. */
export const silenceAtNight = (
  device: DeviceState,
  patient: PatientState,
  since: EpochMs,
  now: EpochMs,
  receiving: Receiving,
): DurationMs => {
  if (!isMonitoredAtNight(device, patient)) return 0;
  const local = timeOfDay(now, patient.timeZone);
  if (local >= NIGHT_ENDS && local < NIGHT_BEGINS) return 0;
  const began = now - (local >= NIGHT_BEGINS ? local - NIGHT_BEGINS : local + DAY - NIGHT_BEGINS);
  return receiving.heard(Math.max(since, began), now);
};

/** How long until its silence of this night, or of the next one, means more; Infinity for never. */
export const nextNightMark = (
  device: DeviceState,
  patient: PatientState,
  since: EpochMs,
  now: EpochMs,
  receiving: Receiving,
): DurationMs => {
  if (!isMonitoredAtNight(device, patient)) return Number.POSITIVE_INFINITY;
  const silence = silenceAtNight(device, patient, since, now, receiving);
  const mark = silence === 0 ? undefined : [LONG_SILENT, VERY_LONG_SILENT].find((candidate) => silence <= candidate);
  if (mark !== undefined) return mark - silence + 1;
  const local = timeOfDay(now, patient.timeZone);
  return (local < NIGHT_BEGINS ? NIGHT_BEGINS - local : NIGHT_BEGINS + DAY - local) + 1;
};
