/** Joins a call of the contract with the function that answers it, and keeps their types together. */
import type { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Viewer } from "#core/access/visibility.ts";
import type { AnswerOf, BodyOf, Call, ParamsOf, QueryOf } from "#contracts/http/call.ts";
import type { Problem } from "#gateway/problem.ts";
import type { SignedIn } from "#gateway/sign-in/sessions.ts";

export interface Asked<C extends Call> {
  readonly params: ParamsOf<C>;
  readonly query: QueryOf<C>;
  readonly body: BodyOf<C>;
  /** Who asks; on public calls and for the operator's token a viewer that sees nothing. */
  readonly viewer: Viewer;
  /** The session; null on public calls and for the operator's token. */
  readonly signedIn: SignedIn | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Handling {
  readonly call: Call;
  readonly handle: (asked: Asked<Call>) => Promise<unknown>;
}

/** Calls that are not JSON send text or a stream. */
type Sent<C extends Call> = C["produces"] extends string ? string | Readable : AnswerOf<C>;

/** Answers the call's answer, a problem, or (for calls that stream) what the reply should send. */
export const handle = <const C extends Call>(
  call: C,
  answer: (asked: Asked<C>) => Promise<Sent<C> | Problem> | Sent<C> | Problem,
): Handling => ({
  call,
  handle: async (asked) => answer(asked),
});
