/** The live feed: who watches what, every transition to everyone who may see it, at once and exactly once (contract section 4). */
import type { InstitutionId, PatientId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import { HEARTBEAT_SECONDS } from "#contracts/live-protocol.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { FeedCursor, FeedEvent, Ledger } from "#ports/ledger.ts";
import { createConnection } from "#gateway/live/connection.ts";
import type { LiveConnection } from "#gateway/live/connection.ts";
import { feedFrame } from "#gateway/live/feed-frame.ts";
import { createLatestReadings } from "#gateway/live/latest-readings.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";
import { createReadingFanOut } from "#gateway/live/reading-fan-out.ts";
import { encodeTextFrame } from "#gateway/live/text-frame.ts";
import type { LiveChannel } from "#gateway/live/viewer-link.ts";

/** What the hub must know of whoever watches; the rest is the caller's own. */
export interface LiveViewer {
  /** SHA-256 of the session token, hex: the feed ends with the session. */
  readonly tokenHash: string;
}

/** A technical condition that holds or ceased: broker lost, store behind, channel down. */
interface SystemCondition {
  /** Stable code. */
  readonly condition: string;
  readonly active: boolean;
  readonly at: EpochMs;
  /** Null: concerns everyone. */
  readonly institution?: InstitutionId | null;
  readonly detail?: string;
}

export interface LiveHubOptions<Viewer extends LiveViewer> {
  readonly ledger: Pick<Ledger, "feedAfter" | "feedBounds" | "openAlerts">;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Clinical time, for `now` in hello and heartbeat. */
  readonly now: () => EpochMs;
  readonly version: string;
  /** Asked for every frame: a transfer or an ended grant stops the stream. Both null: a condition of the whole server. */
  readonly canSee: (viewer: Viewer, what: { readonly patient: PatientId | null; readonly institution: InstitutionId | null }) => boolean;
  /** Everyone the viewer may see now, for snapshots of `["*"]`. */
  readonly patientsOf: (viewer: Viewer) => Iterable<PatientId>;
  /** Newest good or degraded readings as the store knows them. */
  readonly latestReadings: (patients: readonly PatientId[]) => Promise<readonly LiveReading[]>;
  /** Asked every 2 s and by `recheck`. */
  readonly standing: (viewer: Viewer) => "ok" | "signed_out" | "not_allowed";
  /** The viewer as accounts say now (roles, institution); asked together with `standing`. */
  readonly refresh?: (viewer: Viewer) => Viewer | null;
  /** Alerts up to the cursor reached this viewer's screen. */
  readonly onReceipt?: (viewer: Viewer, cursor: FeedCursor) => void;
}

export interface LiveHub<Viewer extends LiveViewer> {
  connect(viewer: Viewer, channel: LiveChannel): LiveConnection;
  standing(viewer: Viewer): "ok" | "signed_out" | "not_allowed";
  /** Feed events of one commit, in order, right after it resolved. */
  publish(events: readonly FeedEvent[]): void;
  reading(reading: LiveReading): void;
  system(condition: SystemCondition): void;
  /** A session ended: its viewers are closed with 4401 now. */
  endSession(tokenHash: string): void;
  /** Something about accounts or access changed: closes who may no longer watch. */
  recheck(): void;
  /** Readings need not be resolved while nobody watches. */
  readonly isWatched: boolean;
  readonly viewers: number;
  close(): void;
}

const HOUSEKEEPING_MS = 2_000;
const ROUNDS_PER_HEARTBEAT = (HEARTBEAT_SECONDS * 1_000) / HOUSEKEEPING_MS;

export const createLiveHub = <Viewer extends LiveViewer>(options: LiveHubOptions<Viewer>): LiveHub<Viewer> => {
  const { ledger, transportClock: clock, diagnostics } = options;
  const connections = new Map<LiveConnection, { viewer: Viewer }>();
  const latest = createLatestReadings();
  const readings = createReadingFanOut(clock);
  const conditions = new Map<string, { readonly condition: SystemCondition; readonly frame: Buffer }>();
  /** Newest cursor handed to `publish`; at the start everything in the ledger counts as published. */
  let published = ledger.feedBounds().newest;
  let rounds = 0;

  const recheck = (): void => {
    for (const [connection, seat] of connections) {
      const standing = options.standing(seat.viewer);
      if (standing === "signed_out") connection.end(4401, "signed out");
      else if (standing === "not_allowed") connection.end(4403, "not allowed");
      else seat.viewer = options.refresh?.(seat.viewer) ?? seat.viewer;
    }
  };

  const housekeeping = clock.every(HOUSEKEEPING_MS, () => {
    recheck();
    rounds += 1;
    const isHeartbeat = rounds % ROUNDS_PER_HEARTBEAT === 0;
    for (const connection of connections.keys()) {
      connection.checkHealth();
      if (isHeartbeat) connection.heartbeat();
    }
    diagnostics.gauge("homeward_live_viewers", connections.size);
  });

  const sees = (viewer: Viewer, condition: SystemCondition): boolean =>
    condition.institution === undefined ||
    condition.institution === null ||
    options.canSee(viewer, { patient: null, institution: condition.institution });

  return {
    connect(viewer, channel) {
      const seat = { viewer };
      const connection = createConnection({
        channel,
        clock,
        diagnostics,
        ledger,
        now: options.now,
        version: options.version,
        published: () => published,
        canSee: (patient, institution) => options.canSee(seat.viewer, { patient, institution }),
        patientsOf: () => options.patientsOf(seat.viewer),
        latest,
        latestReadings: options.latestReadings,
        readings,
        onReceipt: (cursor) => options.onReceipt?.(seat.viewer, cursor),
        onEnd: () => {
          connections.delete(connection);
          if (connections.size === 0) latest.clear();
        },
      });
      connections.set(connection, seat);
      connection.greet();
      for (const { condition, frame } of conditions.values()) if (sees(viewer, condition)) connection.offerSystem(frame);
      return connection;
    },
    standing: options.standing,
    publish(events) {
      for (const event of events) {
        if (event.cursor > published) published = event.cursor;
        for (const connection of connections.keys()) connection.offer(event, feedFrame);
      }
    },
    reading(reading) {
      if (connections.size === 0) return;
      latest.note(reading);
      readings.push(reading);
    },
    system(condition) {
      const frame = encodeTextFrame({ type: "system", ...condition });
      const key = `${condition.condition}\n${condition.institution ?? ""}`;
      if (condition.active) conditions.set(key, { condition, frame });
      else conditions.delete(key);
      for (const [connection, { viewer }] of connections) if (sees(viewer, condition)) connection.offerSystem(frame);
    },
    endSession(tokenHash) {
      for (const [connection, { viewer }] of connections) if (viewer.tokenHash === tokenHash) connection.end(4401, "signed out");
    },
    recheck,
    get isWatched() {
      return connections.size > 0;
    },
    get viewers() {
      return connections.size;
    },
    close() {
      housekeeping.cancel();
      for (const connection of connections.keys()) connection.end(1001, "the server stops");
      readings.close();
    },
  };
};
