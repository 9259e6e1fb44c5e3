/** Follows the live feed: connects again by itself, resumes after the last cursor, and notices within 10 s that nothing comes. */
import type { ClientFrame, ServerFrame } from "#contracts/live-protocol.ts";

export interface LiveSocket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  readonly opened: () => void;
  readonly said: (text: string) => void;
  readonly closed: (code: number) => void;
}

export type FeedState = "connecting" | "live" | "lost" | "signed_out" | "forbidden";

export interface LiveClientOptions {
  readonly open: (events: SocketEvents) => LiveSocket;
  readonly monotonic: () => number;
  /** 0 to 1, spreads reconnecting viewers. */
  readonly random: () => number;
  /** Asks the server over HTTP whether it answers; never rejects. */
  readonly probe: () => Promise<boolean>;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: FeedState) => void;
}

export interface LiveClient {
  /** Called about once a second: every decision about time is taken here. */
  tick(): void;
  start(): void;
  stop(): void;
  /** Alerts up to here reached a screen. */
  shown(cursor: string): void;
  readonly state: FeedState;
  /** Place in the feed to resume from; null before the first snapshot. */
  readonly cursor: string | null;
  /** Since the last sign of life, ms. */
  silence(): number;
}

const QUIET_MS = 4_000;
const PROBE_EVERY_MS = 3_000;
const LOST_AFTER_MS = 8_000;
const UNCONNECTED_MS = 3_000;
const RECONNECT_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** A feed without even a heartbeat for this long is dead, whatever the socket thinks. */
const DEAD_AFTER_MS = 22_000;
const SUBSCRIPTION = "ward";

export const createLiveClient = (options: LiveClientOptions): LiveClient => {
  const { monotonic } = options;
  let state: FeedState = "connecting";
  let socket: LiveSocket | null = null;
  let generation = 0;
  let cursor: string | null = null;
  let receipted: string | null = null;
  let lifeAt = monotonic();
  let frameAt = lifeAt;
  let downSince: number | null = lifeAt;
  let retryAt: number | null = null;
  let failures = 0;
  let probedAt = 0;
  let probing = false;
  let running = false;

  const become = (next: FeedState): void => {
    if (state === next) return;
    state = next;
    options.onState(next);
  };
  const send = (frame: ClientFrame): void => socket?.send(JSON.stringify(frame));

  const connect = (): void => {
    const mine = ++generation;
    retryAt = null;
    frameAt = monotonic();
    socket = options.open({
      opened() {
        if (mine !== generation) return;
        send({
          type: "subscribe",
          id: SUBSCRIPTION,
          alerts: { minSeverity: "S4" },
          patients: ["*"],
          metrics: ["*"],
          ...(cursor === null ? {} : { after: cursor }),
        });
      },
      said(text) {
        if (mine === generation) take(text);
      },
      closed(code) {
        if (mine === generation) dropped(code);
      },
    });
  };

  const dropped = (code: number): void => {
    socket = null;
    generation += 1;
    if (code === 4401) return finish("signed_out");
    if (code === 4403) return finish("forbidden");
    downSince ??= monotonic();
    const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? 8_000;
    failures += 1;
    retryAt = monotonic() + wait * (0.75 + options.random() / 2);
  };

  const finish = (end: FeedState): void => {
    running = false;
    become(end);
  };

  const take = (text: string): void => {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    frameAt = monotonic();
    lifeAt = frameAt;
    if (frame.type === "snapshot") {
      failures = 0;
      downSince = null;
      become("live");
    }
    if (downSince === null) become("live");
    options.onFrame(frame);
    // After a gap the stream goes on behind it; what it left out is read over HTTP by whoever listens.
    if (frame.type === "gap") cursor = frame.to;
    else if ("cursor" in frame && typeof frame.cursor === "string") cursor = frame.cursor;
  };

  const probe = (): void => {
    probing = true;
    probedAt = monotonic();
    void options.probe().then((answered) => {
      probing = false;
      if (answered) lifeAt = Math.max(lifeAt, probedAt);
    });
  };

  return {
    start() {
      running = true;
      connect();
    },
    stop() {
      running = false;
      generation += 1;
      socket?.close();
      socket = null;
    },
    tick() {
      if (!running) return;
      const now = monotonic();
      if (retryAt !== null && now >= retryAt) connect();
      if (downSince !== null && now - downSince >= UNCONNECTED_MS) become("lost");
      if (socket !== null && now - frameAt > DEAD_AFTER_MS) {
        socket.close();
        dropped(1006);
      }
      if (now - lifeAt < QUIET_MS) return;
      if (!probing && now - probedAt >= PROBE_EVERY_MS) probe();
      if (now - lifeAt >= LOST_AFTER_MS) become("lost");
      else if (downSince === null) become("live");
    },
    shown(upTo) {
      if (upTo === receipted || socket === null) return;
      receipted = upTo;
      send({ type: "receipt", cursor: upTo });
    },
    get state() {
      return state;
    },
    get cursor() {
      return cursor;
    },
    silence: () => monotonic() - lifeAt,
  };
};
