/** The built dashboard: hashed assets for ever, the page itself never cached, and the page for every address a browser opens. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify";
import { problem } from "#gateway/problem.ts";
import { sendProblem } from "#gateway/send-problem.ts";

const HASHED = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

export const addDashboard = async (app: FastifyInstance, folder: string): Promise<void> => {
  const assets = join(folder, "assets");
  await app.register(async (scope) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, access: "public" };
    });
    // A folder is no file: the same answer as for anything else that is not there.
    scope.setErrorHandler<FastifyError>((error, _request, reply) => {
      if (error.statusCode !== undefined && error.statusCode < 500) return sendProblem(reply, problem("unknown_route"));
      throw error;
    });
    scope.get("/", async (_request, reply) => {
      const page = await readDashboardPage(folder);
      if (page === null) return sendProblem(reply, problem("unknown_route"));
      return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
    });
    await scope.register(fastifyStatic, {
      root: folder,
      index: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        const forEver = path.startsWith(assets) && HASHED.test(path);
        response.header("cache-control", forEver ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
};

/** A browser going somewhere: the dashboard's own router knows where. */
export const isNavigation = (request: FastifyRequest): boolean =>
  (request.method === "GET" || request.method === "HEAD") &&
  (request.headers.accept ?? "").includes("text/html") &&
  !/^\/(?:api|fhir|health|metrics|setup)(?:[/?]|$)/.test(request.url);

/** The page; null while it is not built. Read each time: it is small, and a new build must show at once. */
export const readDashboardPage = (folder: string): Promise<string | null> =>
  readFile(join(folder, "index.html"), "utf8").catch((): null => null);
