/** Brings a new subscription up to date: snapshot, then what was missed page by page, then live without hole or repeat. */
import type { InstitutionId, PatientId } from "#core/ids.ts";
import { feedFrame } from "#gateway/live/feed-frame.ts";
import type { LatestReadings } from "#gateway/live/latest-readings.ts";
import { readingOnTheWire } from "#gateway/live/live-reading.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";
import { resumePoint } from "#gateway/live/resume.ts";
import type { Subscription } from "#gateway/live/subscription.ts";
import { encodeTextFrame } from "#gateway/live/text-frame.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Ledger } from "#ports/ledger.ts";

const PAGE_EVENTS = 200;
const PAGE_BYTES = 262_144;
/** A slow reading store delays nobody's alerts: the snapshot goes without old readings. */
const READINGS_PATIENCE_MS = 1_000;

export interface StreamContext {
  readonly ledger: Pick<Ledger, "feedAfter" | "feedBounds" | "openAlerts">;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly canSee: (patient: PatientId | null, institution: InstitutionId | null) => boolean;
  readonly patientsOf: () => Iterable<PatientId>;
  readonly latest: LatestReadings;
  readonly latestReadings: (patients: readonly PatientId[]) => Promise<readonly LiveReading[]>;
  /** False when the viewer left, unsubscribed or replaced the subscription. */
  readonly isCurrent: () => boolean;
  readonly send: (bytes: Buffer) => void;
  readonly sendBulk: (bytes: Buffer) => Promise<void>;
  /** Readings of this subscription may flow. */
  readonly onStreaming: () => void;
}

const primeReadings = async (patients: readonly PatientId[], context: StreamContext): Promise<void> => {
  const unknown = context.latest.unprimed(patients);
  if (unknown.length === 0) return;
  const loaded = context.latestReadings(unknown).then(
    (readings) => context.latest.prime(unknown, readings),
    (cause: unknown) => context.diagnostics.warn("live.readings_unavailable", {}, cause),
  );
  const { promise: patienceEnded, resolve } = Promise.withResolvers<void>();
  const timer = context.clock.after(READINGS_PATIENCE_MS, resolve);
  await Promise.race([loaded, patienceEnded]);
  timer.cancel();
};

export const startStream = async (subscription: Subscription, context: StreamContext): Promise<void> => {
  const { ledger, isCurrent } = context;
  if (!isCurrent()) return;
  const wantsReadings = subscription.metrics === null || subscription.metrics.size > 0;
  const patients = wantsReadings
    ? [...(subscription.patients ?? context.patientsOf())].filter((patient) => context.canSee(patient, null))
    : [];
  await primeReadings(patients, context);
  if (!isCurrent()) return;

  // From here to the change of state nothing waits: no commit can fall between the snapshot and the stream.
  const point = resumePoint(subscription.after, ledger.feedBounds());
  if (point.kind === "gap") context.send(encodeTextFrame({ type: "gap", id: subscription.id, from: point.asked, to: String(point.to) }));
  subscription.through = point.kind === "gap" ? point.to : point.from;
  const alerts = ledger.openAlerts().filter(
    (alert) =>
      subscription.wantsAlert(alert) &&
      // S3, S4 and T end at `cleared` without a person (semantics 5.5).
      (alert.status !== "cleared" || alert.latched) &&
      context.canSee(alert.patient, alert.institution),
  );
  const readings = [];
  for (const patient of patients)
    for (const reading of context.latest.of(patient))
      if (subscription.wantsMetric(reading.metric)) readings.push(readingOnTheWire(reading));
  const snapshot = { type: "snapshot", id: subscription.id, cursor: String(subscription.through), alerts, readings };
  subscription.state = point.kind === "replay" ? "replaying" : "live";
  const flushed = context.sendBulk(encodeTextFrame(snapshot));
  context.onStreaming();
  await flushed;

  while (isCurrent() && subscription.state === "replaying") {
    const { oldest } = ledger.feedBounds();
    if (subscription.through < oldest - 1) {
      // Retention overtook a slow replay.
      context.send(encodeTextFrame({ type: "gap", id: subscription.id, from: String(subscription.through), to: String(oldest - 1) }));
      subscription.through = oldest - 1;
    }
    const events = ledger.feedAfter(subscription.through, PAGE_EVENTS);
    const frames: Buffer[] = [];
    let bytes = 0;
    let taken = 0;
    for (const event of events) {
      if (bytes >= PAGE_BYTES) break;
      taken += 1;
      subscription.through = event.cursor;
      if (!subscription.wantsEvent(event) || !context.canSee(event.patient, event.institution)) continue;
      const frame = feedFrame(event);
      frames.push(frame);
      bytes += frame.length;
    }
    if (taken === events.length && events.length < PAGE_EVENTS) subscription.state = "live";
    if (frames.length > 0) await context.sendBulk(Buffer.concat(frames));
    // A page without anything for this viewer must not hold the process for the whole feed.
    else await new Promise((resolve) => setImmediate(resolve));
  }
};
