/** Whether the way from a message to an alert works, as the server's own checks say. */

export interface Readiness {
  readonly ok: boolean;
  /** Server time of the check. */
  readonly at: number;
}

/** Null: no answer, or not for this account. */
export const readReadiness = async (get: typeof fetch, now: () => number): Promise<Readiness | null> => {
  try {
    const { ok, status } = await get("/health/ready", { credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
    return ok || status === 503 ? { ok, at: now() } : null;
  } catch {
    // The feed says by itself that the server is away.
    return null;
  }
};
