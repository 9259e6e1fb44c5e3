/** Who is signed in, what each is subscribed to, and what is remembered of a device between its connections. */
import type { DeviceId } from "#core/ids.ts";
import type { BusHandlers, BusMessage } from "#ports/telemetry-bus.ts";
import type { BusLimits } from "./bus-limits.ts";
import type { DeviceConnection } from "./device-connection.ts";
import { createDeviceState, type DeviceState } from "./device-state.ts";
import { REASON } from "./outgoing-packets.ts";
import { OwnTopics } from "./own-topics.ts";
import { createSignIn, REFUSAL } from "./sign-in.ts";
import { SignInDamper } from "./sign-in-damper.ts";
import type { SubscriptionOutbox } from "./subscription-outbox.ts";
import { subscriptionProperties } from "./subscription-properties.ts";
import type { BusClock } from "./system-clock.ts";

export interface SessionRequest {
  readonly clientId: string;
  readonly username: string | null;
  readonly secret: Uint8Array | null;
  readonly willTopic: string | undefined;
  readonly cleanStart: boolean;
}

/** A filter as the device asked for it; MQTT 5 may add a subscription identifier. */
export interface SubscriptionRequest {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

/** Foreign topics and filters are reported, but not at any length. */
const MOST_DETAIL = 120;

export class DeviceSessions {
  readonly #handlers: BusHandlers;
  readonly #limits: BusLimits;
  readonly #clock: BusClock;
  readonly #signIn: ReturnType<typeof createSignIn>;
  readonly #connections = new Map<DeviceId, DeviceConnection>();
  /** One entry a device that ever signed in: bounded by the registry. */
  readonly #states = new Map<DeviceId, DeviceState>();
  readonly #subscriptions = new Map<string, { connection: DeviceConnection; outbox: SubscriptionOutbox }>();

  constructor(handlers: BusHandlers, limits: BusLimits, clock: BusClock) {
    this.#handlers = handlers;
    this.#limits = limits;
    this.#clock = clock;
    this.#signIn = createSignIn(handlers, new SignInDamper(), clock);
  }

  get count(): number {
    return this.#connections.size;
  }

  /** 0 when the connection may go on, else the CONNACK code of MQTT 3.1.1. */
  async admit(connection: DeviceConnection, request: SessionRequest): Promise<number> {
    const { remoteAddress } = connection;
    const outcome = await this.#signIn({ ...request, remoteAddress });
    if (outcome.kind === "refused") return outcome.returnCode;
    const { device, site } = outcome;
    const topics = new OwnTopics(site, device);
    const { willTopic } = request;
    if (willTopic !== undefined && !topics.mayPublishStatus(willTopic)) {
      this.#handlers.onViolation({ device, kind: "bad_will", detail: willTopic.slice(0, MOST_DETAIL) });
      return REFUSAL.notAuthorized;
    }
    let state = this.#states.get(device);
    if (state === undefined) {
      const { messagesPerSecond, messageBurst } = this.#limits;
      state = createDeviceState(messagesPerSecond, messageBurst, this.#clock.monotonic());
      this.#states.set(device, state);
    }
    if (request.cleanStart) state.unreleased.clear();
    connection.signedIn = { device, topics, state };
    return 0;
  }

  /** The sign-in was answered: from now on this connection is the device. */
  begin(connection: DeviceConnection, receiveMaximum: number): void {
    const device = connection.signedIn?.device;
    if (device === undefined || connection.closed) return;
    // Two sign-ins at one moment: aedes replaces only the session it knows of.
    this.#connections.get(device)?.close(REASON.sessionTakenOver);
    this.#connections.set(device, connection);
    this.#handlers.onConnection(device, true);
    connection.begin(receiveMaximum);
  }

  /** False when the filter is not the device's own receipt or command. */
  subscribe(connection: DeviceConnection, request: SubscriptionRequest): boolean {
    const { topic, qos } = request;
    const channel = connection.signedIn?.topics.subscribable(topic);
    if (channel === undefined) {
      this.reportForeignSubscription(connection, topic);
      return false;
    }
    const outbox = connection.deliveries.subscribe({
      channel,
      topic: Buffer.from(topic),
      qos: qos === 0 ? 0 : 1,
      properties: subscriptionProperties(connection.version, request),
    });
    this.#subscriptions.set(topic, { connection, outbox });
    return true;
  }

  unsubscribe(connection: DeviceConnection, topic: string): void {
    const channel = connection.signedIn?.topics.subscribable(topic);
    if (channel === undefined) return;
    connection.deliveries.unsubscribe(channel);
    this.#dropSubscription(connection, topic);
  }

  reportForeignSubscription(connection: DeviceConnection, topic: string): void {
    const device = connection.signedIn?.device ?? null;
    this.#handlers.onViolation({ device, kind: "foreign_subscription", detail: topic.slice(0, MOST_DETAIL) });
  }

  /** The device vanished: its last will is its own message, already promised, with nobody left to acknowledge it to. */
  publishWill(connection: DeviceConnection, will: Pick<BusMessage, "topic" | "payload" | "qos" | "retain">): void {
    const { signedIn } = connection;
    if (signedIn === undefined || !signedIn.topics.mayPublishStatus(will.topic)) return;
    this.#handlers.onMessage({ ...will, sender: signedIn.device, will: true }, () => undefined);
  }

  ended(connection: DeviceConnection): void {
    const { signedIn } = connection;
    if (signedIn === undefined) return;
    for (const topic of signedIn.topics.subscribableTopics) this.#dropSubscription(connection, topic);
    if (this.#connections.get(signedIn.device) !== connection) return;
    this.#connections.delete(signedIn.device);
    this.#handlers.onConnection(signedIn.device, false);
  }

  publish(topic: string, payload: string): void {
    const subscription = this.#subscriptions.get(topic);
    subscription?.connection.deliveries.deliver(subscription.outbox, payload);
  }

  disconnect(device: DeviceId): void {
    this.#connections.get(device)?.close(REASON.administrativeAction);
  }

  #dropSubscription(connection: DeviceConnection, topic: string): void {
    if (this.#subscriptions.get(topic)?.connection === connection) this.#subscriptions.delete(topic);
  }
}
