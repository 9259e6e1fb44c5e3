/** Streams whose samples arrive out of order inside the bound of a minute are judged as if they had come in order (semantics 3.3). */
import fc from "fast-check";
import { expect, test } from "vitest";
import { sample, START, Ward } from "./ward.ts";

const SECONDS = 734;
/** The median reaches 91 here. */
const ONSET = START + 340_000;

const valueAt = (second: number): number => (second < 300 ? 96 : Math.max(89, 96 - Math.floor((second - 300) / 2)));

test("a stream in constant disorder raises one alert with the onset of the ordered one, its interval stated or not, restarted or not", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: SECONDS, maxLength: SECONDS }),
      (stated, restarted, most, delays) => {
        let ward = new Ward();
        ward.enrol();
        ward.device(stated ? { spo2: 1 } : {});
        ward.wear();
        const order = delays
          .map((delay, second) => ({ second, at: second + delay * most }))
          .sort((a, b) => a.at - b.at)
          .map(({ second }) => second);
        const arrivedAt = START + SECONDS * 1000;
        const half = order.length / 2;
        for (const second of order.slice(0, half)) ward.send([sample("spo2", START + second * 1000, valueAt(second))], arrivedAt);
        const restore = ward.engine.checkpoint().flatMap(({ key, bytes }) => (bytes === null ? [] : [{ key, bytes }]));
        ward = restarted ? new Ward({ restore }) : ward;
        for (const second of order.slice(half)) ward.send([sample("spo2", START + second * 1000, valueAt(second))], arrivedAt);
        expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised"]);
        expect(ward.newest("SPO2-A1").onsetAt).toBe(ONSET);
      },
    ),
    { numRuns: 15, seed: 7 },
  );
});
