/** One device of a simulated ward: who it is for the server, who wears it, and what befalls both. */
import { isTopicSafe } from "#core/ids.ts";
import type { Episode } from "../people/episode.ts";
import type { DeviceFault } from "../scenarios/scenario.ts";

export interface WardDevice {
  readonly id: string;
  readonly site: string;
  readonly secret: string;
  /** Key of the persona of whoever wears it. */
  readonly persona: string;
  /** Label of its kind; an oximeter unless given. */
  readonly kind?: string;
  /** Kinds that a hub carries instead of its usual ones. */
  readonly carries?: readonly string[];
  /** Devices that name the same person share one body; the device's id unless given. */
  readonly person?: string;
  /** True: that person is a member of the persona's kind with levels of their own. */
  readonly varied?: boolean;
  /** What happens to that person; the first device of a person speaks for all. */
  readonly episodes?: readonly Episode[];
  /** `person` of a fault is a `person` of this list. */
  readonly faults?: readonly DeviceFault[];
  /** False: neither the device nor its way has misfortunes of its own. */
  readonly artefacts?: boolean;
  /** True: its clock is right and its way works, whatever the device itself does. */
  readonly steady?: boolean;
  /** For so many minutes nothing comes off by itself; 0 unless given. */
  readonly calmMin?: number;
  /** True: bursts of the raw signal where the kind has one. */
  readonly waveforms?: boolean;
}

const TEXTS = ["kind", "person"] as const;

/** Whether a value read from a file can be a device: enough to name what is wrong before anything starts. */
export const isWardDevice = (value: unknown): value is WardDevice => {
  if (typeof value !== "object" || value === null) return false;
  const { id, site, secret, persona, ...rest } = value as Partial<Record<string, unknown>>;
  return (
    [id, site].every((text) => typeof text === "string" && isTopicSafe(text)) &&
    [secret, persona].every((text) => typeof text === "string" && text !== "") &&
    TEXTS.every((key) => rest[key] === undefined || typeof rest[key] === "string") &&
    (rest["carries"] === undefined || isListOf(rest["carries"], (item) => typeof item === "string")) &&
    (rest["episodes"] === undefined || isListOf(rest["episodes"], isEpisode)) &&
    (rest["faults"] === undefined || isListOf(rest["faults"], isFault))
  );
};

const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(test);

const hasNumbers = (value: unknown, keys: readonly string[]): boolean =>
  typeof value === "object" && value !== null && keys.every((key) => Number.isFinite((value as Record<string, unknown>)[key]));

const isEpisode = (value: unknown): boolean =>
  hasNumbers(value, ["onsetMin", "peakMin", "endMin"]) && typeof (value as { offsets?: unknown }).offsets === "object";

const FAULTS = new Set<unknown>(["offline", "clock", "unruly", "off_body", "worn_by", "dead"] satisfies DeviceFault["kind"][]);

const isFault = (value: unknown): boolean => hasNumbers(value, ["fromMin", "toMin"]) && FAULTS.has((value as { kind?: unknown }).kind);
