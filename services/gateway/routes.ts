/** Puts every call of the contract on the server: door, validation, handler, answer. A call without a handler does not start. */
import type { FastifyInstance } from "fastify";
import { CALLS } from "#contracts/http/calls.ts";
import type { Call } from "#contracts/http/call.ts";
import { Exact } from "#contracts/http/common-schema.ts";
import { coerceQuery } from "#gateway/coerce-query.ts";
import { remember, visitorOf, type Door } from "#gateway/door.ts";
import type { Asked, Handling } from "#gateway/handling.ts";
import { isProblem } from "#gateway/problem.ts";
import { sendProblem } from "#gateway/send-problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route asks for; a route without it makes the start fail (deny by default). */
    access?: Call["access"];
    call?: string;
  }
}

const NO_QUERY = Exact({});
const LARGEST_PAGE = 500;
/** Above it the answer is refused, not shortened: nobody means it. */
const LARGEST_LIMIT = 10_000;

/** Who asks for more than a page gets a page, and where the next one begins. */
const withBoundedPage = (query: Record<string, unknown>): Record<string, unknown> => {
  const { limit } = query;
  return typeof limit === "number" && limit > LARGEST_PAGE && limit <= LARGEST_LIMIT ? { ...query, limit: LARGEST_PAGE } : query;
};

/** `{id}` as fastify writes it. */
const routeUrl = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

const addRoute = (app: FastifyInstance, door: Door, { call, handle }: Handling): void => {
  const query = call.query ?? NO_QUERY;
  app.route({
    method: call.method,
    url: routeUrl(call.path),
    config: { access: call.access, call: call.id },
    schema: {
      querystring: query,
      ...(call.params === undefined ? {} : { params: call.params }),
      ...(call.body === undefined ? {} : { body: call.body }),
    },
    onRequest: async (request, reply) => {
      const visitor = await door(request, call.access, `${call.method} ${call.path}`);
      if (isProblem(visitor)) return sendProblem(reply, visitor);
      remember(request, visitor);
      return undefined;
    },
    preValidation: async (request) => {
      request.query = withBoundedPage(coerceQuery(query, request.query));
      if (call.bodyOptional === true) request.body ??= {};
    },
    handler: async (request, reply) => {
      const { viewer, signedIn } = visitorOf(request);
      const asked: Asked<Call> = {
        params: request.params as Asked<Call>["params"],
        query: request.query as Asked<Call>["query"],
        body: request.body,
        viewer,
        signedIn,
        request,
        reply,
      };
      const answer = await handle(asked);
      if (reply.sent) return reply;
      if (isProblem(answer)) return sendProblem(reply, answer);
      if (reply.statusCode === 200) reply.code(call.status);
      if (call.produces !== undefined) return reply.type(call.produces).send(answer);
      return call.answer === undefined ? reply.send() : reply.type("application/json; charset=utf-8").send(JSON.stringify(answer));
    },
  });
};

export const addRoutes = (app: FastifyInstance, door: Door, handlings: readonly Handling[]): void => {
  const answered = new Set(handlings.map(({ call }) => call.id));
  const missing = CALLS.filter(({ id }) => !answered.has(id)).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`These calls of the contract have no handler: ${missing.join(", ")}`);
  for (const handling of handlings) addRoute(app, door, handling);
};
