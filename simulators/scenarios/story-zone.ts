/** Where a story's people live so that it starts at its hour, on the same day of the same week whenever it is told. */
import { DAY, type EpochMs, HOUR } from "#core/time.ts";

/** Local day since 1970 on which every story begins, a Tuesday: plans of a day follow from its number. */
const STORY_DAY = 19_997;
const FARTHEST_EAST_H = 14;

/** Local time less UTC of a story that starts at `startsAt`. More than a day: only the bodies' calendar uses it. */
export const storyOffset = (startsAtHour: number, startsAt: EpochMs): number => STORY_DAY * DAY + startsAtHour * HOUR - startsAt;

/** The IANA zone, of whole hours, in which it is about the story's hour at `startsAt`. */
export const storyTimeZone = (startsAtHour: number, startsAt: EpochMs): string => {
  const ahead = ((Math.round(storyOffset(startsAtHour, startsAt) / HOUR) % 24) + 24) % 24;
  const east = ahead > FARTHEST_EAST_H ? ahead - 24 : ahead;
  // The zones of this family are named the other way round.
  return east === 0 ? "Etc/GMT" : east > 0 ? `Etc/GMT-${east}` : `Etc/GMT+${-east}`;
};
