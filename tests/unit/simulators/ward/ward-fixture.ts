/** A ward whose time is moved by hand, with links that only remember. */
import type { EpochMs } from "#core/time.ts";
import type { DeviceSample, WaveformBlock } from "#simulators/devices/simulated-device.ts";
import type { DeviceLinkOptions } from "#simulators/link/device-link.ts";
import type { Link, LinkCounts } from "#simulators/link/link.ts";
import { createWard, type StillWard, type WardOptions } from "#simulators/ward.ts";
import type { WardDevice } from "#simulators/ward/ward-device.ts";

/** Half past nine in the morning, 8 h east. */
export const NOW: EpochMs = Date.UTC(2026, 10, 20, 1, 30);

export class RememberingLink implements Link {
  readonly counts: LinkCounts = { sentSamples: 0, sentMessages: 0, acknowledgedSamples: 0, receiptedSamples: 0 };
  readonly messages: (readonly DeviceSample[])[] = [];
  readonly waveforms: WaveformBlock[] = [];
  readonly statuses: Readonly<Record<string, unknown>>[] = [];
  /** What was switched, in order, with the number of messages before it. */
  readonly switched: string[] = [];
  readonly options: DeviceLinkOptions;
  readonly lastError = null;
  readonly pending = 0;
  connected = true;
  closed = false;

  constructor(options: DeviceLinkOptions) {
    this.options = options;
  }

  get samples(): DeviceSample[] {
    return this.messages.flat();
  }

  values(metric: string): (number | null)[] {
    return this.samples.filter((sample) => sample.metric === metric).map(({ value }) => value as number | null);
  }

  send(samples: readonly DeviceSample[]): void {
    this.messages.push(samples);
    this.counts.sentMessages += 1;
    this.counts.sentSamples += samples.length;
  }

  sendWaveform(block: WaveformBlock): void {
    this.waveforms.push(block);
  }

  sendStatus(status: Readonly<Record<string, unknown>>): void {
    this.statuses.push(status);
  }

  setOnline(online: boolean): void {
    this.connected = online;
    this.switched.push(online ? "online" : "offline");
  }

  setHeld(held: boolean): void {
    this.switched.push(held ? "held" : "let go");
  }

  setUnruly(unruly: boolean): void {
    this.switched.push(unruly ? "unruly" : "orderly");
  }

  async drained(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true;
  }
}

interface WardUnderTest {
  readonly ward: StillWard;
  readonly link: (device: string) => RememberingLink;
  /** Lives on by so much, a second at a time, as the timer would. */
  readonly live: (ms: number) => void;
  readonly clock: { at: EpochMs; speed: number };
}

export const openWard = (
  devices: readonly (Partial<WardDevice> & { readonly id: string })[],
  options: Partial<WardOptions> & { readonly at?: EpochMs; readonly speed?: number } = {},
): WardUnderTest => {
  const { at = NOW, speed = 1, ...rest } = options;
  const clock = { at, speed };
  const links = new Map<string, RememberingLink>();
  const ward = createWard({
    url: "mqtt://127.0.0.1:1",
    seed: 5,
    folder: null,
    backlogMs: 0,
    clock: {
      now: () => clock.at,
      get speed() {
        return clock.speed;
      },
    },
    devices: devices.map((device) => ({ site: "home", secret: "s", persona: "healthy_older", ...device })),
    openLink: (how) => {
      const link = new RememberingLink(how);
      links.set(how.device, link);
      return link;
    },
    ...rest,
  });
  return {
    ward,
    clock,
    link: (device) => links.get(device) as RememberingLink,
    live: (ms) => {
      const end = clock.at + ms;
      while (clock.at < end) {
        clock.at = Math.min(end, clock.at + 1_000 * clock.speed);
        ward.advance(clock.at);
      }
    },
  };
};
