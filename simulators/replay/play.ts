/** Plays a recording through MQTT as a device would, at any speed, and remembers how far it came. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeviceSample } from "../devices/simulated-device.ts";
import { DeviceLink } from "../link/device-link.ts";
import type { RecordedBlock, RecordedSample, Recording } from "./recording.ts";

/** Samples of one message at full speed; at real time everything due in one tick. */
const SAMPLES_A_MESSAGE = 400;
/** Messages that may wait for a receipt: what a device of this kind would hold in memory. */
const WAITING = 100;
const TICK_MS = 200;
/** Without one receipt for so long the broker is taken for lost. */
const PATIENCE_MS = 60_000;

export interface PlayOptions {
  readonly recording: Recording;
  readonly url: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  /** Times real time; Infinity: as fast as receipts come. */
  readonly speed: number;
  /** When the first moment is placed; null: so that the recording ends when it has been played. */
  readonly startAt: number | null;
  readonly stateFolder: string;
  /** Names the recording and the way it is placed, to find progress again. */
  readonly fingerprint: string;
  readonly restart: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly played: number;
  readonly total: number;
  readonly receipted: number;
  readonly resumed: boolean;
}

export interface PlayResult {
  readonly samples: number;
  readonly messages: number;
  readonly acknowledged: number;
  readonly receipted: number;
  readonly stopped: boolean;
  readonly problem: "replay_refused" | "replay_unreachable" | null;
}

type Item = { readonly at: number; readonly weight: number; readonly sample?: RecordedSample; readonly block?: RecordedBlock };

export const play = async (options: PlayOptions): Promise<PlayResult> => {
  const { recording, speed, signal } = options;
  mkdirSync(options.stateFolder, { recursive: true });
  const stateFile = join(
    options.stateFolder,
    `${options.device}-${createHash("sha256").update(options.fingerprint).digest("hex").slice(0, 16)}.json`,
  );
  if (options.restart) rmSync(stateFile, { force: true });
  const items: Item[] = [
    ...recording.samples.map((sample) => ({ at: sample.at, weight: 1, sample })),
    ...recording.blocks.map((block) => ({ at: block.at, weight: block.values.length, block })),
  ].sort((a, b) => a.at - b.at);
  const saved = readState(stateFile);
  const remaining = recording.durationMs - (items[saved?.next ?? 0]?.at ?? 0);
  const origin =
    saved?.origin ?? options.startAt ?? Math.round(Date.now() + (Number.isFinite(speed) ? remaining / speed : 0) - recording.durationMs);
  let next = saved?.next ?? 0;
  const link = new DeviceLink({ ...options, outboxFile: join(options.stateFolder, `${options.device}.outbox`) });
  const total = items.reduce((sum, item) => sum + item.weight, 0);
  let played = items.slice(0, next).reduce((sum, item) => sum + item.weight, 0);
  const report = (): void => options.onProgress({ played, total, receipted: link.counts.receiptedSamples, resumed: saved !== null });
  const problem = await firstContact(link, signal);
  if (problem === null) {
    const began = performance.now();
    const firstAt = items[next]?.at ?? 0;
    while (next < items.length && !signal.aborted) {
      await Promise.race([link.room(WAITING), aborted(signal)]);
      const due = Number.isFinite(speed) ? firstAt + (performance.now() - began) * speed : Number.POSITIVE_INFINITY;
      const end = takeUntil(items, next, due);
      if (end === next) {
        await pause(TICK_MS, signal);
        continue;
      }
      const batch = items.slice(next, end);
      const samples = batch.flatMap(({ sample }) => (sample === undefined ? [] : [placed(sample, origin)]));
      link.send(samples);
      for (const { block } of batch)
        if (block !== undefined)
          link.sendWaveform({ signal: block.signal, t0: origin + block.at, hz: block.hz, unit: block.unit, values: block.values });
      played += batch.reduce((sum, item) => sum + item.weight, 0);
      next = end;
      writeFileSync(stateFile, JSON.stringify({ next, origin }));
      report();
    }
    await drain(link, report);
  }
  report();
  const { sentSamples, sentMessages, acknowledgedSamples, receiptedSamples } = link.counts;
  if (problem === null && next === items.length && link.pending === 0) rmSync(stateFile, { force: true });
  await link.close();
  return {
    samples: sentSamples,
    messages: sentMessages,
    acknowledged: acknowledgedSamples,
    receipted: receiptedSamples,
    stopped: signal.aborted,
    problem,
  };
};

const placed = ({ at, ...rest }: RecordedSample, origin: number): DeviceSample => ({
  ...rest,
  t: origin + at,
});

/** One message's worth of what is due: at most 400 samples. */
const takeUntil = (items: readonly Item[], from: number, due: number): number => {
  let end = from;
  let weight = 0;
  while (end < items.length && weight < SAMPLES_A_MESSAGE && (items[end] as Item).at <= due) {
    weight += (items[end] as Item).weight;
    end += 1;
  }
  return end;
};

const firstContact = async (link: DeviceLink, signal: AbortSignal): Promise<PlayResult["problem"]> => {
  const began = performance.now();
  while (!link.connected && !signal.aborted) {
    const error = link.lastError;
    // CONNACK codes: 134/135 of MQTT 5, 4/5 of 3.1.1.
    if (error !== null && /not authorized|bad user ?name/i.test(error.message)) return "replay_refused";
    if (performance.now() - began > PATIENCE_MS / 4) return "replay_unreachable";
    await pause(50, signal);
  }
  return null;
};

/** Waits for the last receipts as long as they keep coming. */
const drain = async (link: DeviceLink, report: () => void): Promise<void> => {
  let news = performance.now();
  let last = link.pending;
  while (link.pending > 0 && performance.now() - news < PATIENCE_MS) {
    await pause(100, null);
    if (link.pending !== last) {
      last = link.pending;
      news = performance.now();
      report();
    }
  }
};

const readState = (file: string): { next: number; origin: number } | null => {
  if (!existsSync(file)) return null;
  try {
    const parsed = JSON.parse(readFileSync(file, "utf8")) as { next?: unknown; origin?: unknown };
    return typeof parsed.next === "number" && typeof parsed.origin === "number" ? { next: parsed.next, origin: parsed.origin } : null;
  } catch {
    return null;
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const pause = (ms: number, signal: AbortSignal | null): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
