/** Headers of every answer: nothing runs that this server did not send, nothing is framed, nothing personal is cached (reliability S56). */
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

export const addSecurityHeaders = async (app: FastifyInstance, tls: boolean): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
    frameguard: { action: "deny" },
    // Promising HTTPS for a year is only right where this server speaks it.
    hsts: tls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    const cached = reply.hasHeader("cache-control");
    if (!cached) reply.header("cache-control", "no-store");
    return payload;
  });
};
