/** The opaque place in a list of alerts, newest first: `raisedAt` and id of the last one shown. */
import type { Alert } from "#core/alerts/alert.ts";

export const encodeCursor = ({ raisedAt, id }: Pick<Alert, "raisedAt" | "id">): string =>
  Buffer.from(`${raisedAt}:${id}`).toString("base64url");

/** Null when it is none of ours. */
export const decodeCursor = (text: string): { readonly raisedAt: number; readonly id: string } | null => {
  const match = /^(\d{1,15}):(.{1,200})$/s.exec(Buffer.from(text, "base64url").toString());
  return match?.[1] === undefined || match[2] === undefined ? null : { raisedAt: Number(match[1]), id: match[2] };
};
