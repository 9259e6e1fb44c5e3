import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  SPANS,
  around,
  panned,
  searchOf,
  selected,
  timeTicks,
  viewOfSearch,
  windowOf,
  zoomed,
  type View,
} from "../../../dashboards/web/src/data/chart-window.ts";
import { MINUTE, NOW } from "./dashboard-fixtures.ts";

const HOUR = 60 * MINUTE;
const live: View = { kind: "live", span: SPANS.h24 };

describe("what follows the newest data", () => {
  test("ends a little before the right edge and moves in steps about a pixel wide", () => {
    const shown = windowOf(live, NOW);
    expect(shown.to - shown.from).toBe(SPANS.h24);
    expect(shown.edge).toBeGreaterThan(shown.to);
    expect(windowOf(live, shown.to).to).toBe(shown.to);
    expect(windowOf(live, shown.to + 1).to).toBe(shown.to + SPANS.h24 / 1_200);
  });

  test("goes on following when it is zoomed without a place, and stands still when it is zoomed at one", () => {
    expect(zoomed(live, NOW, 0.5, null)).toEqual({ kind: "live", span: SPANS.h24 / 2 });
    expect(zoomed(live, NOW, 0.5, NOW - 12 * HOUR).kind).toBe("fixed");
  });
});

describe("what stands still", () => {
  test("keeps the moment under the crosshair in its place when zoomed in", () => {
    const view: View = { kind: "fixed", from: NOW - 10 * HOUR, to: NOW - 2 * HOUR };
    const at = NOW - 8 * HOUR;
    const closer = windowOf(zoomed(view, NOW, 0.5, at), NOW);
    expect((at - closer.from) / (closer.edge - closer.from)).toBeCloseTo(0.25);
    expect(closer.edge - closer.from).toBe(4 * HOUR);
  });

  test("never reaches beyond now by more than the tail", () => {
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), fc.double({ min: -3, max: 3, noNaN: true }), (hours, share) => {
        const view: View = { kind: "fixed", from: NOW + (hours - 4) * HOUR, to: NOW + hours * HOUR };
        const moved = windowOf(panned(view, NOW, share), NOW);
        expect(moved.edge).toBeLessThanOrEqual(NOW + 0.03 * (moved.edge - moved.from) + 1);
        expect(moved.edge - moved.from).toBe(4 * HOUR);
      }),
    );
  });

  test("a drag in either direction selects the same stretch, and never less than two minutes", () => {
    expect(selected(NOW - HOUR, NOW - 2 * HOUR, NOW)).toEqual(selected(NOW - 2 * HOUR, NOW - HOUR, NOW));
    const { from, edge } = windowOf(selected(NOW - HOUR, NOW - HOUR + 5, NOW), NOW);
    expect(edge - from).toBe(2 * MINUTE);
  });

  test("evidence is shown with room on both sides", () => {
    const { from, edge } = windowOf(around(NOW - 3 * HOUR, NOW - 2 * HOUR, NOW), NOW);
    expect(from).toBeLessThan(NOW - 3 * HOUR);
    expect(edge).toBeGreaterThan(NOW - 2 * HOUR);
  });
});

describe("the address", () => {
  test("carries from, to and alert, and reads back what it wrote", () => {
    const view: View = { kind: "fixed", from: NOW - HOUR, to: NOW };
    const search = searchOf("?lang=zh", view, "al-1");
    expect(search).toBe(`?lang=zh&from=${NOW - HOUR}&to=${NOW}&alert=al-1`);
    expect(viewOfSearch(search)).toEqual(view);
  });

  test("names no stretch while it follows, and keeps the alert", () => {
    expect(searchOf(`?from=1&to=${NOW}&alert=al-1`, live)).toBe("?alert=al-1");
  });

  test.each(["?from=a&to=2", "?from=5&to=5", "?from=9&to=2", "?from=1", "", `?from=0&to=${Number.MAX_SAFE_INTEGER}`])(
    "a stretch that is none is left out: %s",
    (search) => {
      expect(viewOfSearch(search)).toBeNull();
    },
  );
});

describe("ticks of the time axis", () => {
  const east8 = (): string => "UTC+8";

  test("stand on round times of day of the zone, a new day marked", () => {
    const ticks = timeTicks(NOW - SPANS.h24, NOW, east8, 12);
    expect(ticks.length).toBeGreaterThan(5);
    for (const { t, midnight } of ticks) {
      const local = new Date(t + 8 * HOUR);
      expect(local.getUTCMinutes()).toBe(0);
      expect(midnight).toBe(local.getUTCHours() === 0);
    }
    expect(ticks.filter(({ midnight }) => midnight)).toHaveLength(1);
  });

  test("are never more than asked for, whatever the stretch", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 * MINUTE, max: SPANS.d30 * 12 }), fc.integer({ min: 2, max: 14 }), (span, most) => {
        expect(timeTicks(NOW - span, NOW, east8, most).length).toBeLessThanOrEqual(most + 1);
      }),
    );
  });

  test("know zones of half an hour and west of Greenwich", () => {
    const [first] = timeTicks(NOW - SPANS.h24, NOW, () => "UTC-3:30", 6);
    expect(new Date((first?.t ?? 0) - 3.5 * HOUR).getUTCMinutes()).toBe(0);
  });
});
