/** How long an alert took to this screen is said only of alerts that came while the page was there. */
import { expect, test } from "vitest";
import { createArrivals } from "../../../dashboards/web/src/data/arrivals.ts";
import { createWardStore } from "../../../dashboards/web/src/data/ward-store.ts";
import { MINUTE, NOW, anAlert } from "./dashboard-fixtures.ts";

test("the first sight of an alert counts, later versions and what was raised before the page was opened do not", () => {
  const store = createWardStore(() => {});
  let now = NOW;
  const arrivals = createArrivals(
    store,
    () => now,
    () => NOW - 2_000,
  );
  store.putAlert(anAlert({ id: "a", raisedAt: NOW - 900 }));
  store.putAlert(anAlert({ id: "old", raisedAt: NOW - 3_000 }));
  now += MINUTE;
  store.putAlert(anAlert({ id: "a", version: 2, raisedAt: NOW - 900 }));
  expect([arrivals.shownAfter("a"), arrivals.shownAfter("old"), arrivals.shownAfter("never")]).toEqual([900, null, null]);
});
