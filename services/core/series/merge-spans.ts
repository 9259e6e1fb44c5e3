/** Clips spans to a range and joins those of one device that overlap, so that no sample is read twice. */
import { cover } from "#core/series/stretches.ts";
import type { EpochMs } from "#core/time.ts";
import type { DeviceId } from "#core/ids.ts";

interface Span {
  readonly device: DeviceId;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export const mergeSpans = (spans: readonly Span[], from: EpochMs, to: EpochMs): Span[] => {
  const byDevice = new Map<DeviceId, { from: EpochMs; to: EpochMs }[]>();
  for (const span of spans) {
    const clipped = { from: Math.max(span.from, from), to: Math.min(span.to, to) };
    const known = byDevice.get(span.device);
    if (known === undefined) byDevice.set(span.device, [clipped]);
    else known.push(clipped);
  }
  return [...byDevice].flatMap(([device, stretches]) => cover(stretches).map((stretch) => ({ device, ...stretch })));
};
