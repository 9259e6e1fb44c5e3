/** The topics one device may use (contract section 2), ready to be compared byte by byte. */
import type { DeviceId } from "#core/ids.ts";

type PublishChannel = "telemetry" | "waveform" | "status";
export type SubscribeChannel = "receipt" | "command";

export interface OwnTopic {
  readonly channel: PublishChannel;
  readonly name: string;
  readonly bytes: Buffer;
}

export class OwnTopics {
  readonly #publish: readonly OwnTopic[];
  readonly #subscribe: ReadonlyMap<string, SubscribeChannel>;
  #last: OwnTopic;

  constructor(site: string, device: DeviceId) {
    const prefix = `homeward/v1/${site}/${device}/`;
    const topic = (channel: PublishChannel): OwnTopic => ({
      channel,
      name: prefix + channel,
      bytes: Buffer.from(prefix + channel),
    });
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
    return found;
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
