/** What the receiver remembers of one device: its counter, its clock, and the receipts it is owed. */
import type { DeviceId } from "#core/ids.ts";
import { ClockAdmission, type Retention } from "#core/samples/admission.ts";
import { MessageNumbers, type NumbersState } from "#core/samples/message-numbers.ts";
import { RivalCounters } from "#core/samples/rival-counters.ts";
import { WearWatch } from "#core/samples/wear-watch.ts";

export interface DeviceInboxState {
  readonly device: string;
  readonly numbers: NumbersState;
  readonly offset: number;
}

export class DeviceInbox {
  readonly device: DeviceId;
  readonly numbers: MessageNumbers;
  readonly admission: ClockAdmission;
  readonly rivals = new RivalCounters();
  readonly wear = new WearWatch();
  /** Lives of the counter with something new on disk that the device was not told yet. */
  readonly owed = new Set<number>();
  /** Monotonic time of the last receipt; −Infinity: never. */
  lastReceiptAt = Number.NEGATIVE_INFINITY;
  receiptQueued = false;

  constructor(device: DeviceId, retention: Retention, state?: DeviceInboxState) {
    this.device = device;
    this.numbers = new MessageNumbers(state?.numbers);
    this.admission = new ClockAdmission(retention, state?.offset);
  }

  state(): DeviceInboxState {
    return { device: this.device, numbers: this.numbers.state(), offset: this.admission.offset };
  }
}
