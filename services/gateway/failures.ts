/** Every answer that is not a handler's: broken requests, unknown addresses, bugs. Always a problem document, never a stack trace. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CALLS } from "#contracts/http/calls.ts";
import { isNavigation, readDashboardPage } from "#gateway/dashboard-files.ts";
import { problem, problemDocument } from "#gateway/problem.ts";
import { requestProblem } from "#gateway/request-problem.ts";
import { sendProblem } from "#gateway/send-problem.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Socket } from "node:net";

const escaped = (text: string): string => text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
const PATTERNS = CALLS.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${escaped(path).replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

/** The methods an address knows. */
const methodsOf = (url: string): string[] => {
  const path = url.split("?")[0] ?? "";
  return [...new Set(PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
};

/** For what fastify meets before any route: an address that cannot be decoded, an async constraint. */
export const onFrameworkError = (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
  void sendProblem(reply, problem("malformed_request"));
};

/** For bytes that are not HTTP. */
export const onClientError = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = problem(error.code === "HPE_HEADER_OVERFLOW" ? "headers_too_large" : "malformed_request");
  const body = JSON.stringify(problemDocument(refusal));
  const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n${body}`,
  );
};

export const addFailures = (app: FastifyInstance, diagnostics: Diagnostics, dashboardFolder: string | null): void => {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refusal = requestProblem(error);
    if (refusal !== null) return sendProblem(reply, refusal);
    diagnostics.error("http_internal_error", { request: request.id, route: request.routeOptions.url ?? "" }, error);
    return sendProblem(reply, problem("internal_error"), `urn:homeward:request:${request.id}`);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const methods = methodsOf(request.url);
    // Known with this very method: only an id longer than a route takes comes here, where the dashboard's files catch the rest.
    if (methods.includes(request.method)) return sendProblem(reply, problem("malformed_request"));
    if (methods.length > 0) {
      reply.header("allow", methods.join(", "));
      return sendProblem(reply, problem("method_not_allowed"));
    }
    const page = dashboardFolder !== null && isNavigation(request) ? await readDashboardPage(dashboardFolder) : null;
    if (page !== null) return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
    return sendProblem(reply, problem("unknown_route"));
  });
};
