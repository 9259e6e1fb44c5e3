/** `/api/openapi.json`, `/api/asyncapi.json`, and the first as pages at `/api/docs`, under the same strict CSP as everything. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { openApiDocument } from "#contracts/openapi.ts";

export const addApiDocuments = async (app: FastifyInstance, version: string, asyncApi: unknown): Promise<void> => {
  const openApi = openApiDocument(version);
  const documents = { "/api/openapi.json": JSON.stringify(openApi), "/api/asyncapi.json": JSON.stringify(asyncApi) };
  for (const [url, text] of Object.entries(documents)) {
    app.get(url, { config: { access: "public" } }, (_request, reply) => reply.type("application/json; charset=utf-8").send(text));
  }
  await app.register(async (scope) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, access: "public" };
    });
    await scope.register(swagger, { mode: "static", specification: { document: openApi as never } });
    // Without the bar at the top: its drawing brings a style element, which the CSP refuses and the browser complains about.
    const uiConfig = { docExpansion: "list", deepLinking: false, layout: "BaseLayout" } as const;
    await scope.register(swaggerUi, { routePrefix: "/api/docs", uiConfig });
  });
};
