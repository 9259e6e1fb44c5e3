/** Commands to Mosquitto's dynamic security plugin: many in one message, each answered by its correlation. */
import mqtt, { type MqttClient } from "mqtt";
import type { DurationMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";

export type Command = { readonly command: string } & Readonly<Record<string, unknown>>;

interface Answer {
  readonly correlationData?: string;
  readonly error?: string;
  readonly data?: unknown;
}

/** What the plugin said to one command; null: the broker cannot be reached. */
export type CommandAnswer = { readonly error: string | null; readonly data: unknown } | null;

interface ControlChannelOptions {
  readonly url: string;
  readonly ca: string | null;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly clock: Pick<TransportClock, "after">;
  /** Answers can be asked for: at the start and after every interruption. */
  readonly onReady: () => void;
  readonly onTrouble: (detail: string) => void;
}

interface Waiting {
  readonly body: Command;
  readonly settle: (answer: CommandAnswer) => void;
}

const REQUEST = "$CONTROL/dynamic-security/v1";
const RESPONSE = `${REQUEST}/response`;
const MOST_IN_ONE = 64;
const CLOSED = "the broker closed the connection";
const ANSWER_WITHIN: DurationMs = 5_000;
const RECONNECT: DurationMs = 500;

export class ControlChannel implements AsyncDisposable {
  readonly #options: ControlChannelOptions;
  readonly #client: MqttClient;
  #isReady = false;
  #isClosing = false;
  #reason = CLOSED;
  #counter = 0;
  #waiting: Waiting[] = [];
  #asked: Map<string, Waiting> | null = null;

  constructor(options: ControlChannelOptions) {
    this.#options = options;
    this.#client = mqtt.connect(options.url, {
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      protocolVersion: 5,
      clean: true,
      keepalive: 15,
      resubscribe: false,
      reconnectPeriod: RECONNECT * (1 + Math.random()),
      connectTimeout: ANSWER_WITHIN,
      reconnectOnConnackError: true,
      ...(options.ca === null ? {} : { ca: options.ca }),
      log: () => {},
    });
    this.#client.on("connect", () => void this.#subscribe());
    this.#client.on("message", (_topic, payload) => this.#onAnswers(payload));
    this.#client.on("error", (cause) => (this.#reason = cause.message));
    this.#client.on("close", () => {
      this.#lose();
      if (!this.#isClosing) options.onTrouble(this.#reason);
      this.#reason = CLOSED;
    });
  }

  /** In the order given, which the plugin keeps. */
  run(commands: readonly Command[]): Promise<CommandAnswer[]> {
    return Promise.all(
      commands.map(
        (body) =>
          new Promise<CommandAnswer>((settle) => {
            if (!this.#isReady) return settle(null);
            this.#waiting.push({ body, settle });
            this.#ask();
          }),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.#lose();
    await this.#client.endAsync(true);
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#client.subscribeAsync(RESPONSE, { qos: 1 });
    } catch {
      this.#fail("the server's own account is no administrator of the dynamic security plugin");
      return;
    }
    if (!this.#client.connected) return;
    this.#isReady = true;
    this.#options.onReady();
  }

  #ask(): void {
    if (this.#asked !== null || this.#waiting.length === 0 || !this.#isReady) return;
    const asked = new Map<string, Waiting>();
    this.#asked = asked;
    // What is asked in one turn goes out as one message.
    queueMicrotask(() => {
      if (this.#asked !== asked) return;
      for (const item of this.#waiting.splice(0, MOST_IN_ONE)) asked.set(String((this.#counter += 1)), item);
      const commands = [...asked].map(([correlationData, { body }]) => ({ ...body, correlationData }));
      // A publish that fails is a connection that closes.
      this.#client.publish(REQUEST, JSON.stringify({ commands }), { qos: 1 });
    });
    const patience = this.#options.clock.after(ANSWER_WITHIN, () => {
      if (this.#asked !== asked) return;
      this.#fail("the dynamic security plugin does not answer");
    });
    this.#endPatience = () => patience.cancel();
  }

  #endPatience: () => void = () => {};

  /** Tried again with the next connection. */
  #fail(reason: string): void {
    this.#reason = reason;
    this.#client.stream.destroy();
  }

  #onAnswers(payload: Buffer): void {
    for (const { correlationData, error, data } of parseAnswers(payload)) {
      const item = this.#asked?.get(correlationData ?? "");
      if (item === undefined) continue;
      this.#asked?.delete(correlationData ?? "");
      item.settle({ error: error ?? null, data });
    }
    if (this.#asked === null || this.#asked.size > 0) return;
    this.#endPatience();
    this.#asked = null;
    this.#ask();
  }

  #lose(): void {
    this.#isReady = false;
    this.#endPatience();
    const lost = [...(this.#asked?.values() ?? []), ...this.#waiting];
    this.#asked = null;
    this.#waiting = [];
    for (const { settle } of lost) settle(null);
  }
}

const parseAnswers = (payload: Buffer): readonly Answer[] => {
  try {
    const { responses } = JSON.parse(payload.toString()) as { readonly responses?: unknown };
    return Array.isArray(responses) ? (responses as Answer[]) : [];
  } catch {
    return [];
  }
};
