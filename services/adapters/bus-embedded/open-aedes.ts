/** Ties aedes to this adapter: it speaks sign-in, sessions and subscriptions; who may do what is decided here. */
import type { EventEmitter } from "node:events";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import type { BusLimits } from "./bus-limits.ts";
import { ControlLink } from "./control-link.ts";
import { DeviceConnection, TOPIC_ALIAS_MAXIMUM } from "./device-connection.ts";
import type { DeviceSessions } from "./device-sessions.ts";
import { REFUSAL } from "./sign-in.ts";

export interface AedesBehind {
  handle(link: ControlLink<DeviceConnection>): void;
  close(): Promise<void>;
}

/** What a CONNECT said beside names and secrets. */
interface ConnectDetails {
  readonly willTopic: string | undefined;
  readonly cleanStart: boolean;
}

/** aedes asks with its own client objects; this adapter's connection stands behind the stream. */
const connectionOf = (client: Client | null): DeviceConnection | undefined => {
  const stream = client?.conn;
  return stream instanceof ControlLink && stream.owner instanceof DeviceConnection ? stream.owner : undefined;
};

const refusal = (returnCode: number): AuthenticateError => Object.assign(new Error("refused"), { returnCode });

export const openAedes = async (limits: BusLimits, sessions: DeviceSessions): Promise<AedesBehind> => {
  const details = new WeakMap<DeviceConnection, ConnectDetails>();
  let isClosing = false;

  const admit = async (
    client: Client,
    username: string | undefined,
    secret: Buffer | undefined,
    answer: (error: AuthenticateError | null, accepted: boolean) => void,
  ): Promise<void> => {
    const connection = connectionOf(client);
    if (connection === undefined) return answer(refusal(REFUSAL.notAuthorized), false);
    const { willTopic, cleanStart = false } = details.get(connection) ?? {};
    const code = await sessions.admit(connection, {
      clientId: client.id,
      username: username ?? null,
      secret: secret ?? null,
      willTopic,
      cleanStart,
    });
    if (connection.closed) return;
    if (code === 0) answer(null, true);
    else answer(refusal(code), false);
  };

  const aedes = await Aedes.createBroker({
    // The CONNECT is awaited before aedes sees anything; this is only its own second line.
    connectTimeout: 3 * limits.connectTimeout,
    // A device that reads too slowly is noticed at its socket, not at the stream between.
    drainTimeout: 0,
    maxClientsIdLength: 64,
    topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
    maximumPacketSize: limits.maxPublishBytes,
    receiveMaximum: Math.min(limits.unacknowledgedMessages, 65_535),
    preConnect: (client, packet, done) => {
      const connection = connectionOf(client);
      if (connection !== undefined) {
        details.set(connection, { willTopic: packet.will?.topic, cleanStart: packet.clean === true });
      }
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      void admit(client, username, password, done);
    },
    // Only last wills come this way: every other PUBLISH is answered before aedes. A will of a device that is still
    // connected is aedes' idea of a broker that stood still; our own end is no device's silence (semantics 3.6).
    authorizePublish: (client, { topic, payload, qos, retain }, done) => {
      const connection = connectionOf(client);
      if (connection !== undefined && client?.closed === true && !isClosing) {
        const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
        sessions.publishWill(connection, { topic, payload: bytes, qos, retain });
      }
      // Nobody may subscribe to a status: it need not go further.
      done(new Error("handed on"));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const connection = connectionOf(client);
      const isOwn = connection !== undefined && sessions.subscribe(connection, subscription);
      done(null, isOwn ? subscription : null);
    },
  });

  // What a single connection did wrong may arrive here; without a listener that would end the process.
  (aedes as EventEmitter).on("error", () => undefined);
  aedes.on("clientReady", (client) => {
    const connection = connectionOf(client);
    if (connection !== undefined) sessions.begin(connection, client.receiveMaximum);
  });
  aedes.on("subscribe", (granted, client) => {
    const connection = connectionOf(client);
    if (connection === undefined || client.version !== 5) return;
    // aedes refuses shared subscriptions of MQTT 5 by itself, without asking.
    for (const { topic } of granted) {
      if (topic.startsWith("$share/")) sessions.reportForeignSubscription(connection, topic);
    }
  });
  aedes.on("unsubscribe", (topics, client) => {
    const connection = connectionOf(client);
    if (connection === undefined) return;
    for (const topic of topics) sessions.unsubscribe(connection, topic);
  });

  return {
    handle: (link) => {
      aedes.handle(link);
    },
    close: () => {
      isClosing = true;
      return new Promise((resolve) => {
        aedes.close(() => resolve());
      });
    },
  };
};
