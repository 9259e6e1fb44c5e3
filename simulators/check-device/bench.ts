/** What an examination needs of the place where it happens: a broker that refuses, holds back, cuts and asks when told to. */
import type { UnitConversions } from "#core/metrics/unit-conversion.ts";

/** One PUBLISH of the device, or its last will. */
export interface Received {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** As the device sent it, also on channels where a broker ignores it. */
  readonly retain: boolean;
  readonly will: boolean;
  /** Lets the PUBACK go out. */
  readonly acknowledge: () => void;
}

export interface BenchListener {
  /** A CONNECT came, whatever becomes of it. */
  attempted(): void;
  signedIn(): void;
  closed(): void;
  subscribed(topic: string): void;
  received(message: Received): void;
  violated(kind: "foreign_topic" | "foreign_subscription" | "bad_credentials" | "bad_will", detail: string): void;
}

export interface Bench {
  /** The product's own conversions: a unit is judged as the server would. */
  readonly convert: UnitConversions;
  /** Milliseconds since 1970: what the device's own times are compared with. */
  now(): number;
  /** Calls once after so many milliseconds; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
  listen(listener: BenchListener): void;
  /** The next CONNECT is answered "server unavailable". */
  refuseNext(): void;
  sendReceipt(body: string): void;
  /** Ends the TCP connection in the middle of whatever is on its way. */
  cut(): void;
}

/** The device's own program, where the bench started it. */
export interface DeviceProgram {
  /** kill -9 and start again with the same settings. */
  restart(): Promise<void>;
}
