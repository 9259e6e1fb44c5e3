/** What was seen of a device, in order: sign-ins, messages by number and life of the counter, statuses, and what was wrong with each. */
import { decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { parseTopic } from "#contracts/topics.ts";
import type { Epoch } from "#core/journal-entry.ts";
import type { UnitConversions } from "#core/metrics/unit-conversion.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Received } from "./bench.ts";

/** One number of the counter and everything that came under it. */
export interface Numbered {
  readonly seq: number;
  readonly channel: "telemetry" | "waveform";
  /** Null: only ever voided. */
  bytes: Uint8Array | null;
  readonly firstAt: number;
  /** The connection it came on first. */
  readonly connection: number;
  /** Arrivals of the same content. */
  times: number;
  timesOnConnection: number;
  lastConnection: number;
  acknowledged: boolean;
  /** When a receipt covered it. */
  receiptedAt: number | null;
  asked: boolean;
  void: boolean;
}

/** One life of the device's counter. */
export interface Life {
  readonly epoch: Epoch | undefined;
  readonly first: number;
  readonly numbers: Map<number, Numbered>;
  highest: number;
}

export interface Complaint {
  readonly reason: QuarantineReason;
  readonly seq: number | undefined;
  readonly topic: string;
  readonly text: string;
  count: number;
}

export interface TimeSeen {
  readonly seq: number | undefined;
  readonly t: number;
  readonly arrivedAt: number;
}

/** A receipt on its way may cross a repeat: later ones count. */
const CROSSING_MS = 1_000;

export class Logbook {
  connection = 0;
  readonly attempts: number[] = [];
  readonly signIns: number[] = [];
  readonly refusals: string[] = [];
  readonly foreign: string[] = [];
  readonly subscriptions = new Set<string>();
  readonly lives: Life[] = [];
  readonly complaints = new Map<QuarantineReason, Complaint>();
  readonly misdelivered: string[] = [];
  readonly arrivals: number[] = [];
  readonly times: TimeSeen[] = [];
  /** Numbers skipped on an unbroken connection: from, to. */
  readonly jumps: (readonly [number, number])[] = [];
  /** A counter that fell without a new epoch: from, to. */
  readonly falls: (readonly [number, number])[] = [];
  readonly otherBytes: Numbered[] = [];
  readonly countedApart: number[] = [];
  readonly repeatedAfterReceipt = new Set<number>();
  readonly voidedUnasked: number[] = [];
  readonly statuses: { readonly retain: boolean; readonly qos: number; readonly problem: QuarantineReason | null }[] = [];
  readonly wills: { readonly topic: string; readonly retain: boolean }[] = [];
  unnumbered = 0;
  waveforms = 0;
  mostBytes = 0;
  mostSamples = 0;
  readonly #convert: UnitConversions;

  constructor(convert: UnitConversions) {
    this.#convert = convert;
  }

  get life(): Life | undefined {
    return this.lives.at(-1);
  }

  /** The numbered message this was, once judged. */
  take(message: Received, arrivedAt: number): Numbered | null {
    const channel = parseTopic(message.topic)?.channel;
    if (channel === "status") this.#takeStatus(message);
    if (channel !== "telemetry" && channel !== "waveform") return null;
    this.arrivals.push(arrivedAt);
    if (channel === "waveform") this.waveforms += 1;
    const isWrongQos = channel === "telemetry" ? message.qos !== 1 : message.qos === 2;
    if (isWrongQos || message.retain) {
      this.misdelivered.push(`a ${channel} message came at QoS ${message.qos}${message.retain ? ", retained" : ""}`);
    }
    const decoded = decodeMessage(message.payload, channel, { arrivedAt, convert: this.#convert });
    this.mostBytes = Math.max(this.mostBytes, message.payload.length);
    this.mostSamples = Math.max(this.mostSamples, decoded.samples.length + decoded.quarantined.length);
    for (const { reason, sample } of decoded.quarantined) this.#complain(reason, decoded.seq, message, sample);
    const newest = decoded.waveform?.t0 ?? Math.max(...decoded.samples.map(({ t }) => t));
    if (decoded.seq === undefined) {
      this.unnumbered += 1;
      return null;
    }
    // The bytes belong to the connection's buffer.
    const bytes = Uint8Array.from(message.payload);
    const numbered = this.#number(decoded.seq, decoded.epoch, channel, bytes, decoded.void === true, arrivedAt);
    if (numbered.times === 1 && Number.isFinite(newest)) this.times.push({ seq: decoded.seq, t: newest, arrivedAt });
    return numbered;
  }

  /** Numbers between the first and the highest that never came. */
  neverSeen(life: Life): number[] {
    const gaps: number[] = [];
    for (let seq = life.highest; seq >= life.first && gaps.length < 100; seq--) if (!life.numbers.has(seq)) gaps.push(seq);
    return gaps.reverse();
  }

  #number(
    seq: number,
    epoch: Epoch | undefined,
    channel: "telemetry" | "waveform",
    bytes: Uint8Array,
    isVoid: boolean,
    at: number,
  ): Numbered {
    const life = this.life;
    if (life === undefined || (epoch !== undefined && epoch !== life.epoch)) return this.#begin(seq, epoch, channel, bytes, isVoid, at);
    const known = life.numbers.get(seq);
    if (known === undefined) {
      if (seq < life.first && !isVoid) return this.#fall(life, seq, epoch, channel, bytes, at);
      const highest = life.numbers.get(life.highest);
      if (seq > life.highest + 1 && highest?.connection === this.connection) this.jumps.push([life.highest, seq]);
      return this.#add(life, seq, channel, bytes, isVoid, at);
    }
    if (isVoid) {
      if (!known.asked && known.receiptedAt === null) this.voidedUnasked.push(seq);
      known.void = true;
      return known;
    }
    if (known.bytes === null || sameBytes(known.bytes, bytes)) {
      known.bytes ??= bytes;
      this.#repeat(known, at);
      return known;
    }
    if (known.channel !== channel) {
      this.countedApart.push(seq);
      return known;
    }
    // What a receipt covered and nobody asked for, or what was voided, is not a repeat gone wrong: the counter began again.
    if (known.receiptedAt !== null && (!known.asked || known.void)) return this.#fall(life, seq, epoch, channel, bytes, at);
    this.otherBytes.push(known);
    this.#repeat(known, at);
    return known;
  }

  #repeat(known: Numbered, at: number): void {
    known.times += 1;
    known.timesOnConnection = known.lastConnection === this.connection ? known.timesOnConnection + 1 : 1;
    known.lastConnection = this.connection;
    if (known.receiptedAt !== null && !known.asked && at - known.receiptedAt > CROSSING_MS) this.repeatedAfterReceipt.add(known.seq);
  }

  #fall(life: Life, seq: number, epoch: Epoch | undefined, channel: "telemetry" | "waveform", bytes: Uint8Array, at: number): Numbered {
    this.falls.push([life.highest, seq]);
    return this.#begin(seq, epoch, channel, bytes, false, at);
  }

  #begin(
    seq: number,
    epoch: Epoch | undefined,
    channel: "telemetry" | "waveform",
    bytes: Uint8Array,
    isVoid: boolean,
    at: number,
  ): Numbered {
    const life: Life = { epoch, first: seq, numbers: new Map(), highest: seq };
    this.lives.push(life);
    return this.#add(life, seq, channel, bytes, isVoid, at);
  }

  #add(life: Life, seq: number, channel: "telemetry" | "waveform", bytes: Uint8Array, isVoid: boolean, at: number): Numbered {
    const numbered: Numbered = {
      seq,
      channel,
      bytes: isVoid ? null : bytes,
      firstAt: at,
      connection: this.connection,
      times: 1,
      timesOnConnection: 1,
      lastConnection: this.connection,
      acknowledged: false,
      receiptedAt: null,
      asked: false,
      void: isVoid,
    };
    life.numbers.set(seq, numbered);
    life.highest = Math.max(life.highest, seq);
    return numbered;
  }

  #takeStatus({ topic, payload, qos, retain, will }: Received): void {
    if (will) this.wills.push({ topic, retain });
    else {
      const decoded = decodeStatus(payload);
      this.statuses.push({ retain, qos, problem: decoded.ok ? null : decoded.problem });
    }
  }

  #complain(reason: QuarantineReason, seq: number | undefined, { topic, payload }: Received, sample: unknown): void {
    const known = this.complaints.get(reason);
    if (known !== undefined) known.count += 1;
    else {
      const text = sample === undefined ? new TextDecoder().decode(payload.subarray(0, 200)) : JSON.stringify(sample);
      this.complaints.set(reason, { reason, seq, topic, text: text.slice(0, 160), count: 1 });
    }
  }
}

export const explain = ({ reason, seq, text, count }: Complaint): string =>
  `${count === 1 ? "one" : count} set aside as ${reason}: ${QUARANTINE_REASONS[reason].replace(/\.$/, "")}; first in ${seq === undefined ? "a message without a readable seq" : `message ${seq}`}: ${text}`;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
