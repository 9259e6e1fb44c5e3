/** The checks of an examination: what each looks for, where that is written, and whether a device may leave it out. */

export interface Check {
  readonly title: string;
  readonly clause: string;
  /** May stay unseen in a device that passes. */
  readonly optional?: true;
}

const defineChecks = <Ids extends string>(checks: Record<Ids, Check>): Readonly<Record<Ids, Check>> => checks;

export const CHECKS = defineChecks({
  "sign-in": { title: "signs in as itself", clause: "contract section 2, signing in" },
  retry: { title: "comes back after a refusal, not at once", clause: "docs/devices.md, connection" },
  topics: { title: "uses its own topics alone", clause: "contract section 2, topics" },
  "receipt-topic": { title: "listens to its receipts", clause: "contract section 2, receipt" },
  delivery: { title: "publishes at QoS 1, not retained", clause: "contract section 2, channels" },
  payload: { title: "writes messages that can be read", clause: "contract section 2, telemetry" },
  catalogue: { title: "uses metrics, tags and units of the catalogue", clause: "contract section 2, metric, unit and tags" },
  clock: { title: "tells the time in ms, within a minute", clause: "contract section 2, t; semantics 3.1" },
  seq: { title: "numbers its messages one by one", clause: "contract section 2, seq; semantics 2.1" },
  waveform: { title: "numbers waveforms with the same counter", clause: "contract section 2, waveform", optional: true },
  "same-bytes": { title: "repeats a message byte for byte", clause: "semantics 2.1" },
  reconnect: { title: "comes back after a cut", clause: "docs/devices.md, connection" },
  resend: { title: "sends again what no PUBACK covered", clause: "contract section 2, QoS 1" },
  outbox: { title: "forgets a message only when a receipt covers it", clause: "contract section 2, receipt; semantics 2.3" },
  receipts: { title: "forgets what a receipt covers", clause: "contract section 2, receipt" },
  "held-back": { title: "waits calmly while receipts are late", clause: "semantics 2.3" },
  missing: { title: "sends again what a receipt asks for", clause: "contract section 2, missing; semantics 2.2" },
  void: { title: "says void for what it cannot send again", clause: "contract section 2, void; semantics 2.2" },
  restart: {
    title: "keeps its counter, or names a new epoch, across a restart",
    clause: "contract section 2, seq and epoch",
    optional: true,
  },
  status: { title: "keeps a retained status", clause: "contract section 2, status" },
  "last-will": { title: "leaves a retained last will", clause: "contract section 2, status" },
  limits: { title: "stays within 256 KiB and 5,000 samples", clause: "contract section 2, limits" },
  rate: { title: "stays within 500 messages a second", clause: "contract section 2, limits; semantics 2.4" },
});

export type CheckId = keyof typeof CHECKS;
export const CHECK_IDS = Object.keys(CHECKS) as CheckId[];

export interface Finding {
  readonly verdict: "ok" | "failed" | "not seen";
  /** What happened, to what. */
  readonly what: string;
  /** What to do next; empty when nothing is. */
  readonly next: string;
}

export type Findings = Readonly<Record<CheckId, Finding>>;

export const ok = (what: string): Finding => ({ verdict: "ok", what, next: "" });
export const failed = (what: string, next: string): Finding => ({ verdict: "failed", what, next });
export const notSeen = (what: string, next: string): Finding => ({ verdict: "not seen", what, next });
