import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageNumbers } from "#core/samples/message-numbers.ts";

const receive = (numbers: MessageNumbers, seq: number, options: { epoch?: string | number; hash?: number } = {}): number => {
  const life = numbers.assign(seq, options.epoch, options.hash ?? seq * 2_654_435_761);
  numbers.commit(life, seq);
  return life;
};
const receiptOf = (numbers: MessageNumbers, life: number) => numbers.receipt(life)?.content;

describe("the counter of a device", () => {
  test("a receipt names the highest number on disk and what is missing below it", () => {
    const numbers = new MessageNumbers();
    for (const seq of [10, 11, 14]) receive(numbers, seq);
    expect(receiptOf(numbers, 0)).toEqual({ seq: 14, missing: [12, 13] });
  });

  test("missing starts at the first number seen, not at one", () => {
    const numbers = new MessageNumbers();
    receive(numbers, 5_000);
    expect(receiptOf(numbers, 0)).toEqual({ seq: 5_000, missing: [] });
  });

  test("a number not yet seen fills its gap and the highest never falls", () => {
    const numbers = new MessageNumbers();
    for (const seq of [1, 2, 5, 4]) receive(numbers, seq);
    expect(receiptOf(numbers, 0)).toEqual({ seq: 5, missing: [3] });
    receive(numbers, 3);
    expect(receiptOf(numbers, 0)).toEqual({ seq: 5, missing: [] });
  });

  test("the same number with the same bytes is a repeat, with other bytes a new life of the counter", () => {
    const numbers = new MessageNumbers();
    expect(receive(numbers, 1, { hash: 77 })).toBe(0);
    expect(receive(numbers, 1, { hash: 77 })).toBe(0);
    expect(receive(numbers, 1, { hash: 78 })).toBe(1);
    expect(receiptOf(numbers, 1)).toEqual({ seq: 1, missing: [] });
  });

  test("a number below the first begins a new life", () => {
    const numbers = new MessageNumbers();
    receive(numbers, 900);
    expect(receive(numbers, 1)).toBe(1);
  });

  test("a counter without a name is left when another begins, one with a name is not", () => {
    const numbers = new MessageNumbers();
    for (const seq of [7, 9]) receive(numbers, seq);
    expect(numbers.isLeft(0)).toBe(false);
    expect([receive(numbers, 1), numbers.isLeft(0), numbers.isLeft(1)]).toEqual([1, true, false]);
    const named = receive(numbers, 1, { epoch: "a" });
    receive(numbers, 1, { epoch: "b" });
    expect(numbers.isLeft(named)).toBe(false);
  });

  test("an epoch is echoed only when the device sent one, and a known epoch is found again", () => {
    const numbers = new MessageNumbers();
    const first = receive(numbers, 1, { epoch: "a" });
    const second = receive(numbers, 1, { epoch: "b" });
    expect(second).not.toBe(first);
    expect(receive(numbers, 3, { epoch: "a" })).toBe(first);
    expect(receiptOf(numbers, first)).toEqual({ seq: 3, epoch: "a", missing: [2] });
    expect(receiptOf(numbers, second)).toEqual({ seq: 1, epoch: "b", missing: [] });
  });

  test("a number asked for five times leaves the list and becomes a gap", () => {
    const numbers = new MessageNumbers();
    for (const seq of [1, 3]) receive(numbers, seq);
    const lists = Array.from({ length: 6 }, () => numbers.receipt(0));
    expect(lists.map((receipt) => receipt?.content.missing)).toEqual([[2], [2], [2], [2], [2], []]);
    expect(lists.flatMap((receipt) => receipt?.gaps ?? [])).toEqual([{ from: 2, to: 2, life: 0 }]);
  });

  test("a number that was given up and comes after all closes its gap, once, also after a restart", () => {
    let numbers = new MessageNumbers();
    for (const seq of [1, 5]) receive(numbers, seq);
    for (let ask = 0; ask < 5; ask++) numbers.receipt(0);
    numbers = new MessageNumbers(JSON.parse(JSON.stringify(numbers.state())));
    expect([numbers.reclaim(0, 1), numbers.reclaim(0, 3), numbers.reclaim(0, 3), numbers.reclaim(0, 2)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test("only the newest hundred missing numbers are listed", () => {
    const numbers = new MessageNumbers();
    receive(numbers, 1);
    receive(numbers, 1_000);
    const missing = receiptOf(numbers, 0)?.missing ?? [];
    expect(missing).toHaveLength(100);
    expect(missing[0]).toBe(900);
    expect(missing.at(-1)).toBe(999);
  });

  test("a jump over a billion numbers costs no memory", () => {
    const numbers = new MessageNumbers();
    receive(numbers, 1);
    receive(numbers, 2 ** 52);
    expect(receiptOf(numbers, 0)?.seq).toBe(2 ** 52);
  });

  test("any order of any numbers leaves exactly the unseen ones missing, also after a restart", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 100, max: 180 }), { minLength: 1, maxLength: 60 }), fc.nat(59), (later, cut) => {
        const order = [100, ...later.filter((seq) => seq !== 100)];
        let numbers = new MessageNumbers();
        order.forEach((seq, index) => {
          if (index === cut) numbers = new MessageNumbers(JSON.parse(JSON.stringify(numbers.state())));
          receive(numbers, seq);
        });
        const highest = Math.max(...order);
        const unseen = Array.from({ length: highest - 100 }, (_, index) => 100 + index).filter((seq) => !order.includes(seq));
        expect(receiptOf(numbers, 0)).toEqual({ seq: highest, missing: unseen });
      }),
    );
  });
});
