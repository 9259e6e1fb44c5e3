/** Turns what the HTTP layer found wrong with a request into a problem that names the member and says what to do. */
import type { FastifyError } from "fastify";
import { problem, type Problem, type ProblemDetail } from "#gateway/problem.ts";

const MOST_ERRORS = 20;

interface SchemaError {
  readonly instancePath?: string;
  readonly keyword?: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const pointer = (path: string, member: unknown): string =>
  `${path}/${String(member).replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 100)}`;

const inWords = (error: SchemaError): { readonly member: string; readonly detail: string } => {
  const path = error.instancePath ?? "";
  const parameters = error.params ?? {};
  switch (error.keyword) {
    case "required":
      return { member: pointer(path, parameters["missingProperty"]), detail: "Is missing. Send it." };
    case "additionalProperties":
      return { member: pointer(path, parameters["additionalProperty"]), detail: "Is not known here. Leave it out." };
    case "enum":
      return { member: path, detail: `Must be one of ${(parameters["allowedValues"] as readonly unknown[]).map(String).join(", ")}.` };
    case "type":
      return { member: path, detail: `Must be ${[parameters["type"]].flat().map(String).join(" or ")}.` };
    case "pattern":
      return { member: path, detail: `Must match ${String(parameters["pattern"])}.` };
    default:
      return { member: path, detail: `${(error.message ?? "is not valid").replace(/^must/, "Must")}.` };
  }
};

const PLACES: Readonly<Record<string, ProblemDetail["in"]>> = {
  body: "body",
  querystring: "query",
  params: "params",
  headers: "headers",
};

const fromValidation = (error: FastifyError): Problem => {
  const place = PLACES[error.validationContext ?? "body"] ?? "body";
  const all = (error.validation ?? []) as readonly SchemaError[];
  // A union says first how each branch failed; its own line repeats it in vaguer words.
  const telling = all.filter((entry) => entry.keyword !== "anyOf");
  const seen = new Set<string>();
  const errors: ProblemDetail[] = [];
  for (const entry of telling.length > 0 ? telling : all) {
    const { member, detail } = inWords(entry);
    if (errors.length >= MOST_ERRORS || seen.has(`${member}\n${detail}`)) continue;
    seen.add(`${member}\n${detail}`);
    errors.push({ in: place, member, detail });
  }
  const first = errors[0];
  const where = first === undefined || first.member === "" ? `The ${place}` : `${place} ${first.member}`;
  return problem("invalid_request", { detail: `${where}: ${first?.detail ?? "is not valid."}`, errors });
};

/** Null: not the caller's fault. */
export const requestProblem = (error: FastifyError): Problem | null => {
  if (error.validation !== undefined) return fromValidation(error);
  switch (error.code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return problem("wrong_content_type");
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return problem("too_large");
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return problem("malformed_json");
    default:
  }
  if (error instanceof SyntaxError) return problem("malformed_json");
  if (error.statusCode === 413) return problem("too_large");
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return problem("malformed_request");
  return null;
};
