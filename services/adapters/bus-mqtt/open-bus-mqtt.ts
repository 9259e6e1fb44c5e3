/** Opens the bus behind an external broker: one session that outlives every connection, receipts and commands on the same one. */
import { topicFilter } from "#contracts/topics.ts";
import type { DurationMs } from "#core/time.ts";
import type { Timer, TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { BusHandlers, TelemetryBus } from "#ports/telemetry-bus.ts";
import type { Window } from "./acknowledgements.ts";
import { createBrokerAddress } from "./broker-address.ts";
import { BrokerConnection, type BrokerSignIn } from "./broker-connection.ts";
import { OutgoingPublishes } from "./outgoing-publishes.ts";
import type { Publish } from "./packet-reader.ts";

export interface BusMqttOptions {
  readonly url: string;
  readonly ca: string | null;
  /** `clientId` names the session: the same at every start on one data directory, and nobody else's. */
  readonly signIn: BrokerSignIn;
  readonly handlers: BusHandlers;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Several receivers share the devices between them; an order across receivers there is then none. */
  readonly shareGroup?: string;
  /** Messages handed on and not acknowledged; 10,000 and 64 MiB unless told. */
  readonly window?: Window;
  /** 0 to 1, for the jitter of reconnections. */
  readonly random?: () => number;
}

export interface BusMqtt extends TelemetryBus {
  /** Resolves when the first attempt to connect has ended, one way or the other. */
  readonly attempted: Promise<void>;
}

const WINDOW: Window = { messages: 10_000, bytes: 64 * 1_024 ** 2 };
const FIRST_WAIT: DurationMs = 200;
/** Back within 10 s of the broker's return, whatever it took (reliability F5). */
const LONGEST_WAIT: DurationMs = 5_000;
const STATUS = "/status";
/** Everything below a device's own prefix: what comes by mistake is set aside, not overlooked. */
const EVERYTHING = "homeward/v1/+/+/#";

export const openBusMqtt = (options: BusMqttOptions): BusMqtt => {
  const { handlers, clock, diagnostics, shareGroup, random = Math.random } = options;
  const address = createBrokerAddress(options.url, options.ca);
  const outgoing = new OutgoingPublishes();
  const attempted = Promise.withResolvers<void>();
  let connection: BrokerConnection | null = null;
  let isReceiving: boolean | null = null;
  let failures = 0;
  let retry: Timer | null = null;
  let closing: Promise<void> | null = null;

  const tell = (receiving: boolean, silentFor: DurationMs, detail: string): void => {
    attempted.resolve();
    if (isReceiving === receiving || closing !== null) return;
    isReceiving = receiving;
    handlers.onReceiving?.(receiving, silentFor, detail);
  };

  const onPublish = ({ topic, payload, qos, retain }: Publish, acknowledge: () => void): void => {
    // Our subscription never marks a live message as retained: this is an old one, kept by the broker. Only states are worth repeating.
    if (retain && !topic.endsWith(STATUS)) {
      diagnostics.count("homeward_retained_ignored_total");
      return acknowledge();
    }
    // Who sent it the broker does not say, nor whether it is a will.
    handlers.onMessage({ topic, payload, sender: null, qos, retain, will: false }, acknowledge);
  };

  const connect = (): void => {
    retry = null;
    const current = new BrokerConnection({
      address,
      signIn: options.signIn,
      filters: filtersOf(shareGroup),
      window: options.window ?? WINDOW,
      clock,
      onPublish,
      onReady({ sessionPresent, receiveMaximum }) {
        failures = 0;
        diagnostics.info("broker_connected", { sessionPresent });
        tell(true, 0, "connected");
        outgoing.begin(receiveMaximum, (packetId, { topic, payload }) => current.publish(packetId, topic, payload));
      },
      onConfirmed(packetId, refused) {
        if (refused) diagnostics.count("homeward_broker_refused_publishes_total");
        outgoing.confirmed(packetId);
      },
      onEnd(reason, silentFor) {
        connection = null;
        outgoing.end();
        tell(false, silentFor, reason);
        if (closing !== null) return;
        diagnostics.warn("broker_lost", { reason });
        // Half of the wait is chance, so that not everybody comes back at once.
        const wait = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) * (0.5 + random() / 2);
        failures += 1;
        retry = clock.after(wait, connect);
      },
    });
    connection = current;
  };

  const close = async (): Promise<void> => {
    retry?.cancel();
    await connection?.close();
  };

  connect();
  return {
    url: address.url,
    attempted: attempted.promise,
    publish: (topic, payload) => outgoing.publish(topic, payload),
    // The sessions are the broker's: whoever provisions it ends them.
    disconnect: () => undefined,
    connections: 0,
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
};

/** A shared subscription cannot exclude what we publish ourselves, so it names the channels of devices one by one. */
const filtersOf = (shareGroup: string | undefined): { readonly filter: string; readonly noLocal: boolean }[] =>
  shareGroup === undefined
    ? [{ filter: EVERYTHING, noLocal: true }]
    : (["telemetry", "waveform", "status"] as const).map((channel) => ({
        filter: `$share/${shareGroup}/${topicFilter(channel)}`,
        noLocal: false,
      }));
