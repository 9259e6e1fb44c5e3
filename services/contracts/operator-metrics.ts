/** Every figure of `/metrics`: what operators' boards and alarms may rely on. Labels are bounded sets and hold nothing of a patient. */
import { QUARANTINE_REASONS } from "#core/samples/quarantine-reason.ts";

export interface OperatorMetric {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Label → its values, where they are known beforehand: such series stand at 0 from the start. Null: it is known only while running. */
  readonly labels?: Readonly<Record<string, readonly string[] | null>>;
}

const counter = (help: string, labels?: OperatorMetric["labels"]): OperatorMetric =>
  labels === undefined ? { kind: "counter", help } : { kind: "counter", help, labels };
const gauge = (help: string, labels?: OperatorMetric["labels"]): OperatorMetric =>
  labels === undefined ? { kind: "gauge", help } : { kind: "gauge", help, labels };
const seconds = (help: string): OperatorMetric => ({ kind: "histogram", help });

export const OPERATOR_METRICS: Readonly<Record<string, OperatorMetric>> = {
  homeward_build_info: gauge("1, with the version that runs", { version: null }),
  homeward_ready: gauge("1 while /health/ready is true"),
  homeward_part_ok: gauge("1 while a part keeps its promise, by part", { part: null }),
  homeward_data_free_bytes: gauge("Room left on the disk of HOMEWARD_DATA_DIR"),

  homeward_messages_total: counter("Messages received"),
  homeward_samples_total: counter("Samples accepted"),
  homeward_quarantined_total: counter("Items set aside, by reason code", { reason: Object.keys(QUARANTINE_REASONS) }),
  homeward_data_gaps_total: counter("Ranges of message numbers recorded as missing, or as arrived after all", {
    reason: ["not_resent", "voided", "arrived"],
  }),
  homeward_violations_total: counter("What a device tried and may not (DEV-8)", {
    kind: ["foreign_topic", "foreign_subscription", "bad_credentials", "bad_will", "replayed_sequence"],
  }),
  homeward_bus_connections: gauge("Connections of devices at the embedded broker; 0 beside an external one, which does not say"),
  homeward_retained_ignored_total: counter("Retained messages of an external broker that were not taken for news"),
  homeward_broker_refused_publishes_total: counter("Receipts and commands an external broker refused"),
  homeward_broker_drift_total: counter("Commands that repaired sign-ins and permissions at an external broker"),

  homeward_journal_bytes: gauge("Size of the journal"),
  homeward_journal_max_bytes: gauge("HOMEWARD_JOURNAL_MAX: acknowledgements stop there"),
  homeward_journal_segments: gauge("Segment files of the journal"),
  homeward_journal_pending_entries: gauge("Entries appended and not yet on disk"),
  homeward_journal_damaged_ranges: gauge("Damaged ranges set aside since the start"),
  homeward_journal_commit_seconds: seconds("From the start of a group commit until fdatasync returned"),
  homeward_journal_failed_commits_total: counter("Commits the disk refused"),
  homeward_appends_refused_total: counter("Entries the journal refused: nothing of them was acknowledged", {
    reason: ["full", "failed", "closed"],
  }),
  homeward_follower_lag_entries: gauge("Entries a follower of the journal has still to do", { follower: ["store", "alert"] }),

  homeward_samples_stored_total: counter("Samples the reading store took"),
  homeward_samples_repeated_total: counter("Samples the reading store had already"),
  homeward_samples_conflicting_total: counter("Samples that contradict a stored one of the same identity"),
  homeward_readings_refused_total: counter("Samples the database refused by themselves; they are in quarantine"),
  homeward_rollups_refused_total: counter("Roll-ups the database refused by themselves"),
  homeward_store_write_seconds: seconds("One write of the reading store"),

  homeward_engine_lag_seconds: gauge("Age of the oldest durable entry the engine has not seen"),
  homeward_engine_failures_total: counter("Faults of the rule engine: each is a bug"),
  homeward_ledger_commit_seconds: seconds("One transaction of the ledger"),
  homeward_ledger_commit_failures_total: counter("Transactions of the ledger that failed and were tried again"),
  homeward_alert_transitions_total: counter("Alert transitions committed, by severity", { severity: ["S1", "S2", "S3", "S4", "T"] }),
  homeward_alert_commit_seconds: seconds("From the arrival of what decided an alert until the alert is durable"),
  homeward_alert_live_seconds: seconds("From the arrival of what decided an alert until it was sent to the viewers, while there are any"),
  homeward_open_alerts: gauge("Alerts nobody closed, by severity and status", {
    severity: ["S1", "S2", "S3", "S4", "T"],
    status: ["open", "acknowledged", "snoozed", "cleared"],
  }),

  homeward_live_viewers: gauge("Viewers of the live feed"),
  homeward_live_closed_total: counter("Live connections ended by us, by close code", { code: ["1001", "1008", "1013", "4401", "4403"] }),
  homeward_live_refused_total: counter("Live connections refused, by error code", { code: null }),
  homeward_live_protocol_errors_total: counter("Live connections that broke the WebSocket protocol"),
  homeward_sign_ins_total: counter("Sign-ins, by outcome", { outcome: ["accepted", "refused", "throttled"] }),
  homeward_access_refused_total: counter("Calls the caller's role does not allow"),

  homeward_webhook_pending: gauge("Webhook deliveries not yet confirmed"),
  homeward_webhook_oldest_pending_seconds: gauge("Age of the oldest of them; 0 when there is none"),
  homeward_webhook_unreachable: gauge("Webhooks whose last settled delivery failed for good"),
  homeward_webhook_attempts_total: counter("Attempts to deliver, by outcome", { outcome: ["confirmed", "retry", "exhausted", "gone"] }),
  homeward_webhook_delivery_seconds: seconds("From queueing a delivery until its receiver confirmed it"),

  homeward_devices: gauge("Devices by state: registered; expected (worn by somebody in care who is not paused)", {
    state: ["registered", "expected"],
  }),
  homeward_devices_silent: gauge("Devices with an alert for silence (DEV-1 to DEV-3)"),
  homeward_device_silence_seconds: gauge("How long the 20 devices that are silent longest have been so, by opaque device id", {
    device: null,
  }),
};
