import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RivalCounters } from "#core/samples/rival-counters.ts";
import { DAY, HOUR, SECOND } from "#core/time.ts";

interface Sent {
  readonly seq: number;
  readonly epoch?: string;
  /** Newest time it tells of, in seconds; one more than the message before when it says nothing. */
  readonly t?: number;
  readonly contradicted?: boolean;
  readonly at?: number;
}
/** Numbers at which two sources were proved. */
const proofs = (messages: readonly Sent[]): number[] => {
  const rivals = new RivalCounters();
  return messages.flatMap(({ seq, epoch, t, contradicted, at }, index) =>
    rivals.observe(seq, epoch, (t ?? index) * SECOND, contradicted ?? false, at ?? index * SECOND) ? [seq] : [],
  );
};
const numbers = (...seqs: number[]): Sent[] => seqs.map((seq) => ({ seq }));

describe("two sources in one name are proved by", () => {
  test("a clone with a counter of its own: each goes on with news where it stopped", () => {
    expect(proofs(numbers(5_000, 5_001, 1, 5_002, 2, 5_003))).toEqual([2]);
  });

  test("a clone that counts beside the device", () => {
    expect(proofs(numbers(100, 100, 101, 101, 102, 102))).toEqual([102]);
  });

  test("a clone whose clock is behind, by the numbers it uses again", () => {
    const behind = (seq: number): Sent => ({ seq, t: 0, contradicted: true });
    expect(proofs([{ seq: 100, t: 10 }, behind(100), { seq: 101, t: 11 }, behind(101), { seq: 102, t: 12 }, behind(102)])).toEqual([102]);
  });

  test("captured messages with new times between the real ones", () => {
    expect(proofs(numbers(1, 2, 3, 4, 5, 6, 7, 3, 8, 4, 9))).toEqual([4]);
  });

  test("two epochs that are alive at once", () => {
    const messages = ["a", "a", "b", "a", "b", "a"].map((epoch, index) => ({ seq: epoch === "a" ? 10 + index : index, epoch }));
    expect(proofs(messages)).toEqual([4]);
  });
});

describe("nobody is suspected for", () => {
  test("repeats and an outbox that drains beside live messages: what is old is no news", () => {
    const old = (seq: number): Sent => ({ seq, t: -seq });
    expect(
      proofs([...numbers(100, 101), old(100), old(90), ...[102, 103].map((seq) => ({ seq, t: seq })), old(91), { seq: 104, t: 104 }]),
    ).toEqual([]);
  });

  test("an old message sent again in other bytes", () => {
    expect(proofs([...numbers(1, 2, 3, 4, 5), { seq: 3, t: 2, contradicted: true }, { seq: 6 }, { seq: 7 }])).toEqual([]);
  });

  test("a device that loses its counter again and again", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), (lengths) => {
        const messages = lengths.flatMap((length) => Array.from({ length }, (_, seq) => ({ seq, contradicted: seq === 0 })));
        expect(proofs(messages)).toEqual([]);
      }),
    );
  });

  test("numbers that are lost, however many", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 100 }), (steps) => {
        let seq = 0;
        expect(proofs(steps.map((step) => ({ seq: (seq += step) })))).toEqual([]);
      }),
    );
  });

  test("a counter restored once from a backup", () => {
    expect(proofs(numbers(500, 501, 10, 11, 12, 502, 503, 504))).toEqual([]);
    expect(proofs([...numbers(500, 10, 501), { seq: 11, at: 2 * SECOND + DAY + HOUR }])).toEqual([]);
  });
});
