/** A refusal as a value: handlers return it, one place turns it into an RFC 9457 document. */
import { HTTP_ERRORS, type HttpErrorCode } from "#contracts/errors/http.ts";

export interface ProblemDetail {
  readonly in: "body" | "query" | "params" | "headers";
  /** JSON pointer; empty for the whole. */
  readonly member: string;
  readonly detail: string;
}

export interface Problem {
  readonly problem: HttpErrorCode;
  /** What happened here; the catalogue adds what to do. */
  readonly detail?: string;
  readonly errors?: readonly ProblemDetail[];
  /** Further members of the document, e.g. the alert as it is. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterS?: number;
}

export const problem = (code: HttpErrorCode, more: Omit<Problem, "problem"> = {}): Problem => ({ problem: code, ...more });

export const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "problem") && !Object.hasOwn(value, "id");

export const statusOf = (refusal: Problem): number => HTTP_ERRORS[refusal.problem].status ?? 500;

/** The document; the same text for the same refusal, so that a foreign thing looks like an unknown one. */
export const problemDocument = (refusal: Problem, instance?: string): Readonly<Record<string, unknown>> => {
  const { title, next } = HTTP_ERRORS[refusal.problem];
  return {
    type: `urn:homeward:problem:${refusal.problem}`,
    title,
    status: statusOf(refusal),
    code: refusal.problem,
    detail: refusal.detail === undefined ? next : `${refusal.detail} ${next}`,
    ...(instance === undefined ? {} : { instance }),
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    ...refusal.members,
  };
};
