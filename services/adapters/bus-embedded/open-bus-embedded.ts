/** Opens the embedded broker: devices connect to this process, aedes keeps their sessions, telemetry takes the short way. */
import type { EventEmitter } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import type { DeviceId } from "#core/ids.ts";
import type { BusHandlers, TelemetryBus } from "#ports/telemetry-bus.ts";
import { Backlog } from "./backlog.ts";
import { DEFAULT_BUS_LIMITS, type BusLimits } from "./bus-limits.ts";
import { ControlLink } from "./control-link.ts";
import { DeviceConnection, TOPIC_ALIAS_MAXIMUM, type ConnectionHost } from "./device-connection.ts";
import { createDeviceState, type DeviceState } from "./device-state.ts";
import { REASON } from "./outgoing-packets.ts";
import { OwnTopics } from "./own-topics.ts";
import { createSignIn, REFUSAL } from "./sign-in.ts";
import { SignInDamper } from "./sign-in-damper.ts";
import { subscriptionProperties } from "./subscription-properties.ts";
import type { SubscriptionOutbox } from "./subscription-outbox.ts";
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
const CLOSE_WITHIN = 1_500;

/** aedes asks with its own client objects; this adapter's connection stands behind the stream. */
const connectionOf = (client: Client | null): DeviceConnection | undefined => {
  const stream = client?.conn;
  return stream instanceof ControlLink && stream.owner instanceof DeviceConnection ? stream.owner : undefined;
};

const refusal = (returnCode: number): AuthenticateError => Object.assign(new Error("refused"), { returnCode }) as AuthenticateError;

