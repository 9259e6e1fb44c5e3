/** Joins the minutes of several series into those of one chart. */
import { addMinute } from "./minute.ts";
import type { Minute } from "./minute.ts";

/** Each minute once, in order, put together from all that cover it. */
export const mergeMinutes = (minutes: Minute[]): Minute[] => {
  minutes.sort((left, right) => left.m - right.m);
  const merged: Minute[] = [];
  for (const minute of minutes) {
    const previous = merged.at(-1);
    if (previous?.m !== minute.m) merged.push(minute);
    else if (previous.n > 0) addMinute(previous, minute);
    else {
      addMinute(minute, previous);
      merged[merged.length - 1] = minute;
    }
  }
  return merged;
};
