/** Turns a driver's error into one of the port's reasons, in words that tell a subscriber nothing about our network. */

/** The name resolved to an address webhooks may not reach. */
export class RefusedAddress extends Error {
  readonly code = "HOMEWARD_REFUSED_ADDRESS";
  constructor() {
    super("address refused");
  }
}

const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== "object" || error === null) return "";
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return typeof code === "string" ? code : cause === undefined ? "" : codeOf(cause);
};

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_ABORTED", "ETIMEDOUT"]);

export const describeFailure = (error: unknown, timedOut: boolean): { readonly reason: string; readonly detail: string } => {
  const code = codeOf(error);
  if (code === "HOMEWARD_REFUSED_ADDRESS") return { reason: "refused_address", detail: "webhook_not_public" };
  if (timedOut || TIMEOUTS.has(code)) return { reason: "timeout", detail: "no complete answer in time" };
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) return { reason: "dns", detail: code };
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|ERR_OSSL/.test(code)) return { reason: "tls", detail: code };
  return { reason: "connection", detail: code === "" ? "the connection failed" : code };
};
