/** What to do about each reason for which something a device sent was set aside, for the person who reads `GET /quarantine`. */
import { defineErrors } from "#contracts/errors/error-definition.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "#core/samples/quarantine-reason.ts";

const NEXT: Readonly<Record<QuarantineReason, string>> = {
  bad_json: "Send one JSON object or SenML pack per message; bare words and numbers carry no time and no metric.",
  bad_utf8: "Encode the payload as UTF-8.",
  bad_shape: "Compare the payload with the message schemas at /api/asyncapi.json.",
  bad_topic: "Publish below homeward/v1/{site}/{device} with the site and id shown for this device.",
  foreign_device: "Give every device its own credential; if this one was copied, replace its secret.",
  bad_seq: "Send seq as a whole number from 0, rising by one; name a new epoch when the counter is lost.",
  too_big: "Split the message: at most 256 KiB each.",
  too_many_samples: "Split the message: at most 5,000 samples each.",
  unknown_metric: "Use a key of the metric catalogue, or stop sending this quantity.",
  unknown_unit: "Send the value in the metric's unit, or name a UCUM unit that converts to it.",
  unknown_tag: "Remove the tag or use one of the values the catalogue allows for this metric.",
  bad_value: "Send a JSON number, not a number in quotes; null says that the sensor is off.",
  bad_quality: "Use good, degraded or bad.",
  bad_time: "Send t as whole milliseconds since 1970 UTC.",
  out_of_range: "Check the sensor and its unit: no person can have this value.",
  t_future: "Set the device's clock.",
  t_too_old: "Nothing: readings of this age are no longer kept.",
  conflict: "Find out why the device corrected a value it had sent; the first one stands.",
  not_judged: "Keep the payload and report it with the server's version; the device need not change anything.",
  refused_by_store: "Read the log for the database's reason; the sample is kept here as the device meant it.",
  contradiction: "Check how the device derives this value; its parts were stored.",
};

const reasons = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];

export const ingestErrors = defineErrors<QuarantineReason>(
  Object.fromEntries(reasons.map((reason) => [reason, { title: QUARANTINE_REASONS[reason], next: NEXT[reason] }])) as Record<
    QuarantineReason,
    { title: string; next: string }
  >,
);
