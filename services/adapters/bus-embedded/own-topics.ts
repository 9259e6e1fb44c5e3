/** The topics one device may use (contract section 2), ready to be compared byte by byte. */
import type { DeviceId } from "#core/ids.ts";

type PublishChannel = "telemetry" | "waveform" | "status";
export type SubscribeChannel = "receipt" | "command";

export interface OwnTopic {
  /** `unknown`: below the device's own prefix, but no channel of the contract; whoever receives it sets it aside. */
  readonly channel: PublishChannel | "unknown";
  readonly name: string;
  readonly bytes: Buffer;
}

const MOST_TAIL = 64;
const TAIL = /^[A-Za-z0-9_/-]+$/;

export class OwnTopics {
  readonly #publish: readonly OwnTopic[];
  readonly #subscribe: ReadonlyMap<string, SubscribeChannel>;
  readonly #prefix: Buffer;
  #last: OwnTopic;

  constructor(site: string, device: DeviceId) {
    const prefix = `homeward/v1/${site}/${device}/`;
    const topic = (channel: PublishChannel): OwnTopic => ({
      channel,
      name: prefix + channel,
      bytes: Buffer.from(prefix + channel),
    });
    this.#prefix = Buffer.from(prefix);
    this.#last = topic("telemetry");
    this.#publish = [this.#last, topic("waveform"), topic("status")];
    this.#subscribe = new Map([
      [`${prefix}receipt`, "receipt"],
      [`${prefix}command`, "command"],
    ]);
  }

  /** The own topic that stands in `bytes[start, start + length)`; a device mostly repeats its last one. */
  find(bytes: Buffer, start: number, length: number): OwnTopic | undefined {
    if (matches(this.#last.bytes, bytes, start, length)) return this.#last;
    const found = this.#publish.find((topic) => matches(topic.bytes, bytes, start, length));
    if (found !== undefined) this.#last = found;
    return found ?? this.#unknownChannel(bytes, start, length);
  }

  /** A device may publish below its own prefix: what it sends there by mistake is set aside and acknowledged, not sent again for ever. */
  #unknownChannel(bytes: Buffer, start: number, length: number): OwnTopic | undefined {
    const { length: head } = this.#prefix;
    if (length <= head || length > head + MOST_TAIL || this.#prefix.compare(bytes, start, start + head) !== 0) return undefined;
    const name = bytes.toString("latin1", start, start + length);
    if (!TAIL.test(name.slice(head)) || this.#subscribe.has(name)) return undefined;
    return { channel: "unknown", name, bytes: Buffer.from(name) };
  }

  mayPublishStatus(topic: string): boolean {
    return this.#publish.some((own) => own.channel === "status" && own.name === topic);
  }

  get subscribableTopics(): Iterable<string> {
    return this.#subscribe.keys();
  }

  /** Only exact topics: a wildcard, `$share/…` or `$SYS/…` is never one of them. */
  subscribable(filter: string): SubscribeChannel | undefined {
    return this.#subscribe.get(filter);
  }
}

const matches = (own: Buffer, bytes: Buffer, start: number, length: number): boolean => {
  if (own.length !== length) return false;
  // From the end, where the channels differ.
  for (let index = length - 1; index >= 0; index -= 1) {
    if (own[index] !== bytes[start + index]) return false;
  }
  return true;
};
