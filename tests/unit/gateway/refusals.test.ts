/** Bad input at the HTTP door: always a problem document with a code and what to do, never a stack trace, never a crash. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HTTP_ERRORS } from "#contracts/errors/http.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
let token: string;
beforeAll(async () => {
  world = await openHttpWorld();
  token = await world.token("north-t1", "administrator");
});
afterAll(() => world[Symbol.asyncDispose]());

const codeOf = async (method: string, path: string, more: object = {}) => {
  const { status, json } = await world.ask(method, path, { token, ...more });
  return [status, json["code"]];
};

describe("a body", () => {
  test.each([
    ["nothing", undefined, 400, "invalid_request"],
    ["half of one", '{"kind":', 400, "malformed_json"],
    ["two", '{"kind":"x"}{"kind":"y"}', 400, "malformed_json"],
    ["NaN", '{"kind":NaN}', 400, "malformed_json"],
    ["a comment", '{"kind":"x"/* */}', 400, "malformed_json"],
    ["null", "null", 400, "invalid_request"],
    ["a list", "[]", 400, "invalid_request"],
    ["a text", '"kind"', 400, "invalid_request"],
    ["a list for a text", '{"kind":["x"]}', 400, "invalid_request"],
    ["a number for a text", '{"kind":7}', 400, "invalid_request"],
    ["a prototype", '{"kind":"x","__proto__":{"a":1}}', 400, "malformed_json"],
    ["deep nesting", `{"kind":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 400, "invalid_request"],
    ["too much", `{"kind":"${"x".repeat(1_100_000)}"}`, 413, "too_large"],
    ["a byte order mark", '\ufeff{"kind":"x"}', 201, undefined],
  ])("that is %s", async (_what, raw, status, code) => {
    expect(await codeOf("POST", "/api/v1/devices", raw === undefined ? {} : { raw })).toEqual([status, code]);
  });

  test("of many unknown members is answered with some of them", async () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`m${String(index)}`, index]));
    const { status, json } = await world.ask("POST", "/api/v1/devices", { token, body });
    expect(status).toBe(400);
    expect((json["errors"] as unknown[]).length).toBeLessThanOrEqual(20);
  });

  test("in a content type that merely begins like JSON is not read", async () => {
    for (const type of ["application/json garbage", "application/jsonp", "text/json", "application/json/x"])
      expect((await world.ask("POST", "/api/v1/devices", { token, raw: '{"kind":"x"}', headers: { "content-type": type } })).status).toBe(
        415,
      );
    const charset = { raw: '{"kind":"x"}', headers: { "content-type": "application/json; charset=utf-8" } };
    expect((await world.ask("POST", "/api/v1/devices", { token, ...charset })).status).toBe(201);
  });

  test("may be missing where nothing is asked for", async () => {
    expect((await world.ask("POST", "/api/v1/live-tickets", { token })).status).toBe(201);
    expect((await world.ask("POST", "/api/v1/live-tickets", { token, body: {} })).status).toBe(201);
    const typed = { raw: "", headers: { "content-type": "application/json" } };
    expect((await world.ask("POST", "/api/v1/live-tickets", { token, ...typed })).status).toBe(201);
  });
});

describe("an address", () => {
  test.each([
    ["GET", "/api/v1/nothing", 404, "unknown_route"],
    ["GET", "/api/v2/patients", 404, "unknown_route"],
    ["GET", "/", 404, "unknown_route"],
    ["GET", "/../../etc/passwd", 404, "unknown_route"],
    ["GET", "/api/v1/patients/%E0%A4%A", 400, "malformed_request"],
    ["GET", "/api/v1/patients/%00", 404, "not_found"],
    ["GET", `/api/v1/patients/${"x".repeat(200)}`, 400, "invalid_request"],
    ["GET", `/api/v1/patients/${"x".repeat(300)}`, 400, "malformed_request"],
    ["GET", "/api/v1/patients/'%20OR%201=1", 404, "not_found"],
    ["GET", '/api/v1/patients/x"%20%7C%3E%20to(bucket)', 404, "not_found"],
    ["GET", "/api/v1/patients/__proto__", 404, "not_found"],
    ["PUT", "/api/v1/patients", 405, "method_not_allowed"],
    ["DELETE", "/api/v1/alerts/x/acknowledge", 405, "method_not_allowed"],
    ["OPTIONS", "/api/v1/patients", 405, "method_not_allowed"],
  ])("%s %s", async (method, path, status, code) => {
    const answer = await world.ask(method, path, { token });
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
    if (status === 405) expect(answer.headers.allow).toBeDefined();
  });
});

describe("a query", () => {
  test.each([
    ["/api/v1/patients?limit=0", 400],
    ["/api/v1/patients?limit=501", 200],
    ["/api/v1/patients?limit=10001", 400],
    ["/api/v1/patients?limit=ten", 400],
    ["/api/v1/patients?limit=1&limit=2", 400],
    ["/api/v1/patients?limit=1e3", 400],
    ["/api/v1/patients?unknown=1", 400],
    ["/api/v1/patients?__proto__=1", 400],
    ["/api/v1/patients?status=erased", 400],
    ["/api/v1/patients?cursor=%27%22%00", 200],
    ["/api/v1/alerts?cursor=nonsense", 200],
    ["/api/v1/audit?cursor=nonsense", 200],
    ["/api/v1/quarantine?cursor=nonsense", 200],
  ])("%s", async (path, status) => {
    expect((await world.ask("GET", path, { token })).status).toBe(status);
  });
});

describe("bytes that are not HTTP", () => {
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(world.gateway.url);
      const socket = connect(Number(port), hostname, () => socket.end(bytes));
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });

  test.each([
    ["noise", "\0\u0001\u0002nonsense\r\n\r\n", "malformed_request"],
    ["two lengths", "POST /api/v1/devices HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "malformed_request"],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "malformed_request",
    ],
    ["a giant header", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, "headers_too_large"],
  ])("%s", async (_what, bytes, code) => {
    const text = await raw(bytes);
    expect(text).toContain("application/problem+json");
    expect(text).toContain(code);
  });

  test("leave the server well", async () => {
    expect((await world.ask("GET", "/health/live")).json).toEqual({ status: "ok" });
  });
});

test("a bug is answered with a number to quote and nothing of its inside", async () => {
  await using own = await openHttpWorld({
    deps: {
      ready: () => {
        throw new Error("secret inside");
      },
    },
  });
  const answer = await own.ask("GET", "/health/ready", { token: await own.token("north-t1", "administrator") });
  expect([answer.status, answer.json["code"]]).toEqual([500, "internal_error"]);
  expect(String(answer.json["instance"])).toMatch(/^urn:homeward:request:/);
  expect(answer.text).not.toMatch(/secret inside|at .*\.ts/);
  expect(own.diagnostics.errors).toHaveLength(1);
});

test("every code of the catalogue has a status, a title and what to do", () => {
  for (const [code, { status, title, next }] of Object.entries(HTTP_ERRORS)) {
    expect(code).toMatch(/^[a-z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title.endsWith(".") && next.endsWith(".")).toBe(true);
  }
});
