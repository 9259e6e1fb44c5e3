/** The context a worn device says of itself; a stroll through the flat is not an exercise somebody ordered, so it is unknown. */
import type { Activity } from "../people/body.ts";

export const CONTEXT_OF: Readonly<Record<Activity, { readonly context: string }>> = {
  asleep: { context: "sleep" },
  resting: { context: "rest" },
  walking: { context: "unknown" },
  exercising: { context: "exercise" },
  recovering: { context: "recovery" },
};