export const openBusEmbedded = async (options: BusEmbeddedOptions): Promise<TelemetryBus> => {
  const { handlers, clock = SYSTEM_CLOCK } = options;
  const limits: BusLimits = { ...DEFAULT_BUS_LIMITS, ...options.limits };
  const backlog = new Backlog(limits.totalUnacknowledgedMessages, limits.totalUnacknowledgedBytes);
  const signIn = createSignIn(handlers, new SignInDamper(), clock);
  const open = new Set<DeviceConnection>();
  const orphaned = new Set<DeviceConnection>();
  const sessions = new Map<DeviceId, DeviceConnection>();
  const states = new Map<DeviceId, DeviceState>();
  const subscriptions = new Map<string, { connection: DeviceConnection; outbox: SubscriptionOutbox }>();
  const cleanStarts = new WeakSet<DeviceConnection>();
  const wills = new WeakMap<DeviceConnection, string>();
  let toFlush: DeviceConnection[] = [];
  let isClosing = false;

  const flushAll = (): void => {
    const connections = toFlush;
    toFlush = [];
    for (const connection of connections) connection.flush();
  };

  const aedes = await Aedes.createBroker({
    // The CONNECT is awaited here, before aedes sees anything; this is its own second line.
    connectTimeout: 3 * limits.connectTimeout,
    drainTimeout: 0,
    maxClientsIdLength: 64,
    topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
    maximumPacketSize: limits.maxPublishBytes,
    receiveMaximum: limits.unacknowledgedMessages,
    preConnect: (client, packet, done) => {
      const connection = connectionOf(client);
      if (connection !== undefined) {
        if (packet.will) wills.set(connection, packet.will.topic);
        if (packet.clean === true) cleanStarts.add(connection);
      }
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      const connection = connectionOf(client);
      if (connection === undefined) return done(refusal(REFUSAL.notAuthorized), false);
      void signIn({
        clientId: client.id,
        username: username ?? null,
        secret: password ?? null,
        remoteAddress: connection.remoteAddress,
      }).then((outcome) => {
        if (connection.closed) return;
        if (outcome.kind === "refused") return done(refusal(outcome.returnCode), false);
        const { device, site } = outcome;
        const topics = new OwnTopics(site, device);
        const will = wills.get(connection);
        if (will !== undefined && !topics.mayPublishStatus(will)) {
          handlers.onViolation({ device, kind: "bad_will", detail: will.slice(0, 120) });
          return done(refusal(REFUSAL.notAuthorized), false);
        }
        let state = states.get(device);
        if (state === undefined) {
          state = createDeviceState(limits.messagesPerSecond, limits.messageBurst, clock.monotonic());
          states.set(device, state);
        }
        if (cleanStarts.has(connection)) state.unreleased.clear();
        connection.signedIn = { device, topics, state };
        done(null, true);
      });
    },
    // Only last wills come this way: every other PUBLISH is answered before aedes.
    authorizePublish: (client, packet, done) => {
      const connection = connectionOf(client);
      const { signedIn } = connection ?? {};
      if (client?.closed === true && signedIn !== undefined && !isClosing) {
        if (signedIn.topics.mayPublishStatus(packet.topic)) {
          const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
          handlers.onMessage(
            { topic: packet.topic, payload, sender: signedIn.device, qos: packet.qos, retain: packet.retain, will: true },
            () => undefined,
          );
        }
      }
      // Nobody may subscribe to a status: it need not go further.
      done(new Error("handled"));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const connection = connectionOf(client);
      const { signedIn } = connection ?? {};
      const channel = signedIn?.topics.subscribable(subscription.topic);
      if (connection === undefined || signedIn === undefined || channel === undefined) {
        handlers.onViolation({
          device: signedIn?.device ?? null,
          kind: "foreign_subscription",
          detail: subscription.topic.slice(0, 120),
        });
        return done(null, null);
      }
      const outbox = connection.subscribe({
        channel,
        topic: Buffer.from(subscription.topic),
        qos: subscription.qos === 0 ? 0 : 1,
        properties: subscriptionProperties(connection.version, subscription),
      });
      subscriptions.set(subscription.topic, { connection, outbox });
      done(null, subscription);
    },
  });
  // Its parts report here what a single connection did wrong; without a listener that would end the process.
  (aedes as EventEmitter).on("error", () => undefined);

  aedes.on("clientReady", (client) => {
    const connection = connectionOf(client);
    const device = connection?.signedIn?.device;
    if (connection === undefined || device === undefined || connection.closed) return;
    // Two sign-ins at one moment: aedes replaces only the session it knows of.
    sessions.get(device)?.close(REASON.sessionTakenOver);
    sessions.set(device, connection);
    handlers.onConnection(device, true);
    connection.begin(client.receiveMaximum);
  });
  aedes.on("unsubscribe", (filters, client) => {
    const connection = connectionOf(client);
    for (const filter of filters) {
      const channel = connection?.signedIn?.topics.subscribable(filter);
      if (channel === undefined) continue;
      connection?.unsubscribe(channel);
      if (subscriptions.get(filter)?.connection === connection) subscriptions.delete(filter);
    }
  });
  aedes.on("subscribe", (granted, client) => {
    // aedes refuses shared subscriptions of MQTT 5 by itself, without asking.
    for (const { topic } of granted) {
      if (!topic.startsWith("$share/") || client.version !== 5) continue;
      const device = connectionOf(client)?.signedIn?.device ?? null;
      handlers.onViolation({ device, kind: "foreign_subscription", detail: topic.slice(0, 120) });
    }
  });

  const host: ConnectionHost = {
    handlers,
    limits,
    clock,
    backlog,
    handToAedes: (link) => {
      aedes.handle(link);
    },
    flushLater: (connection) => {
      if (connection.flushPending) return;
      connection.flushPending = true;
      if (toFlush.length === 0) setImmediate(flushAll);
      toFlush.push(connection);
    },
    closed: (connection) => {
      open.delete(connection);
      if (connection.unacknowledged > 0) orphaned.add(connection);
      const { signedIn } = connection;
      if (signedIn === undefined) return;
      for (const topic of signedIn.topics.subscribableTopics) {
        if (subscriptions.get(topic)?.connection === connection) subscriptions.delete(topic);
      }
      if (sessions.get(signedIn.device) !== connection) return;
      sessions.delete(signedIn.device);
      handlers.onConnection(signedIn.device, false);
    },
  };

  const accept = (socket: Socket): void => {
    open.add(new DeviceConnection(host, socket));
  };
  const server: Server =
    options.tls === undefined
      ? createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, accept)
      : createTlsServer(
          {
            ...options.tls,
            minVersion: "TLSv1.2",
            handshakeTimeout: limits.connectTimeout,
            noDelay: true,
            keepAlive: true,
            keepAliveInitialDelay: 60_000,
          },
          accept,
        );
  server.maxConnections = limits.maxConnections;

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
      if (connection.unacknowledged > 0 && now - connection.closedAt < ORPHANS_COUNT_FOR) continue;
      connection.forgetUnacknowledged();
      orphaned.delete(connection);
    }
  });

  const closeAedes = (): Promise<void> =>
    new Promise((resolve) => {
      aedes.close(() => resolve());
    });

  const closeAll = async (): Promise<void> => {
    isClosing = true;
    sweeping.cancel();
    const serverClosed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    const closing = [...open];
    for (const connection of closing) connection.close(REASON.serverShuttingDown);
    const force = setTimeout(() => {
      for (const connection of closing) connection.destroy();
    }, CLOSE_WITHIN / 3);
    let giveUp: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, CLOSE_WITHIN);
    });
    await Promise.race([Promise.all([serverClosed, closeAedes()]), late]);
    clearTimeout(force);
    clearTimeout(giveUp);
  };

  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port, options.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    sweeping.cancel();
    await closeAedes();
    throw cause;
  }
  // After it listens, an error concerns one socket that could not be accepted (no file descriptor left).
  server.on("error", () => undefined);

  const { port } = server.address() as AddressInfo;
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  let closed: Promise<void> | undefined;

  return {
    url: `${options.tls === undefined ? "mqtt" : "mqtts"}://${name}:${port}`,
    publish: (topic, payload) => {
      const subscription = subscriptions.get(topic);
      subscription?.connection.deliver(subscription.outbox, payload);
    },
    disconnect: (device) => {
      sessions.get(device)?.close(REASON.administrativeAction);
    },
    get connections() {
      return sessions.size;
    },
    [Symbol.asyncDispose]: () => (closed ??= closeAll()),
  };
};
