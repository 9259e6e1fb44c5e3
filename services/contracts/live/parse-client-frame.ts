/** Judges one frame a viewer sent: a known frame, or what is wrong with it. */
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { CLIENT_FRAMES } from "#contracts/live-protocol.ts";
import type { ClientFrame } from "#contracts/live-protocol.ts";
import { LIVE_ERRORS } from "#contracts/errors/live.ts";
import type { Outcome } from "#core/outcome.ts";
import { fail, succeed } from "#core/outcome.ts";

const KINDS = Object.keys(CLIENT_FRAMES);
const anyFrame = Compile(Type.Union([CLIENT_FRAMES.subscribe, CLIENT_FRAMES.unsubscribe, CLIENT_FRAMES.receipt]));
const validators: Readonly<Record<string, { Errors(value: unknown): readonly { instancePath: string; message: string }[] }>> = {
  subscribe: Compile(CLIENT_FRAMES.subscribe),
  unsubscribe: Compile(CLIENT_FRAMES.unsubscribe),
  receipt: Compile(CLIENT_FRAMES.receipt),
};

export const parseClientFrame = (text: string): Outcome<ClientFrame, string> => {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return fail(`${LIVE_ERRORS.live_bad_frame.title} It is not JSON.`);
  }
  if (anyFrame.Check(frame)) return succeed(frame);
  const type: unknown =
    typeof frame === "object" && frame !== null && Object.hasOwn(frame, "type") ? (frame as { type: unknown }).type : null;
  if (typeof type !== "string" || !KINDS.includes(type))
    return fail(`${LIVE_ERRORS.live_bad_frame.title} Its type is none of ${KINDS.join(", ")}.`);
  const first = validators[type]?.Errors(frame)[0];
  return fail(`${type}${first?.instancePath ?? ""}: ${first?.message ?? "is not as described"}.`);
};
