/** What the receiver remembers of one device: its counter, its clock, and the receipts it is owed. */
import type { DeviceId } from "#core/ids.ts";
import type { MessageEntry } from "#core/journal-entry.ts";
import { ClockAdmission, type Retention } from "#core/samples/admission.ts";
import { MessageNumbers, type NumbersState } from "#core/samples/message-numbers.ts";
import { RivalCounters } from "#core/samples/rival-counters.ts";
import { WearWatch } from "#core/samples/wear-watch.ts";
import type { EpochMs } from "#core/time.ts";

export interface DeviceInboxState {
  readonly device: string;
  readonly numbers: NumbersState;
  readonly offset: number;
  /** Newest time it ever told of; absent while it told of none. */
  readonly newest?: EpochMs;
}

export class DeviceInbox {
  readonly device: DeviceId;
  readonly numbers: MessageNumbers;
  readonly admission: ClockAdmission;
  readonly rivals = new RivalCounters();
  readonly wear = new WearWatch();
  #newest: EpochMs;
  /** Lives of the counter with something new on disk that the device was not told yet. */
  readonly owed = new Set<number>();
  /** Monotonic time of the last receipt; −Infinity: never. */
  lastReceiptAt = Number.NEGATIVE_INFINITY;
  receiptQueued = false;

  constructor(device: DeviceId, retention: Retention, state?: DeviceInboxState) {
    this.device = device;
    this.numbers = new MessageNumbers(state?.numbers);
    this.admission = new ClockAdmission(retention, state?.offset);
    this.#newest = state?.newest ?? Number.NEGATIVE_INFINITY;
  }

  /** Remembers the newest time a message tells of (−∞: none); true when the device told of nothing newer before. */
  hears(newest: EpochMs): boolean {
    if (newest <= this.#newest) return false;
    this.#newest = newest;
    return true;
  }

  state(): DeviceInboxState {
    return {
      device: this.device,
      numbers: this.numbers.state(),
      offset: this.admission.offset,
      ...(Number.isFinite(this.#newest) ? { newest: this.#newest } : {}),
    };
  }
}

/** Newest believable time a message tells of; −∞ for none. */
export const newestOf = ({ samples, waveform }: Pick<MessageEntry, "samples" | "waveform">): EpochMs => {
  let newest = waveform?.t0 ?? Number.NEGATIVE_INFINITY;
  for (let index = 0; index < samples.length; index++) newest = Math.max(newest, samples[index]?.t ?? newest);
  return newest;
};
