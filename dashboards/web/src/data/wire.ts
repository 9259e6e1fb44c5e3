/** The shapes the server answers with, taken from the contracts: types only, nothing of it lands in the bundle. */
import type { AnswerOf } from "#contracts/http/call.ts";
import type { acknowledgeAlert, getAlert } from "#contracts/http/alert-calls.ts";
import type { getDevice } from "#contracts/http/device-calls.ts";
import type { listInstitutions } from "#contracts/http/institution-calls.ts";
import type { getPatient } from "#contracts/http/patient-calls.ts";
import type { getLatest, getSeries } from "#contracts/http/reading-calls.ts";
import type { setPatientLimits } from "#contracts/http/rule-calls.ts";
import type { getDemo, getMe } from "#contracts/http/session-calls.ts";
import type { ServerFrame } from "#contracts/live-protocol.ts";

export type WireAlert = AnswerOf<typeof acknowledgeAlert>;
export type AlertStory = AnswerOf<typeof getAlert>;
export type Patient = AnswerOf<typeof getPatient>;
export type Device = AnswerOf<typeof getDevice>;
export type Latest = AnswerOf<typeof getLatest>;
export type Series = AnswerOf<typeof getSeries>;
export type PatientRule = AnswerOf<typeof setPatientLimits>;
export type Me = AnswerOf<typeof getMe>;
export type Institution = AnswerOf<typeof listInstitutions>["items"][number];
export type Severity = WireAlert["severity"];
export type ReadingFrame = Extract<ServerFrame, { type: "reading" }>;
export type Reading = Omit<ReadingFrame, "type" | "coalesced">;
export type SystemCondition = Extract<ServerFrame, { type: "system" }>;

export type Demo = AnswerOf<typeof getDemo>;
export type DemoSignIn = Demo["users"][number];

export interface ServerTime {
  readonly now: number;
  readonly speed: number;
}
