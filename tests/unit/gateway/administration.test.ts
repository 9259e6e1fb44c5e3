/** Users, institutions, webhooks, limits and the set-up link over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { openHttpWorld, PASSWORD, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
let administrator: string;
let doctor: string;
beforeAll(async () => {
  world = await openHttpWorld();
  administrator = await world.token("north-t1", "administrator");
  doctor = await world.token("north-t1", "family_doctor");
  for (const rule of shippedRules)
    await world.commands.change({ kind: "rule", at: 1, actor: { user: "system", institution: null, roles: [] }, rule });
});
afterAll(() => world[Symbol.asyncDispose]());

describe("users", () => {
  const add = (body: object) => world.ask("POST", "/api/v1/users", { token: administrator, body: { password: PASSWORD, ...body } });

  test("are made in the administrator's own institution and may sign in at once", async () => {
    const { status, json } = await add({ username: "new.nurse", displayName: "New Nurse", roles: ["community_nurse"] });
    expect([status, json["institution"], json["disabled"]]).toEqual([201, "north-t1", false]);
    expect((await world.ask("POST", "/api/v1/sessions", { body: { username: "new.nurse", password: PASSWORD } })).status).toBe(200);
    expect((await add({ username: "new.nurse", roles: ["carer"] })).json["code"]).toBe("username_taken");
    expect((await add({ username: "elsewhere", roles: ["carer"], institution: "south-t1" })).status).toBe(404);
  });
  test.each([
    [{ username: "weak1", roles: ["carer"], password: "short" }, "password_too_weak"],
    [{ username: "weak.password", roles: ["carer"], password: "weak.password" }, "password_too_weak"],
    [{ username: "weak3", roles: ["carer"], password: "Password123" }, "password_too_weak"],
    [{ username: "weak4", roles: ["carer"], password: "ababababab" }, "password_too_weak"],
    [{ username: "no roles", roles: ["carer"] }, "invalid_request"],
    [{ username: "noroles", roles: [] }, "invalid_request"],
    [{ username: "badrole", roles: ["god"] }, "invalid_request"],
    [{ username: "twice", roles: ["carer", "carer"] }, "invalid_request"],
  ])("are refused as %j", async (body, code) => {
    expect((await add(body)).json["code"]).toBe(code);
  });
  test("lose what their role gave at once when the role is taken away", async () => {
    const { json } = await add({ username: "demoted", roles: ["family_doctor"] });
    const token = String(
      (await world.ask("POST", "/api/v1/sessions", { body: { username: "demoted", password: PASSWORD } })).json["token"],
    );
    expect((await world.ask("GET", "/api/v1/patients", { token })).status).toBe(200);
    const path = `/api/v1/users/${String(json["id"])}`;
    expect((await world.ask("PATCH", path, { token: administrator, body: { version: 1, roles: ["carer"] } })).json["version"]).toBe(2);
    expect((await world.ask("GET", "/api/v1/patients", { token })).status).toBe(401);
    expect((await world.ask("PATCH", path, { token: administrator, body: { version: 1, disabled: true } })).json["code"]).toBe(
      "version_conflict",
    );
  });
  test("always include an administrator", async () => {
    const path = "/api/v1/users/u-north-t1-administrator";
    for (const body of [{ disabled: true }, { roles: ["family_doctor"] }])
      expect((await world.ask("PATCH", path, { token: administrator, body: { version: 1, ...body } })).json["code"]).toBe(
        "last_administrator",
      );
  });
});

describe("institutions", () => {
  test("are listed within the alliance and changed by their own administrator alone", async () => {
    const { json } = await world.ask("GET", "/api/v1/institutions", { token: doctor });
    expect((json["items"] as { id: string }[]).map(({ id }) => id)).toEqual(["north-t1", "north-t2", "north-t3"]);
    const body = { version: 1, timeZone: "Asia/Urumqi" };
    expect((await world.ask("PATCH", "/api/v1/institutions/north-t2", { token: administrator, body })).status).toBe(404);
    expect((await world.ask("PATCH", "/api/v1/institutions/north-t1", { token: administrator, body })).json["timeZone"]).toBe(
      "Asia/Urumqi",
    );
    expect((await world.ask("PATCH", "/api/v1/institutions/north-t1", { token: administrator, body })).json["code"]).toBe(
      "version_conflict",
    );
  });
  test("can be added to the alliance with a first administrator", async () => {
    const body = {
      name: { en: "Fourth", zh: "第四" },
      tier: "T2",
      administrator: { username: "fourth.admin", password: PASSWORD },
    };
    const made = await world.ask("POST", "/api/v1/institutions", { token: administrator, body });
    expect([made.status, made.json["alliance"]]).toEqual([201, "north"]);
    const signedIn = await world.ask("POST", "/api/v1/sessions", { body: { username: "fourth.admin", password: PASSWORD } });
    expect(signedIn.json["user"]).toMatchObject({ institution: { id: made.json["id"] } });
  });
});

describe("webhooks", () => {
  const subscribe = (body: object) => world.ask("POST", "/api/v1/webhooks", { token: administrator, body });

  test("get a new secret beside the old one for a day", async () => {
    const made = await subscribe({ url: "https://example.org/rotated" });
    const path = `/api/v1/webhooks/${String(made.json["id"])}`;
    const rotated = await world.ask("POST", `${path}/secret`, { token: administrator });
    expect(rotated.status).toBe(201);
    const { secret, previousUntilAt } = rotated.json;
    expect(secret).not.toBe(made.json["secret"]);
    expect(previousUntilAt).toBe(world.clocks.transport.now() + 86_400_000);
    const kept = world.deps.outbox.subscription(String(made.json["id"]));
    expect(kept?.secrets).toEqual([secret, made.json["secret"]]);
    const again = await world.ask("POST", `${path}/secret`, { token: administrator });
    expect(world.deps.outbox.subscription(String(made.json["id"]))?.secrets).toEqual([again.json["secret"], secret]);
    expect((await world.ask("GET", path, { token: administrator })).text).not.toMatch(/whsec_/);
    await world.ask("DELETE", path, { token: administrator });
    expect((await world.ask("POST", `${path}/secret`, { token: administrator })).status).toBe(404);
  });

  test("list what is asked for by status in full pages", async () => {
    const made = await subscribe({ url: "https://example.org/pages" });
    const path = `/api/v1/webhooks/${String(made.json["id"])}`;
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1)
      ids.push(String((await world.ask("POST", `${path}/test`, { token: administrator })).json["id"]));
    const failed = [ids[0], ids[3]];
    for (const id of failed)
      await world.deps.outbox.record(String(id), { at: 1, status: "failed", nextAt: null, httpStatus: 500, error: "http_500" });
    const first = await world.ask("GET", `${path}/deliveries?status=failed&limit=1`, { token: administrator });
    expect(first.json["items"]).toMatchObject([{ id: ids[3] }]);
    const next = `${path}/deliveries?status=failed&limit=1&cursor=${String(first.json["next"])}`;
    expect((await world.ask("GET", next, { token: administrator })).json["items"]).toMatchObject([{ id: ids[0] }]);
  });

  test("show their secret once, can be tested, and are gone when deleted", async () => {
    const made = await subscribe({ url: "https://example.org/a", types: ["alert.raised"], detail: "full" });
    expect([made.status, made.json["status"]]).toEqual([201, "active"]);
    expect(Buffer.from(String(made.json["secret"]).replace("whsec_", ""), "base64")).toHaveLength(32);
    const path = `/api/v1/webhooks/${String(made.json["id"])}`;
    expect((await world.ask("GET", path, { token: administrator })).text).not.toContain("whsec_");
    const sent = await world.ask("POST", `${path}/test`, { token: administrator });
    expect([sent.status, sent.json["type"], sent.json["status"]]).toEqual([202, "webhook.test", "pending"]);
    const listed = await world.ask("GET", `${path}/deliveries`, { token: administrator });
    expect(listed.json["items"]).toMatchObject([{ id: sent.json["id"] }]);
    expect((await world.ask("GET", `${path}/deliveries?status=failed`, { token: administrator })).json["items"]).toEqual([]);
    const again = await world.ask("POST", `/api/v1/deliveries/${String(sent.json["id"])}/replay`, { token: administrator });
    expect([again.status, again.json["messageId"]]).toEqual([202, sent.json["messageId"]]);
    expect((await world.ask("DELETE", path, { token: administrator })).status).toBe(204);
    expect((await world.ask("GET", path, { token: administrator })).status).toBe(404);
    expect((await world.ask("DELETE", path, { token: administrator })).status).toBe(404);
    expect((await world.ask("GET", "/api/v1/webhooks", { token: administrator })).text).not.toContain(String(made.json["id"]));
  });
  test.each([
    [{ url: "http://10.0.0.1/" }, 422, "webhook_address_refused"],
    [{ url: "https://example.org", types: ["alert.invented"] }, 400, "invalid_request"],
    [{ url: "https://example.org", format: "fhir" }, 501, "not_implemented_yet"],
    [{ url: "" }, 400, "invalid_request"],
    [{}, 400, "invalid_request"],
  ])("are refused as %j", async (body, status, code) => {
    const answer = await subscribe(body);
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
  });
});

describe("limits", () => {
  let patient: string;
  beforeAll(async () => {
    const body = { tier: "T1", profile: "standard", conditions: [] };
    patient = String((await world.ask("POST", "/api/v1/patients", { token: administrator, body })).json["id"]);
  });
  const put = (rule: string, body: object) =>
    world.ask("PUT", `/api/v1/patients/${patient}/rules/${rule}`, { token: doctor, body: { reason: "known lung disease", ...body } });

  test("move a threshold and its recovery together, and say so where they loosen", async () => {
    const { status, json } = await put("SPO2-A1", { threshold: 89 });
    expect([status, json]).toMatchObject([200, { id: "SPO2-A1", threshold: 89, clear: 91, loosened: true, limits: { threshold: 89 } }]);
    const listed = await world.ask("GET", `/api/v1/patients/${patient}/rules`, { token: doctor });
    expect((listed.json["items"] as { id: string; threshold: number }[]).find(({ id }) => id === "SPO2-A1")?.threshold).toBe(89);
    expect((await world.ask("DELETE", `/api/v1/patients/${patient}/rules/SPO2-A1`, { token: doctor })).status).toBe(204);
    expect((await world.ask("DELETE", `/api/v1/patients/${patient}/rules/SPO2-A1`, { token: doctor })).status).toBe(404);
  });
  test.each([
    ["SPO2-A1", { threshold: 70 }, 422, "limit_unsafe"],
    ["SPO2-A1", { enabled: false }, 422, "limit_unsafe"],
    ["SPO2-A1", {}, 400, "invalid_request"],
    ["SPO2-A1", { threshold: 90, reason: " " }, 400, "invalid_request"],
    ["NOPE-1", { threshold: 90 }, 404, "not_found"],
  ])("%s refuses %j", async (rule, body, status, code) => {
    const answer = await put(rule, body);
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
  });
  test("are in the catalogue as it ships", async () => {
    const { json } = await world.ask("GET", "/api/v1/rules", { token: doctor });
    expect((json["items"] as { id: string }[]).map(({ id }) => id)).toEqual(shippedRules.map(({ id }) => id).toSorted());
  });
  test("and rules themselves are not built yet, and say so", async () => {
    for (const path of ["/api/v1/rules", "/api/v1/rules/SPO2-A1/versions", "/api/v1/rules/backtest", "/api/v1/referrals"]) {
      const token = path.endsWith("referrals") ? doctor : administrator;
      const answer = await world.ask("POST", path, { token, body: { anything: true } });
      expect([answer.status, answer.json["code"]]).toEqual([501, "not_implemented_yet"]);
    }
  });
});

describe("the set-up link", () => {
  test("makes the first administrator once, with every role of the institution", async () => {
    const setupToken = "one-time-token";
    await using own = await openHttpWorld({ empty: true, config: { setupToken } });
    expect((await own.ask("GET", "/setup?token=wrong")).json["code"]).toBe("setup_closed");
    const page = await own.ask("GET", `/setup?token=${setupToken}`);
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i);
    expect((await own.ask("GET", "/setup.js")).headers["content-type"]).toContain("javascript");
    const body = { username: "first", password: PASSWORD };
    expect((await own.ask("POST", "/setup", { body: { ...body, token: "wrong" } })).json["code"]).toBe("setup_closed");
    expect((await own.ask("POST", `/setup?token=${setupToken}`, { body: { username: "first", password: "short" } })).status).toBe(422);
    const made = await own.ask("POST", `/setup?token=${setupToken}`, { body });
    expect([made.status, made.json["roles"]]).toMatchObject([201, expect.arrayContaining(["administrator", "family_doctor"])]);
    expect((await own.ask("POST", `/setup?token=${setupToken}`, { body: { ...body, username: "second" } })).json["code"]).toBe(
      "setup_closed",
    );
    expect((await own.ask("POST", "/api/v1/sessions", { body })).status).toBe(200);
  });
  test("does not exist where there is an administrator or no link", async () => {
    expect((await world.ask("GET", "/setup?token=x")).json["code"]).toBe("setup_closed");
    await using own = await openHttpWorld({ config: { setupToken: "x" } });
    expect((await own.ask("POST", "/setup?token=x", { body: { username: "a", password: PASSWORD } })).json["code"]).toBe("setup_closed");
  });
});
