/** Whether an alert still asks for somebody: closed ones do not, nor those that ended at `cleared` without latching (semantics 5.5). */
import type { Alert } from "#core/alerts/alert.ts";

export const isLive = (alert: Alert): boolean => alert.status !== "closed" && !(alert.status === "cleared" && !alert.latched);
