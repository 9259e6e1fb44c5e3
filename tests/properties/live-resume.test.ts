import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FeedEvent } from "#ports/ledger.ts";
import { alertLike } from "#tests/support/alert-like.ts";
import { openLiveBench, settle } from "#tests/support/live-bench.ts";

/** What may happen between a server and a viewer whose network is bad. */
type Step =
  | { readonly kind: "commit"; readonly count: number }
  | { readonly kind: "publish"; readonly count: number }
  | { readonly kind: "turn" }
  | { readonly kind: "stall" }
  | { readonly kind: "read" }
  | { readonly kind: "drop" }
  | { readonly kind: "beat" }
  | { readonly kind: "restart" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("commit" as const), count: fc.integer({ min: 1, max: 250 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish" as const), count: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: "turn" as const }) },
  ...(["stall", "read", "drop", "beat", "restart"] as const).map((kind) => ({ weight: 1, arbitrary: fc.constant({ kind }) })),
);

test("whatever the network does, a viewer that resumes from the last cursor it saw gets every transition exactly once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const bench = openLiveBench();
      bench.see("p1", "t1");
      const unpublished: FeedEvent[] = [];
      const seen: number[] = [];
      /** The newest cursor of any frame: what a careful client sends as `after`. */
      let last = 0;
      const connect = () => {
        const viewer = bench.connect();
        viewer.say({ type: "subscribe", id: "a", after: String(last) });
        return viewer;
      };
      let viewer = connect();
      const collect = (): void => {
        for (const frame of viewer.frames()) {
          if (frame.type === "alert") seen.push(Number(frame["cursor"]));
          if (frame.type !== "hello" && frame["cursor"] !== undefined) last = Math.max(last, Number(frame["cursor"]));
        }
        expect(viewer.frames("gap")).toEqual([]);
      };
      const reconnect = (): void => {
        collect();
        viewer.connection.gone();
        viewer = connect();
      };
      const publish = (count: number): void => bench.hub.publish(unpublished.splice(0, count));
      let made = 0;
      for (const { kind, ...rest } of steps) {
        if (kind === "commit")
          for (let n = 0; n < (rest as { count: number }).count; n += 1)
            unpublished.push(bench.feed.commit(alertLike(`a${made++}`, { patient: "p1" })));
        if (kind === "publish") publish((rest as { count: number }).count);
        if (kind === "turn") await settle(1);
        if (kind === "stall") viewer.state.isReading = false;
        if (kind === "read") viewer.resumeReading();
        if (kind === "drop" || viewer.state.closed !== null) reconnect();
        if (kind === "beat") bench.clocks.advance(10_000);
        if (kind === "restart") {
          bench.restartHub();
          reconnect();
        }
      }
      publish(unpublished.length);
      viewer.resumeReading();
      await settle(10);
      if (viewer.state.closed !== null) reconnect();
      await settle(10);
      collect();
      bench.hub.close();
      expect(seen).toEqual(Array.from({ length: made }, (_, n) => n + 1));
    }),
    { numRuns: 150 },
  );
});
