/** The body of a command to a device: versioned and expiring, so that one delivered late does nothing (contract section 2). */
import type { Command } from "#contracts/telemetry-schema.ts";
import type { EpochMs } from "#core/time.ts";

const TYPES: ReadonlySet<unknown> = new Set<Command["type"]>(["report_now", "identify", "set_interval"]);

export const encodeCommand = (command: Command): string => JSON.stringify(command);

/** What a device does with a body: a command still valid at `now`, or null for anything else. */
export const decodeCommand = (text: string, now: EpochMs): Command | null => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof body !== "object" || body === null) return null;
  const command = body as Partial<Command>;
  const isValid =
    command.v === 1 &&
    typeof command.id === "string" &&
    command.id.length > 0 &&
    command.id.length <= 64 &&
    TYPES.has(command.type) &&
    Number.isSafeInteger(command.expiresAt) &&
    (command.expiresAt ?? 0) > now;
  return isValid ? (command as Command) : null;
};
