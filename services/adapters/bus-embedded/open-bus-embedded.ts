/** Opens the embedded broker: devices connect to this process, aedes keeps their sessions, telemetry takes the short way. */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { BusHandlers, TelemetryBus } from "#ports/telemetry-bus.ts";
import { Backlog } from "./backlog.ts";
import { DEFAULT_BUS_LIMITS, type BusLimits } from "./bus-limits.ts";
import { DeviceConnection, type ConnectionHost } from "./device-connection.ts";
import { DeviceSessions } from "./device-sessions.ts";
import { openAedes } from "./open-aedes.ts";
import { REASON } from "./outgoing-packets.ts";
import { SYSTEM_CLOCK, type BusClock } from "./system-clock.ts";

export interface BusEmbeddedOptions {
  readonly host: string;
  /** 0 picks a free one; `url` tells which. */
  readonly port: number;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  readonly handlers: BusHandlers;
  readonly limits?: Partial<BusLimits>;
  readonly clock?: BusClock;
}

const SWEEP_EVERY = 1_000;
/** Unacknowledged messages of a closed connection count towards the backlog this long. */
const ORPHANS_COUNT_FOR = 60_000;
/** Connections have this long for their last words, the whole end twice as long again. */
const CLOSE_SOCKETS_WITHIN = 500;
const CLOSE_WITHIN = 1_500;

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };

const openServer = (options: BusEmbeddedOptions, limits: BusLimits, accept: (socket: Socket) => void): Server => {
  if (options.tls === undefined) return createServer(SOCKET_OPTIONS, accept);
  return createTlsServer({ ...options.tls, ...SOCKET_OPTIONS, minVersion: "TLSv1.2", handshakeTimeout: limits.connectTimeout }, accept);
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // From here on an error concerns one socket that could not be accepted (no file descriptor left).
      server.on("error", () => undefined);
      resolve();
    });
  });

/** Rejects when the address cannot be listened on. */
export const openBusEmbedded = async (options: BusEmbeddedOptions): Promise<TelemetryBus> => {
  const { handlers, clock = SYSTEM_CLOCK } = options;
  const limits: BusLimits = { ...DEFAULT_BUS_LIMITS, ...options.limits };
  const backlog = new Backlog(limits.totalUnacknowledgedMessages, limits.totalUnacknowledgedBytes);
  const sessions = new DeviceSessions(handlers, limits, clock);
  const aedes = await openAedes(limits, sessions);
  const open = new Set<DeviceConnection>();
  const orphaned = new Set<DeviceConnection>();

  let toFlush: DeviceConnection[] = [];
  const flushAll = (): void => {
    const connections = toFlush;
    toFlush = [];
    for (const connection of connections) connection.flush();
  };

  const host: ConnectionHost = {
    handlers,
    limits,
    clock,
    backlog,
    handToAedes: (link) => aedes.handle(link),
    flushLater: (connection) => {
      if (connection.flushPending) return;
      connection.flushPending = true;
      if (toFlush.length === 0) setImmediate(flushAll);
      toFlush.push(connection);
    },
    closed: (connection) => {
      open.delete(connection);
      if (!connection.unacknowledged.isEmpty) orphaned.add(connection);
      sessions.ended(connection);
    },
  };

  const server = openServer(options, limits, (socket) => {
    open.add(new DeviceConnection(host, socket));
  });
  server.maxConnections = limits.maxConnections;
  try {
    await listen(server, options.host, options.port);
  } catch (cause) {
    await aedes.close();
    throw cause;
  }

  let lastSweep = clock.monotonic();
  const sweeping = clock.every(SWEEP_EVERY, () => {
    const now = clock.monotonic();
    const stoodStill = now - lastSweep > 3 * SWEEP_EVERY;
    lastSweep = now;
    for (const connection of open) {
      if (stoodStill) connection.forgiveSilence(now);
      connection.sweep(now);
    }
    for (const connection of orphaned) {
      const isForgotten = now - connection.closedAt >= ORPHANS_COUNT_FOR;
      if (isForgotten) connection.unacknowledged.forget();
      if (isForgotten || connection.unacknowledged.isEmpty) orphaned.delete(connection);
    }
  });

  const close = async (): Promise<void> => {
    sweeping.cancel();
    const aedesClosed = aedes.close();
    const serverClosed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    const closing = [...open];
    for (const connection of closing) connection.close(REASON.serverShuttingDown);
    const force = setTimeout(() => {
      for (const connection of closing) connection.destroy();
    }, CLOSE_SOCKETS_WITHIN);
    const late = Promise.withResolvers<void>();
    const giveUp = setTimeout(late.resolve, CLOSE_WITHIN);
    await Promise.race([Promise.all([serverClosed, aedesClosed]), late.promise]);
    clearTimeout(force);
    clearTimeout(giveUp);
  };

  const { port } = server.address() as AddressInfo;
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  let closed: Promise<void> | undefined;

  return {
    url: `${options.tls === undefined ? "mqtt" : "mqtts"}://${name}:${port}`,
    publish: (topic, payload) => sessions.publish(topic, payload),
    disconnect: (device) => sessions.disconnect(device),
    get connections() {
      return sessions.count;
    },
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
};
