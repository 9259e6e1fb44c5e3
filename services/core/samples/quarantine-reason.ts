/** Why something a device sent was set aside: the stable reason codes of `GET /quarantine`. */
export const QUARANTINE_REASONS = {
  bad_json: "The payload is not JSON.",
  bad_utf8: "The payload is not UTF-8.",
  bad_shape: "The JSON is not a telemetry object, a SenML pack, a waveform block or a status.",
  bad_topic: "The topic is not homeward/v1/{site}/{device}/{channel}.",
  foreign_device: "The topic names another device than the one that signed in.",
  bad_seq: "The seq or epoch cannot be read.",
  too_big: "The message is larger than 256 KiB.",
  too_many_samples: "The message has more than 5,000 samples.",
  unknown_metric: "The metric is not in the catalogue.",
  unknown_unit: "The unit is not UCUM or does not convert to the metric's unit.",
  unknown_tag: "A tag key or value is not allowed for this metric.",
  bad_value: "The value is not a number, nor a code of this metric.",
  bad_quality: "The quality is not good, degraded or bad.",
  bad_time: "The time is not a whole number of milliseconds since 1970.",
  out_of_range: "The value is outside the metric's hard limits.",
  t_future: "The time is more than 5 minutes ahead of the server.",
  t_too_old: "The time is older than the retention of raw readings.",
  conflict: "The same sample came before with another value; the first stays.",
  not_judged: "The message could not be judged: a fault of the server, not of the device.",
  contradiction: "A derived value contradicts its parts in the same message.",
} as const;
export type QuarantineReason = keyof typeof QUARANTINE_REASONS;
