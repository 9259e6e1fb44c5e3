/** Calls that read a patient's measurements: newest, series, export. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { ById, Exact, OneOf, Several, Time } from "./common-schema.ts";

export const GAP_REASONS = ["silent", "probe_off", "bad_quality", "never_started", "paused"] as const;

export const LatestSchema = Exact({
  items: Type.Array(
    Exact({
      metric: Type.String(),
      value: Type.Union([Type.Number(), Type.String({ description: "The code of a coded metric." })]),
      unit: Nullable(Type.String()),
      quality: OneOf(["good", "degraded", "bad"]),
      t: Time,
      device: Nullable(Type.String({ description: "Null for derived values." })),
    }),
  ),
});

export const getLatest = defineCall({
  id: "getLatest",
  method: "GET",
  path: "/api/v1/patients/{id}/latest",
  access: "patients.read",
  tag: "readings",
  summary: "The newest value of each metric",
  params: ById,
  status: 200,
  answer: LatestSchema,
  problems: ["store_unavailable"],
});

export const SeriesSchema = Exact({
  metric: Type.String(),
  unit: Nullable(Type.String()),
  points: Type.Array(
    Exact({
      t: Time,
      min: Type.Number(),
      max: Type.Number(),
      mean: Type.Number(),
      last: Type.Number(),
      n: Type.Integer({ description: "Stored good and degraded samples." }),
      quality: Type.Optional(OneOf(["degraded"], "Only where the point is one sample and that was doubtful.")),
    }),
  ),
  gaps: Type.Array(Exact({ from: Time, to: Time, reason: OneOf(GAP_REASONS) })),
  resolutionMs: Type.Number({ description: "Width of a point." }),
});

export const getSeries = defineCall({
  id: "getSeries",
  method: "GET",
  path: "/api/v1/patients/{id}/series",
  access: "patients.read",
  tag: "readings",
  summary: "One metric over time, thinned to maxPoints with its extremes, gaps named",
  params: ById,
  query: Exact({
    metric: Type.String({ minLength: 1, maxLength: 64 }),
    from: Type.Integer({ description: "ms since 1970 UTC, inclusive." }),
    to: Type.Integer({ description: "ms since 1970 UTC, exclusive." }),
    maxPoints: Type.Optional(Type.Integer({ minimum: 1, maximum: 50_000, description: "1,500 unless told." })),
  }),
  status: 200,
  answer: SeriesSchema,
  problems: ["metric_not_in_catalogue", "bad_time_range", "store_unavailable"],
});

export const exportReadings = defineCall({
  id: "exportReadings",
  method: "GET",
  path: "/api/v1/patients/{id}/export",
  access: "patients.export",
  tag: "readings",
  summary: "Every stored reading as CSV, streamed",
  params: ById,
  query: Exact({
    format: Type.Optional(OneOf(["csv"])),
    metric: Several(Type.String({ minLength: 1, maxLength: 64 })),
    from: Type.Optional(Type.Integer()),
    to: Type.Optional(Type.Integer()),
  }),
  status: 200,
  produces: "text/csv; charset=utf-8",
  problems: ["metric_not_in_catalogue", "bad_time_range", "store_unavailable"],
});
