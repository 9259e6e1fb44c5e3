/** Acts carry the version on the screen; a conflict tells who changed what, and a hindrance always has a reason. */
import { expect, test } from "vitest";
import { actOnAlert, hindranceOf } from "../../../dashboards/web/src/data/act-on-alert.ts";
import { createApi, encodeQuery } from "../../../dashboards/web/src/data/api.ts";
import { readPreferences } from "../../../dashboards/web/src/data/preferences.ts";
import { NOW, anAlert } from "./dashboard-fixtures.ts";

const serve = (answers: Readonly<Record<string, readonly [number, unknown]>>) => {
  const asked: { readonly line: string; readonly body: unknown }[] = [];
  const api = createApi({
    fetch: (input, init) => {
      const line = `${init?.method ?? "GET"} ${String(input instanceof Request ? input.url : input)}`;
      asked.push({ line, body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined });
      const found = answers[line];
      if (found === undefined) return Promise.reject(new Error("connection refused"));
      return Promise.resolve(new Response(JSON.stringify(found[1]), { status: found[0] }));
    },
  });
  return { api, asked };
};

test("an act goes out with the version on the screen and answers the alert", async () => {
  const { api, asked } = serve({ "POST /api/v1/alerts/a/contact": [200, anAlert({ id: "a", version: 5, contactedAt: NOW })] });
  const result = await actOnAlert(api, anAlert({ id: "a", version: 4 }), { kind: "contact", outcome: "reached" });
  expect(asked[0]?.body).toEqual({ version: 4, outcome: "reached" });
  expect(result).toMatchObject({ kind: "done", alert: { version: 5 } });
});

test("feedback is one press and carries the version too", async () => {
  const { api, asked } = serve({ "POST /api/v1/alerts/a/feedback": [200, anAlert({ id: "a", version: 4 })] });
  expect(await actOnAlert(api, anAlert({ id: "a", version: 4 }), { kind: "feedback", useful: "not_useful" })).toMatchObject({
    kind: "done",
  });
  expect(asked[0]?.body).toEqual({ version: 4, useful: "not_useful" });
});

test("a conflict brings the alert as it is and who changed it", async () => {
  const now = anAlert({ id: "a", version: 3, status: "acknowledged" });
  const { api } = serve({
    "POST /api/v1/alerts/a/acknowledge": [409, { code: "alert_changed", title: "t", detail: "d", alert: now }],
    "GET /api/v1/alerts/a": [
      200,
      { ...now, acts: [{ at: NOW, by: "u2", name: "Nurse 19", institution: null, roles: [], act: { kind: "acknowledge" } }], history: [] },
    ],
  });
  const result = await actOnAlert(api, anAlert({ id: "a", version: 1 }), { kind: "acknowledge" });
  expect(result).toMatchObject({ kind: "changed", alert: { version: 3 }, change: { by: "u2", name: "Nurse 19", act: "acknowledge" } });
});

test("no answer is a value too, and pages are followed to the end", async () => {
  const { api } = serve({
    "GET /api/v1/alerts?limit=500": [200, { items: [1], next: "n" }],
    "GET /api/v1/alerts?limit=500&cursor=n": [200, { items: [2], next: null }],
  });
  expect(await api.all("/alerts")).toEqual({ ok: true, value: [1, 2] });
  expect(await api.get("/nothing")).toMatchObject({ ok: false, problem: { status: 0, code: "no_answer" } });
  expect(encodeQuery({ status: ["open", "cleared"], none: undefined })).toBe("?status=open%2Ccleared");
});

test("whoever may not act, and everyone while nothing is received, is told why", () => {
  const open = { status: "open", severity: "S1" } as const;
  expect(hindranceOf("acknowledge", open, { receiving: true, mayAct: true })).toBeNull();
  expect(hindranceOf("acknowledge", open, { receiving: false, mayAct: true })).toBe("feed_lost");
  expect(hindranceOf("acknowledge", open, { receiving: true, mayAct: false })).toBe("not_allowed");
  expect(hindranceOf("snooze", open, { receiving: true, mayAct: true })).toBe("snooze_s1");
});

test("language and theme: the address first, then what was chosen, then the browser; nonsense is ignored", () => {
  expect(readPreferences('{"language":"zh","theme":"dark"}', "?lang=en", ["fr"])).toEqual({
    language: "en",
    theme: "dark",
    density: "tiles",
  });
  expect(readPreferences("not json", "?theme=pink", ["zh-CN"])).toEqual({ language: "zh", theme: "auto", density: "tiles" });
  expect(readPreferences(null, "", ["de"])).toEqual({ language: "en", theme: "auto", density: "tiles" });
});
