/** Opens the HTTP server: every call of the contract, the live feed, the documents and the dashboard behind one door. */
import type { AddressInfo } from "node:net";
import compress from "@fastify/compress";
import fastify, { type FastifyInstance, type RouteOptions } from "fastify";
import { mayDo } from "#core/access/permissions.ts";
import { addApiDocuments } from "#gateway/api-documents.ts";
import { addDashboard } from "#gateway/dashboard-files.ts";
import { createDoor } from "#gateway/door.ts";
import { addFailures, onClientError, onFrameworkError } from "#gateway/failures.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";
import { administrationHandlers } from "#gateway/handlers/administration-handlers.ts";
import { alertHandlers } from "#gateway/handlers/alert-handlers.ts";
import { deviceHandlers } from "#gateway/handlers/device-handlers.ts";
import { operationHandlers } from "#gateway/handlers/operation-handlers.ts";
import { patientHandlers } from "#gateway/handlers/patient-handlers.ts";
import { readingHandlers } from "#gateway/handlers/reading-handlers.ts";
import { ruleHandlers } from "#gateway/handlers/rule-handlers.ts";
import { sessionHandlers } from "#gateway/handlers/session-handlers.ts";
import { setupHandlers } from "#gateway/handlers/setup-handlers.ts";
import { webhookHandlers } from "#gateway/handlers/webhook-handlers.ts";
import { createHouseServices, type House } from "#gateway/house.ts";
import { latestLiveReadings } from "#gateway/latest-values.ts";
import { attachLive } from "#gateway/live/attach-live.ts";
import { createLiveHub, type LiveHub } from "#gateway/live/hub.ts";
import { createTicketOffice } from "#gateway/live/ticket-office.ts";
import { addRoutes } from "#gateway/routes.ts";
import { addSecurityHeaders } from "#gateway/security-headers.ts";
import { readCredentials } from "#gateway/sign-in/credentials.ts";
import { originVerdict } from "#gateway/sign-in/same-origin.ts";
import type { SignedIn } from "#gateway/sign-in/sessions.ts";

export interface Gateway extends AsyncDisposable {
  /** Where it answers, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly address: AddressInfo;
  /** Publish committed feed events, readings and system conditions here. */
  readonly hub: LiveHub<SignedIn>;
  /** Ends what is under way within seconds, then the server. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1_048_576;
/** How long answers under way may take after `close` was called. */
const CLOSE_PATIENCE_MS = 3_000;
const CLOSE_POLL_MS = 25;

/** Deny by default: nobody may come in by a door that nobody thought about. */
const refuseUndeclared = (routes: readonly RouteOptions[]): void => {
  const undeclared = routes.filter(({ config }) => config?.access === undefined);
  if (undeclared.length === 0) return;
  const names = undeclared.map(({ method, url }) => `${String(method)} ${url}`).join(", ");
  throw new Error(`These routes state no access; say a permission, "signed-in" or "public": ${names}`);
};

const createApp = (deps: GatewayDeps): FastifyInstance => {
  const { tls } = deps.config;
  const app = fastify({
    ...(tls === undefined ? {} : { https: { cert: tls.cert, key: tls.key, minVersion: "TLSv1.2" as const } }),
    logger: false,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 256 },
    trustProxy: false,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 5_000,
    genReqId: () => crypto.randomUUID(),
    frameworkErrors: onFrameworkError,
    clientErrorHandler: onClientError,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: true } },
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    // A call without a body may still say what type its body would have.
    if (body === "") done(null, undefined);
    else void parseJson(request, body as string, done);
  });
  return app;
};

const createHub = (deps: GatewayDeps, services: Pick<House, "sights" | "sessions">): LiveHub<SignedIn> =>
  createLiveHub<SignedIn>({
    ledger: deps.ledger,
    transportClock: deps.transportClock,
    diagnostics: deps.diagnostics,
    now: () => deps.clinicalClock.now(),
    version: deps.config.version,
    canSee: ({ viewer }, what) => services.sights.canSee(viewer, what),
    patientsOf: ({ viewer }) => services.sights.patients(viewer).map(({ thing }) => thing.id),
    latestReadings: (patients) => latestLiveReadings(deps, patients),
    refresh: ({ tokenHash }) => services.sessions.stillSignedIn(tokenHash),
    standing: ({ tokenHash }) => {
      const still = services.sessions.stillSignedIn(tokenHash);
      if (still === null) return "signed_out";
      return mayDo(still.viewer.roles, "live.follow") ? "ok" : "not_allowed";
    },
    ...(deps.onLiveReceipt === undefined ? {} : { onReceipt: deps.onLiveReceipt }),
  });

/** Answers under way end, idle connections are closed, and after `CLOSE_PATIENCE_MS` the rest too. */
const closePromptly = (app: FastifyInstance, { transportClock }: GatewayDeps): void => {
  app.addHook("preClose", async () => {
    const idle = transportClock.every(CLOSE_POLL_MS, () => app.server.closeIdleConnections());
    const impatience = transportClock.after(CLOSE_PATIENCE_MS, () => app.server.closeAllConnections());
    app.server.once("close", () => {
      idle.cancel();
      impatience.cancel();
    });
  });
};

export const openGateway = async (deps: GatewayDeps): Promise<Gateway> => {
  const { config } = deps;
  const services = createHouseServices(deps);
  const hub = createHub(deps, services);
  const tickets = createTicketOffice<SignedIn>(deps.transportClock);
  const house: House = { ...deps, ...services, hub, tickets };

  const app = createApp(deps);
  const routes: RouteOptions[] = [];
  app.addHook("onRoute", (route) => {
    routes.push(route);
  });
  addFailures(app, deps.diagnostics, config.dashboardFolder);
  await addSecurityHeaders(app, config.tls !== undefined);
  await app.register(compress, { threshold: 4_096, encodings: ["gzip", "identity"], inflateIfDeflated: false });
  addRoutes(app, createDoor(house), [
    ...sessionHandlers(house),
    ...patientHandlers(house),
    ...readingHandlers(house),
    ...deviceHandlers(house),
    ...alertHandlers(house),
    ...ruleHandlers(house),
    ...webhookHandlers(house),
    ...administrationHandlers(house),
    ...operationHandlers(house),
    ...setupHandlers(house),
  ]);
  await addApiDocuments(app, config.version, deps.asyncApi);
  if (config.dashboardFolder !== null) await addDashboard(app, config.dashboardFolder);
  closePromptly(app, deps);
  await app.ready();
  refuseUndeclared(routes);

  const { sessions } = services;
  const live = attachLive<SignedIn>(app.server, {
    hub,
    diagnostics: deps.diagnostics,
    signIn: {
      bearer: (token) => sessions.signedIn(token),
      cookie: (header) => {
        const credentials = readCredentials({ cookie: header }, config.cookieSecure);
        return credentials === null ? null : sessions.signedIn(credentials.token);
      },
      tickets,
      isAllowedOrigin: (origin, host) =>
        originVerdict(host === undefined ? { origin } : { origin, host }, config.allowedOrigins, config.cookieSecure) === "same",
    },
  });

  await app.listen({ host: config.host, port: config.port });
  const address = app.server.address() as AddressInfo;
  const shownHost = address.family === "IPv6" ? `[${address.address}]` : address.address;

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      await live.close();
      hub.close();
      await app.close();
    })());
  return {
    url: `${config.tls === undefined ? "http" : "https"}://${shownHost}:${String(address.port)}`,
    address,
    hub,
    close,
    [Symbol.asyncDispose]: close,
  };
};
