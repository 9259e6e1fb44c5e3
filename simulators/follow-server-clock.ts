/** Keeps the simulators' clock in step with a server's clinical time. */
import { setTimeout as pause } from "node:timers/promises";
import type { SimClock } from "./sim-clock.ts";

const ASK_EVERY_MS = 1_000;
const ANSWERED_WITHIN_MS = 5_000;

/** Asks until `signal` says stop; resolves after the first answer, rejects when there is none. */
export const followServerClock = async (server: string, clock: SimClock, signal: AbortSignal): Promise<void> => {
  const ask = async (): Promise<void> => {
    const asked = performance.now();
    const answer = await fetch(new URL("/api/v1/time", server), { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
    const { now, speed } = (await answer.json()) as { now: number; speed: number };
    // Half of the way there and back has passed since it was said.
    clock.set(now + ((performance.now() - asked) / 2) * speed, speed);
  };
  await ask();
  void (async () => {
    while (!signal.aborted) {
      await pause(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      // A fast clock stands still while its server is away; real time does not.
      await ask().catch(() => {
        if (clock.speed > 1) clock.set(clock.now(), 0);
      });
    }
  })();
};
