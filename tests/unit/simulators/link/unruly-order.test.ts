/** A way that disturbs order: some overtaken, some twice, some again, none lost. */
import { expect, test } from "vitest";
import { createRandom } from "#simulators/random.ts";
import { UnrulyOrder } from "#simulators/link/unruly-order.ts";

const passAll = (count: number, seed: number) => {
  const order = new UnrulyOrder(createRandom(seed));
  const out = Array.from({ length: count }, (_, index) => order.pass({ seq: index + 1, body: "", samples: 1 })).flat();
  return [...out, ...order.settle()];
};

test("every message passes once as itself, whatever else happens to it", () => {
  for (let seed = 0; seed < 20; seed++) {
    const first = passAll(500, seed).filter(({ repeat }) => !repeat);
    expect(first.map(({ message }) => message.seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  }
});

test("about five in a hundred are overtaken, two come twice and two again much later", () => {
  const passed = passAll(20_000, 1);
  const first = passed.filter(({ repeat }) => !repeat).map(({ message }) => message.seq);
  const overtaken = first.filter((seq, index) => seq < Math.max(...first.slice(Math.max(0, index - 3), index), 0)).length;
  expect(overtaken / 20_000).toBeGreaterThan(0.04);
  expect(overtaken / 20_000).toBeLessThan(0.06);
  const repeats = passed.flatMap(({ message, repeat }, index) => {
    if (!repeat) return [];
    const before = passed.findLastIndex((item, at) => at < index && item.message.seq === message.seq);
    return [index - before];
  });
  const soon = repeats.filter((distance) => distance < 5).length;
  const late = repeats.filter((distance) => distance >= 25).length;
  expect(soon / 20_000).toBeCloseTo(0.02, 2);
  expect(late / 20_000).toBeCloseTo(0.02, 2);
});
