/** Makes the OpenAPI 3.1 document from the table of calls: what is served is what is described. */
import { HTTP_ERRORS, type HttpErrorCode } from "#contracts/errors/http.ts";
import { CALLS } from "#contracts/http/calls.ts";
import type { Call } from "#contracts/http/call.ts";
import { Problem } from "#contracts/http/common-schema.ts";
import type { TObject, TSchema } from "typebox";

type Json = Readonly<Record<string, unknown>>;

const TAGS: Readonly<Record<string, string>> = {
  sessions: "Signing in, and oneself.",
  patients: "Patients by pseudonym; who they are stands in the identity vault.",
  readings: "Measurements of a patient.",
  devices: "Sensors and who wears them.",
  alerts: "Alerts and what clinicians do to them.",
  rules: "The rule catalogue and a patient's own limits.",
  referrals: "Referrals between tiers; answers 501 until built.",
  webhooks: "Subscriptions of other programs.",
  live: "The live feed; its frames are described at /api/asyncapi.json.",
  administration: "Users and institutions.",
  operations: "Audit trail and quarantine.",
  server: "Time, health and metrics.",
};

/** Codes that any call of this kind may answer. */
const commonProblems = (call: Call): HttpErrorCode[] => [
  "invalid_request",
  ...(call.access === "public" ? [] : (["not_signed_in", "cross_site", "not_allowed"] as const)),
  ...(call.params === undefined ? [] : (["not_found"] as const)),
  ...(call.body === undefined ? [] : (["malformed_json", "too_large", "wrong_content_type"] as const)),
  "too_many_requests",
  "internal_error",
];

const parametersOf = (schema: TObject | undefined, where: "path" | "query"): Json[] =>
  Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || ((schema?.required ?? []) as readonly string[]).includes(name),
    schema: property,
    ...(where === "query" && (property as { readonly type?: string }).type === "array" ? { style: "form", explode: false } : {}),
  }));

const problemAnswers = (call: Call): Json => {
  const byStatus = new Map<number, HttpErrorCode[]>();
  for (const code of new Set([...commonProblems(call), ...(call.problems ?? [])])) {
    const status = HTTP_ERRORS[code].status ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${HTTP_ERRORS[code].title} ${HTTP_ERRORS[code].next}`).join("\n\n"),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
};

const successOf = (call: Call): Json => {
  if (call.produces !== undefined) return { description: call.summary, content: { [call.produces]: { schema: { type: "string" } } } };
  if (call.answer === undefined) return { description: call.summary };
  return { description: call.summary, content: { "application/json": { schema: call.answer } } };
};

const accessText = (call: Call): string => {
  if (call.access === "public") return "For everyone.";
  return call.access === "signed-in" ? "For everyone signed in." : `Needs the permission \`${call.access}\`.`;
};

const operationOf = (call: Call): Json => ({
  operationId: call.id,
  tags: [call.tag],
  summary: call.summary,
  description: [call.description, accessText(call)].filter((text) => text !== undefined).join("\n\n"),
  security: call.access === "public" ? [] : [{ bearer: [] }, { cookie: [] }],
  parameters: [...parametersOf(call.params, "path"), ...parametersOf(call.query, "query")],
  ...(call.body === undefined
    ? {}
    : { requestBody: { required: call.bodyOptional !== true, content: { "application/json": { schema: call.body } } } }),
  responses: { [String(call.status)]: successOf(call), ...problemAnswers(call) },
});

/** Tuples as JSON Schema 2020-12 writes them, which OpenAPI 3.1 asks for; the schema library writes the older form. */
const modernTuple = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !("items" in value) || !Array.isArray(value.items)) return value;
  const { items, additionalItems: _older, ...rest } = value as Json;
  return { ...rest, prefixItems: items, items: false };
};

/** The document of `/api/openapi.json`. */
export const openApiDocument = (version: string, calls: readonly Call[] = CALLS): Json => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const call of calls) (paths[call.path] ??= {})[call.method.toLowerCase()] = operationOf(call);
  const problem: TSchema = Problem;
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Homeward",
      version,
      description:
        "Home respiratory and rehabilitation telemetry with tiered referral. Times are ms since 1970 UTC. Research and demonstration software on simulated data. Not a medical device. Not for diagnosis, treatment or emergency monitoring.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The token of POST /api/v1/sessions." },
        cookie: { type: "apiKey", in: "cookie", name: "homeward_session", description: "__Host-homeward_session over HTTPS." },
      },
    },
  };
  // A copy of plain JSON: what schemas carry beside it (kinds, optional marks) stays here.
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => modernTuple(value)) as Json;
};
