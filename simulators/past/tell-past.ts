/** Tells a ward's past between its live messages: newest first, each device over its own connection and under its own numbers. */
import { setTimeout as pause } from "node:timers/promises";
import type { PastEntry } from "#core/journal-entry.ts";
import { type EpochMs, MINUTE } from "#core/time.ts";
import { isStream } from "../devices/is-stream.ts";
import type { Link } from "../link/link.ts";
import { personOf } from "../ward/people-of.ts";
import type { WardDevice } from "../ward/ward-device.ts";
import { livePast } from "./live-past.ts";
import { PastMessages } from "./past-messages.ts";
import type { PastPlan } from "./past-plan.ts";
import { type PastBlock, planBlocks } from "./plan-blocks.ts";
import { ScenePlay } from "./play-scene.ts";

export interface TellPastOptions {
  readonly plan: PastPlan;
  readonly devices: readonly WardDevice[];
  readonly links: ReadonlyMap<string, Link>;
  readonly seed: number;
  /** The ward's start, and when it last lived before. */
  readonly origin: EpochMs;
  readonly lived: EpochMs | null;
  readonly signal: AbortSignal;
  /** An earlier story is over: its alerts and acts. */
  readonly onScene: (events: PastEntry["events"]) => void;
  readonly onProgress: (share: number) => void;
}

/** One turn lives the past for so long; then the ward and its sockets have theirs. */
const TURN_MS = 40;
const REST_MS = 4;
/** Messages without a receipt at which a device's past waits: what is measured now comes first. */
const WAITING = 3;
/** Seconds for which a body is held still: nobody sees two of a minute's sample, nor sixty of what is used now and then. */
const STRIDE_S = { all: 2, streams: 2, rest: 60 } as const;

/** Resolves when everything is handed to the links; what they hold survives the process. False: stopped before. */
export const tellPast = async (options: TellPastOptions): Promise<boolean> => {
  const blocks = planBlocks(options.plan, options.origin, options.lived);
  const weight = blocks.map(({ from, to, keeps, person }) => (to - from) * (keeps === "all" ? 1 : person === null ? 0.1 : 0.05));
  const whole = weight.reduce((sum, share) => sum + share, 0);
  let done = 0;
  for (const [index, block] of blocks.entries()) {
    const own = weight[index] as number;
    const told = await tellBlock(block, options, (share) => options.onProgress((done + 0.8 * share * own) / whole));
    if (!told) return false;
    done += own;
    options.onProgress(done / whole);
  }
  return true;
};

const tellBlock = async (block: PastBlock, options: TellPastOptions, onProgress: (share: number) => void): Promise<boolean> => {
  const { plan, seed, signal } = options;
  const { from, to, keeps, person, origin } = block;
  const devices = options.devices
    .filter((device) => (person === null || personOf(device) === person) && (keeps !== "rest" || isUsedNowAndThen(device)))
    .map((device) => asItWas(device, plan));
  const messages = new Map(devices.map(({ id }) => [id, new PastMessages()] as const));
  const plays =
    plan.story === null ? [] : block.scenes.map((scene) => new ScenePlay(scene, plan.story as NonNullable<PastPlan["story"]>, plan.anchor));
  const spans = plays.map(({ scene }) => ({ from: plan.anchor + scene.fromMin * MINUTE, to: plan.anchor + scene.toMin * MINUTE }));
  const past = livePast({ devices, seed, origin, from, to, strideS: STRIDE_S[keeps] }, (device, samples) => {
    const kept = keeps === "all" ? samples : samples.filter(({ metric }) => keptOf(keeps, metric));
    messages.get(device.id)?.add(kept);
    for (const [index, play] of plays.entries()) {
      const span = spans[index] as { from: EpochMs; to: EpochMs };
      const t = samples[0]?.t ?? 0;
      if (play.scene.person === personOf(device) && t > span.from && t <= span.to) play.hear(device.id, samples, t);
    }
  });
  for (let turn = performance.now(), step = past.next(); step.done !== true; step = past.next()) {
    if (performance.now() - turn < TURN_MS) continue;
    onProgress((step.value - from) / (to - from));
    await pause(REST_MS);
    if (signal.aborted) return false;
    turn = performance.now();
  }
  for (const [index, play] of plays.entries()) options.onScene(play.end((spans[index] as { to: EpochMs }).to));
  return await send(messages, options);
};

const keptOf = (keeps: "streams" | "rest", metric: string): boolean =>
  keeps === "streams" ? isStream(metric) : !isStream(metric) && !isOfTheNight(metric);

/** Devices in turn, so that everybody's newest hours are there first. */
const send = async (messages: ReadonlyMap<string, PastMessages>, { links, signal }: TellPastOptions): Promise<boolean> => {
  let left = [...messages].flatMap(([device, told]) => {
    const link = links.get(device);
    return link === undefined ? [] : [{ link, waiting: told.newestFirst() }];
  });
  for (;;) {
    for (const { link, waiting } of left) {
      if (link.connected && link.pending >= WAITING) continue;
      const next = waiting.shift();
      if (next !== undefined) link.send(next);
    }
    left = left.filter(({ waiting }) => waiting.length > 0);
    if (left.length === 0) return true;
    await pause(REST_MS);
    if (signal.aborted) return false;
  }
};

/** In the past people had other episodes than today's, and devices other faults. */
const asItWas = (device: WardDevice, { story }: PastPlan): WardDevice => {
  const scenes = story?.scenes.filter((scene) => scene.person === personOf(device)) ?? [];
  const faults = scenes.flatMap((scene) =>
    scene.faults.flatMap((fault) => (fault.kind === "dead" && fault.device === device.id ? [fault] : [])),
  );
  return { ...device, episodes: scenes.flatMap(({ episodes }) => episodes), faults };
};

/** Worn day and night and summed up nowhere: beyond the streams there is nothing to tell. */
const STREAMS_ALONE = new Set(["oximeter", "respiration_belt", "oxygen_concentrator", "gait_wearable"]);
/** Made of streams: where bodies are held for a minute it would be wrong. */
const isOfTheNight = (metric: string): boolean => /^(?:odi|t90|spo2_night)/.test(metric);
const isUsedNowAndThen = ({ kind = "oximeter" }: WardDevice): boolean => !STREAMS_ALONE.has(kind);
