/** Signing in: sessions, cookies, origins, throttling. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "#core/time.ts";
import { openHttpWorld, PASSWORD, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
beforeAll(async () => {
  world = await openHttpWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const signIn = (username: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  world.ask("POST", "/api/v1/sessions", { body: { username, password }, headers });
const cookieOf = (setCookie: string[] | undefined): string => (setCookie?.[0] ?? "").split(";")[0] ?? "";

describe("signing in", () => {
  test("answers a token, the user with the institution, and a cookie that scripts and other sites cannot use", async () => {
    const answer = await signIn("north-t1.family_doctor");
    expect(answer.status).toBe(200);
    expect(answer.json["user"]).toMatchObject({
      username: "north-t1.family_doctor",
      roles: ["family_doctor"],
      institution: { id: "north-t1" },
    });
    expect(String(answer.json["token"])).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^homeward_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("gives the same answer for an unknown user, a wrong password and a disabled user", async () => {
    const administrator = await world.token("south-t1", "administrator");
    const made = await world.ask("POST", "/api/v1/users", {
      token: administrator,
      body: { username: "leaver", password: PASSWORD, roles: ["community_nurse"] },
    });
    expect(made.status).toBe(201);
    await world.ask("PATCH", `/api/v1/users/${String(made.json["id"])}`, { token: administrator, body: { version: 1, disabled: true } });
    const answers = [await signIn("nobody"), await signIn("south-t1.therapist_t1", "wrong"), await signIn("leaver")];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test("never stores the token, only its hash", async () => {
    const { json } = await signIn("north-t1.family_doctor");
    const token = String(json["token"]);
    expect(world.deps.accounts.session(token)).toBeNull();
    expect((await world.ask("GET", "/api/v1/me", { token })).status).toBe(200);
  });

  test("ends a session with DELETE, at once and for that session alone", async () => {
    const [one, other] = [await signIn("north-t1.coordinator"), await signIn("north-t1.coordinator")];
    const token = String(one.json["token"]);
    expect((await world.ask("DELETE", "/api/v1/sessions/current", { token })).status).toBe(204);
    expect((await world.ask("GET", "/api/v1/me", { token })).status).toBe(401);
    expect((await world.ask("GET", "/api/v1/me", { token: String(other.json["token"]) })).status).toBe(200);
  });

  test("changing the password ends the other sessions and keeps this one", async () => {
    const [one, other] = [await signIn("north-t2.referral_office"), await signIn("north-t2.referral_office")];
    const token = String(one.json["token"]);
    const wrong = await world.ask("POST", "/api/v1/me/password", { token, body: { current: "wrong", password: "another long one" } });
    expect(wrong.json["code"]).toBe("wrong_credentials");
    const weak = await world.ask("POST", "/api/v1/me/password", { token, body: { current: PASSWORD, password: "12345678" } });
    expect(weak.json["code"]).toBe("password_too_weak");
    const changed = await world.ask("POST", "/api/v1/me/password", { token, body: { current: PASSWORD, password: "another long one" } });
    expect(changed.status).toBe(204);
    expect((await world.ask("GET", "/api/v1/me", { token })).status).toBe(200);
    expect((await world.ask("GET", "/api/v1/me", { token: String(other.json["token"]) })).status).toBe(401);
    expect((await signIn("north-t2.referral_office", "another long one")).status).toBe(200);
  });
});

describe("the cookie", () => {
  const write = async (headers: Record<string, string>) => {
    const cookie = cookieOf((await signIn("north-t1.administrator")).headers["set-cookie"]);
    return world.ask("POST", "/api/v1/devices", { body: { kind: "oximeter" }, headers: { cookie, ...headers } });
  };
  const host = (): string => new URL(world.gateway.url).host;

  test("opens reading without further ado", async () => {
    const cookie = cookieOf((await signIn("north-t1.administrator")).headers["set-cookie"]);
    expect((await world.ask("GET", "/api/v1/me", { headers: { cookie } })).status).toBe(200);
  });
  test("opens writing from this server's own page", async () => {
    expect((await write({ origin: `http://${host()}`, "sec-fetch-site": "same-origin" })).status).toBe(201);
    expect((await write({ "sec-fetch-site": "same-origin" })).status).toBe(201);
  });
  test.each([
    ["nothing that says where it comes from", {}],
    ["a foreign origin", { origin: "https://evil.example" }],
    ["the null origin", { origin: "null" }],
    ["a foreign site", { "sec-fetch-site": "cross-site" }],
    ["a sibling site", { "sec-fetch-site": "same-site" }],
    ["an address typed by hand", { "sec-fetch-site": "none" }],
    ["a suffix of our name", { origin: "http://127.0.0.1.evil.example" }],
  ])("refuses writing with %s", async (_what, headers) => {
    const answer = await write(headers);
    expect([answer.status, answer.json["code"]]).toEqual([403, "cross_site"]);
  });
  test("refuses signing somebody in from a foreign page", async () => {
    const answer = await signIn("north-t1.administrator", PASSWORD, { origin: "https://evil.example" });
    expect(answer.json["code"]).toBe("cross_site");
  });
  test("does not matter when a bearer token is sent", async () => {
    const token = await world.token("north-t1", "administrator");
    const answer = await world.ask("POST", "/api/v1/devices", { token, body: { kind: "x" }, headers: { origin: "https://evil.example" } });
    expect(answer.status).toBe(201);
  });
  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"])(
    "cannot be used with a form's content type %s",
    async (type) => {
      const token = await world.token("north-t1", "administrator");
      const answer = await world.ask("POST", "/api/v1/devices", { token, raw: '{"kind":"x"}', headers: { "content-type": type } });
      expect([answer.status, answer.json["code"]]).toEqual([415, "wrong_content_type"]);
    },
  );
});

describe("sessions end", () => {
  test("30 minutes after the last use, not before", async () => {
    await using own = await openHttpWorld();
    const token = await own.token("north-t1", "family_doctor");
    for (let round = 0; round < 4; round++) {
      own.clocks.advance(29 * MINUTE);
      expect((await own.ask("GET", "/api/v1/me", { token })).status).toBe(200);
    }
    own.clocks.advance(30 * MINUTE);
    expect((await own.ask("GET", "/api/v1/me", { token })).status).toBe(401);
  });
  test("12 hours after signing in, however busy", async () => {
    await using own = await openHttpWorld();
    const token = await own.token("north-t1", "family_doctor");
    for (let passed = 0; passed < 12 * HOUR - 20 * MINUTE; passed += 20 * MINUTE) {
      own.clocks.advance(20 * MINUTE);
      expect((await own.ask("GET", "/api/v1/me", { token })).status).toBe(200);
    }
    own.clocks.advance(20 * MINUTE);
    expect((await own.ask("GET", "/api/v1/me", { token })).status).toBe(401);
  });
  test("when the user is disabled or loses the password", async () => {
    await using own = await openHttpWorld();
    const administrator = await own.token("north-t1", "administrator");
    const nurse = await own.token("north-t1", "community_nurse");
    const path = "/api/v1/users/u-north-t1-community_nurse";
    await own.ask("PATCH", path, { token: administrator, body: { version: 1, password: "a quite new one" } });
    expect((await own.ask("GET", "/api/v1/me", { token: nurse })).status).toBe(401);
  });
});

describe("guessing", () => {
  test("is slowed down, more with every failure, and forgotten after a success", async () => {
    await using own = await openHttpWorld();
    const attempt = (password: string) => own.ask("POST", "/api/v1/sessions", { body: { username: "north-t1.family_doctor", password } });
    for (let tries = 0; tries < 5; tries++) expect((await attempt("wrong")).status).toBe(401);
    const first = await attempt(PASSWORD);
    expect([first.status, first.json["code"], first.headers["retry-after"]]).toEqual([429, "too_many_sign_ins", "1"]);
    own.clocks.advance(SECOND);
    expect((await attempt("wrong")).status).toBe(401);
    expect((await attempt("wrong")).headers["retry-after"]).toBe("2");
    own.clocks.advance(2 * SECOND);
    expect((await attempt(PASSWORD)).status).toBe(200);
    expect((await attempt("wrong")).status).toBe(401);
    expect((await attempt("wrong")).status).toBe(401);
  });
  test("of one account does not lock another", async () => {
    await using own = await openHttpWorld();
    for (let tries = 0; tries < 6; tries++)
      await own.ask("POST", "/api/v1/sessions", { body: { username: "north-t1.family_doctor", password: "wrong" } });
    expect((await own.ask("POST", "/api/v1/sessions", { body: { username: "north-t1.community_nurse", password: PASSWORD } })).status).toBe(
      200,
    );
  });
});

test("the demonstration's sign-ins are told only by a demonstration", async () => {
  const demoUsers = [{ username: "demo", password: "demo", roles: ["family_doctor"], institution: "north-t1" }];
  expect((await world.ask("GET", "/api/v1/demo")).json).toEqual({ demo: false, users: [] });
  await using real = await openHttpWorld({ config: { demoUsers } });
  expect((await real.ask("GET", "/api/v1/demo")).json).toEqual({ demo: false, users: [] });
  await using demo = await openHttpWorld({ config: { demo: true, demoUsers } });
  expect((await demo.ask("GET", "/api/v1/demo")).json).toEqual({ demo: true, users: demoUsers });
});
