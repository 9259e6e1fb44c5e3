/** The built dashboard: hashed assets for ever, the page itself never cached, and the page for every address a browser opens. */
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const HASHED = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

export const addDashboard = async (app: FastifyInstance, folder: string): Promise<void> => {
  const assets = join(folder, "assets");
  await app.register(async (scope) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, access: "public" };
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

export const sendDashboard = (reply: FastifyReply): FastifyReply => reply.sendFile("index.html");
