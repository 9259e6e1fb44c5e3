/** How long the bucket of the roll-ups keeps what it has. */
import { DAY } from "#core/time.ts";

/** Roll-ups and spot readings are kept for five years; a margin, so that nothing is refused on its last day. */
export const ROLLUP_RETENTION = (5 * 366 + 7) * DAY;
