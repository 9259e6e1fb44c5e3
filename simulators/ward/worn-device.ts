/** One device on its wearer: measures second by second with its own clock, loses what the radio loses, and hands messages to its link. */
import { type EpochMs, MINUTE } from "#core/time.ts";
import { isStream } from "../devices/is-stream.ts";
import { type DeviceKind, type DeviceSample, NOTHING, type SimulatedDevice, type WaveformBlock } from "../devices/simulated-device.ts";
import { Spells } from "../devices/spells.ts";
import type { Link } from "../link/link.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import type { DeviceFault } from "../scenarios/scenario.ts";
import { calmStart } from "./calm-start.ts";
import { DeviceClock } from "./device-clock.ts";
import { Radio } from "./radio.ts";
import type { WardDevice } from "./ward-device.ts";

/** Never more in one message: contract section 2 allows 5,000 samples, but also 256 KiB. */
const SAMPLES_A_MESSAGE = 1_500;
/** Messages without a receipt at which a device on a good connection gathers more into one. */
const WAITING = 40;
/** Once a day a device is out of its gateway's reach for 10 to 90 minutes, and brings them afterwards (domain 5.8). */
const LATE_BURSTS_PER_HOUR = 1 / 24;
/** Clinical time within which a device signs in again when its way is free: not all at one moment. */
const BACK_WITHIN_MS = 5_000;

export interface WornDeviceOptions {
  readonly device: WardDevice;
  readonly kind: DeviceKind;
  readonly random: Random;
  readonly link: Link;
  /** From which the faults' minutes count. */
  readonly origin: EpochMs;
  /** Of clinical time. */
  readonly speed: () => number;
}

export class WornDevice {
  readonly link: Link;
  readonly person: string;
  /** Samples the radio has lost. */
  lost = 0;
  readonly #device: SimulatedDevice;
  readonly #faults: readonly DeviceFault[];
  readonly #origin: EpochMs;
  readonly #speed: () => number;
  /** Null: without misfortunes of its own. */
  readonly #own: { readonly clock: DeviceClock; readonly radio: Radio; readonly away: Spells } | null;
  #samples: DeviceSample[] = [];
  #now: EpochMs = Number.NEGATIVE_INFINITY;
  #online = true;
  #held = false;
  #unruly = false;
  #statusAt = Number.NEGATIVE_INFINITY;
  #sendAt: EpochMs;

  constructor({ device, kind, random, link, origin, speed }: WornDeviceOptions) {
    const artefacts = device.artefacts ?? true;
    this.link = link;
    this.person = device.person ?? device.id;
    const calmUntil = origin + (device.calmMin ?? 0) * MINUTE;
    const own = calmStart(random.fork("device"), () => this.#now < calmUntil);
    this.#device = kind.create({ random: own, artefacts, waveforms: device.waveforms ?? false });
    this.#faults = device.faults ?? [];
    this.#origin = origin;
    this.#speed = speed;
    this.#sendAt = origin;
    this.#own =
      artefacts && device.steady !== true
        ? {
            clock: new DeviceClock(random.fork("clock"), origin),
            radio: new Radio(random.fork("radio")),
            away: new Spells(random.fork("away"), 600, 5_400),
          }
        : null;
  }

  /** One second on. `bodyOf` gives everybody's body in this second; `gatewayUp`: the home's way out works. */
  second(t: EpochMs, bodyOf: (person: string) => Body | undefined, gatewayUp: boolean): void {
    this.#now = t;
    const has = (kind: DeviceFault["kind"]): DeviceFault | undefined => this.#fault(kind, t);
    const faulty = this.#faults.length > 0;
    const dead = faulty && has("dead") !== undefined;
    const away = this.#own?.away.step(LATE_BURSTS_PER_HOUR) ?? false;
    const carried = this.#own?.radio.step() ?? true;
    this.#way(gatewayUp && !dead && !(faulty && has("offline") !== undefined), away, away || (faulty && has("unruly") !== undefined));
    if (dead) return;
    const swapped = faulty ? has("worn_by") : undefined;
    const body = bodyOf(swapped?.kind === "worn_by" ? swapped.person : this.person);
    const off = body === undefined || (faulty && has("off_body") !== undefined);
    const emission = off ? (this.#device.stepOffBody?.(t) ?? NOTHING) : this.#device.step(body);
    if (emission === NOTHING) return;
    const wrong = faulty ? has("clock") : undefined;
    const offset = (this.#own?.clock.offsetAt(t) ?? 0) + (wrong?.kind === "clock" ? wrong.offsetMs : 0);
    this.#gather(emission.samples, carried, offset);
    for (const block of emission.waveforms ?? []) this.#sendWaveform(block, offset);
    if (this.#samples.length >= SAMPLES_A_MESSAGE) this.send();
  }

  /** Sends what has been gathered, if its time has come. */
  sendDue(t: EpochMs, every: number): void {
    if (t < this.#sendAt) return;
    this.#sendAt = t + every;
    // A server that is behind gets fewer, larger messages.
    if (!this.link.connected || this.#held || this.link.pending < WAITING) this.send();
  }

  /** Spreads the devices of a ward over the time between two messages. */
  shift(ms: number): void {
    this.#sendAt += ms;
  }

  send(): void {
    if (this.#samples.length === 0) return;
    this.link.send(this.#samples);
    this.#samples = [];
  }

  /** Battery and signal, at most once in `every`. */
  tellStatus(t: EpochMs, every: number): void {
    if (t - this.#statusAt < every) return;
    this.#statusAt = t;
    const { battery } = this.#device;
    this.link.sendStatus({ ...(battery === null ? {} : { battery }), rssi: this.#own?.radio.rssi ?? -60 });
  }

  #fault(kind: DeviceFault["kind"], t: EpochMs): DeviceFault | undefined {
    const minute = (t - this.#origin) / MINUTE;
    return this.#faults.find((fault) => fault.kind === kind && minute >= fault.fromMin && minute < fault.toMin);
  }

  #way(online: boolean, held: boolean, unruly: boolean): void {
    if (online !== this.#online) {
      // What was gathered before the cut goes into the outbox with it.
      this.send();
      this.#online = online;
      this.link.setOnline(online, BACK_WITHIN_MS / Math.max(1, this.#speed()));
    }
    if (unruly !== this.#unruly) {
      this.#unruly = unruly;
      this.link.setUnruly(unruly);
    }
    if (held !== this.#held) {
      this.#held = held;
      this.link.setHeld(held);
    }
  }

  #gather(samples: readonly DeviceSample[], carried: boolean, offset: number): void {
    for (const sample of samples) {
      // A stream is sent as it is measured; everything slower is kept in the sensor until it is through.
      if (!carried && isStream(sample.metric)) this.lost += 1;
      else this.#samples.push(offset === 0 ? sample : { ...sample, t: sample.t + offset });
    }
  }

  #sendWaveform(block: WaveformBlock, offset: number): void {
    // In the order it was measured: the numbers before the curve.
    this.send();
    this.link.sendWaveform(offset === 0 ? block : { ...block, t0: block.t0 + offset });
  }
}
