/** One event of the ledger's feed as a frame, encoded once for all viewers. */
import { encodeTextFrame } from "#gateway/live/text-frame.ts";
import type { FeedEvent } from "#ports/ledger.ts";

const encoded = new WeakMap<FeedEvent, Buffer>();

export const feedFrame = (event: FeedEvent): Buffer => {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const { type, ...members } = (typeof event.payload === "object" && event.payload !== null ? event.payload : {}) as Record<
    string,
    unknown
  >;
  // The frame's own type is the kind; an event's finer name (`device.silent`) stands beside it.
  const frame = encodeTextFrame({
    type: event.kind,
    cursor: String(event.cursor),
    ...(type === undefined ? {} : { event: type }),
    ...members,
  });
  encoded.set(event, frame);
  return frame;
};
