import { describe, expect, test } from "vitest";
import type { Answer } from "../../../dashboards/web/src/data/api.ts";
import { createSeriesBook } from "../../../dashboards/web/src/data/series-book.ts";
import type { Series } from "../../../dashboards/web/src/data/wire.ts";
import { MINUTE, NOW } from "./dashboard-fixtures.ts";

const STRETCH = { from: NOW - 60 * MINUTE, to: NOW };
const aSeries = (metric: string, t = NOW - MINUTE): Series => ({
  metric,
  unit: "%",
  points: [{ t, min: 90, max: 90, mean: 90, last: 90, n: 1 }],
  gaps: [],
  resolutionMs: 0,
});
const reading = (t: number, value = 88) => ({ patient: "p1", metric: "spo2", t, value, quality: "good" as const });

/** An API whose answers come when the test says so. */
const slowApi = () => {
  const waiting: ((answer: Answer<unknown>) => void)[] = [];
  return {
    get: <Value>(): Promise<Answer<Value>> => new Promise((resolve) => waiting.push(resolve as (answer: Answer<unknown>) => void)),
    answer: (value: Answer<unknown>): void => waiting.shift()?.(value),
  };
};

describe("a book of series", () => {
  test("is continued by live readings, also by those that came while the answer was on its way", async () => {
    const api = slowApi();
    const book = createSeriesBook(api, "p1");
    const read = book.read(["spo2"], STRETCH, 600, true);
    book.note(reading(NOW + 1_000));
    api.answer({ ok: true, value: aSeries("spo2") });
    await read;
    book.note(reading(NOW + 2_000));
    expect(book.get("spo2")?.points.map(({ t }) => t)).toEqual([NOW - MINUTE, NOW + 1_000, NOW + 2_000]);
  });

  test("keeps what is shown until the next stretch is there, and an answer that was overtaken changes nothing", async () => {
    const api = slowApi();
    const book = createSeriesBook(api, "p1");
    const first = book.read(["spo2"], STRETCH, 600, false);
    api.answer({ ok: true, value: aSeries("spo2") });
    await first;
    const slow = book.read(["spo2"], { from: 0, to: 1 }, 600, false);
    const fast = book.read(["spo2"], { from: 2, to: 3 }, 600, false);
    expect(book.get("spo2")).toEqual(aSeries("spo2"));
    api.answer({ ok: true, value: aSeries("spo2", 0) });
    api.answer({ ok: true, value: aSeries("spo2", 2) });
    await Promise.all([slow, fast]);
    expect(book.stretch()).toEqual({ from: 2, to: 3 });
    expect(book.get("spo2")?.points[0]?.t).toBe(2);
  });

  test("takes no live reading into a stretch that stands still, nor one older than the stretch", async () => {
    const api = slowApi();
    const book = createSeriesBook(api, "p1");
    const still = book.read(["spo2"], STRETCH, 600, false);
    api.answer({ ok: true, value: { ...aSeries("spo2"), points: [] } });
    await still;
    book.note(reading(NOW + 1_000));
    expect(book.get("spo2")?.points).toEqual([]);
    const following = book.read(["spo2"], STRETCH, 600, true);
    api.answer({ ok: true, value: { ...aSeries("spo2"), points: [] } });
    await following;
    book.note(reading(NOW - 9 * 24 * 60 * MINUTE));
    expect(book.get("spo2")?.points).toEqual([]);
  });

  test("says why one could not be read and shows the others", async () => {
    const api = slowApi();
    const book = createSeriesBook(api, "p1");
    const read = book.read(["spo2", "pulse_rate"], STRETCH, 600, true);
    api.answer({ ok: false, problem: { status: 503, code: "store_unavailable", title: "Down", detail: "Down." } });
    api.answer({ ok: true, value: aSeries("pulse_rate") });
    await read;
    expect(book.problem()?.code).toBe("store_unavailable");
    expect(book.get("pulse_rate")).toBeDefined();
    expect(book.get("spo2")).toBeUndefined();
  });
});
