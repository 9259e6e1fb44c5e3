/** Calls about devices: registration, secrets, who wears them. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { Exact, Id, OneOf, Page, Time, TopicSafe, paging } from "./common-schema.ts";

const Expected = Type.Record(
  Type.String(),
  Exact({ everyS: Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, description: "Expected spacing in seconds." }) }),
  { description: "What is expected of it, not what is allowed: metric key → spacing." },
);
const ByDevice = Exact({ id: Type.String({ minLength: 1, maxLength: 128 }) });

export const AssignmentSchema = Exact({
  id: Id,
  device: Type.String(),
  patient: Id,
  from: Time,
  to: Nullable(Time),
  madeAt: Time,
});

const DataGapSchema = Exact({
  from: Type.Integer({ description: "First message number that will never come." }),
  to: Type.Integer({ description: "Last one." }),
  reason: OneOf(["voided", "not_resent"], "Given up by the device, or asked for five times without an answer."),
  life: Type.Integer({ description: "Which life of the device's counter they belong to, counted from 0." }),
  recordedAt: Time,
});

export const DeviceSchema = Exact({
  id: Type.String(),
  site: Type.String({ description: "Fixed: it stands in the device's topics." }),
  institution: Id,
  kind: Type.String(),
  metrics: Type.Record(Type.String(), Exact({ everyS: Type.Number() })),
  online: Nullable(Type.Boolean({ description: "Null: it never signed in." })),
  seenAt: Nullable(Time),
  battery: Nullable(Type.Number()),
  rssi: Nullable(Type.Number()),
  firmware: Nullable(Type.String()),
  assignment: Nullable(AssignmentSchema),
  createdAt: Time,
});

export const listDevices = defineCall({
  id: "listDevices",
  method: "GET",
  path: "/api/v1/devices",
  access: "devices.read",
  tag: "devices",
  summary: "The devices of my institution",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(DeviceSchema),
});

export const getDevice = defineCall({
  id: "getDevice",
  method: "GET",
  path: "/api/v1/devices/{id}",
  access: "devices.read",
  tag: "devices",
  summary: "One device",
  params: ByDevice,
  status: 200,
  answer: Exact({
    ...DeviceSchema.properties,
    dataGaps: Type.Array(DataGapSchema, { description: "Holes in what it sent that stay open, newest first, at most 100." }),
  }),
});

const DeviceWithSecret = Exact({
  id: Type.String(),
  site: Type.String(),
  kind: Type.String(),
  metrics: Type.Record(Type.String(), Exact({ everyS: Type.Number() })),
  secret: Type.String({ description: "Shown this once; user name and client id are the device id." }),
});

export const registerDevice = defineCall({
  id: "registerDevice",
  method: "POST",
  path: "/api/v1/devices",
  access: "devices.change",
  tag: "devices",
  summary: "Register a device; its secret is shown once",
  body: Exact({
    kind: Type.String({ pattern: "^[a-z0-9_-]{1,64}$" }),
    id: Type.Optional(TopicSafe),
    site: Type.Optional(TopicSafe),
    metrics: Type.Optional(Expected),
  }),
  status: 201,
  answer: DeviceWithSecret,
  problems: ["device_exists", "metric_not_in_catalogue", "journal_unavailable", "broker_unavailable"],
});

export const rotateDeviceSecret = defineCall({
  id: "rotateDeviceSecret",
  method: "POST",
  path: "/api/v1/devices/{id}/secret",
  access: "devices.change",
  tag: "devices",
  summary: "A new secret; the old one ends now, with its connection",
  params: ByDevice,
  body: Exact({}),
  bodyOptional: true,
  status: 201,
  answer: DeviceWithSecret,
  problems: ["journal_unavailable", "broker_unavailable"],
});

export const assignDevice = defineCall({
  id: "assignDevice",
  method: "POST",
  path: "/api/v1/devices/{id}/assignment",
  access: "devices.assign",
  tag: "devices",
  summary: "Say which patient wears it, from when to when",
  description: "From now and open-ended unless told. An earlier assignment of the device ends where this one begins.",
  params: ByDevice,
  body: Exact({ patient: Id, from: Type.Optional(Time), to: Type.Optional(Nullable(Time)) }),
  status: 201,
  answer: AssignmentSchema,
  problems: ["not_yours_to_change", "patient_not_active", "bad_time_range", "journal_unavailable"],
});

export const endAssignment = defineCall({
  id: "endAssignment",
  method: "DELETE",
  path: "/api/v1/devices/{id}/assignment",
  access: "devices.assign",
  tag: "devices",
  summary: "Nobody wears it from now on",
  params: ByDevice,
  status: 204,
  problems: ["journal_unavailable"],
});

export const listAssignments = defineCall({
  id: "listAssignments",
  method: "GET",
  path: "/api/v1/devices/{id}/assignments",
  access: "devices.read",
  tag: "devices",
  summary: "Who wore it when",
  params: ByDevice,
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(AssignmentSchema),
});

export const revokeDevice = defineCall({
  id: "revokeDevice",
  method: "DELETE",
  path: "/api/v1/devices/{id}",
  access: "devices.change",
  tag: "devices",
  summary: "Revoke a device; its connection ends now",
  description: "What it sent stays. Its id is not given again.",
  params: ByDevice,
  status: 204,
  problems: ["journal_unavailable"],
});
