/** Sends a refusal as a problem document. */
import type { FastifyReply } from "fastify";
import { problemDocument, statusOf, type Problem } from "#gateway/problem.ts";

export const sendProblem = (reply: FastifyReply, refusal: Problem, instance?: string): FastifyReply => {
  const status = statusOf(refusal);
  if (status === 401) reply.header("www-authenticate", "Bearer");
  if (refusal.retryAfterS !== undefined) reply.header("retry-after", String(refusal.retryAfterS));
  return reply
    .code(status)
    .type("application/problem+json")
    .send(JSON.stringify(problemDocument(refusal, instance)));
};
