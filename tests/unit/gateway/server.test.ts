/** The server itself: headers, documents, dashboard files, limits, health, closing. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { createPasswordArgon2 } from "#adapters/password-argon2/password-argon2.ts";
import { openHttpWorld, PASSWORD } from "#tests/support/http-world.ts";

const HTML = { accept: "text/html,application/xhtml+xml" };

const dashboard = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-dashboard-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>ward</title>");
  await writeFile(join(folder, "assets", "index-BfA1x9Zq.js"), "export {};");
  await writeFile(join(folder, "favicon.svg"), "<svg/>");
  return folder;
};

test("every answer carries the strict headers", async () => {
  await using world = await openHttpWorld();
  for (const path of ["/health/live", "/api/v1/me", "/nothing", "/api/openapi.json"]) {
    const { headers } = await world.ask("GET", path);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';font-src 'self';manifest-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self'",
    );
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  }
});

describe("the dashboard", () => {
  test("is answered to a browser at any of its addresses, and its hashed files are kept for ever", async () => {
    await using world = await openHttpWorld({ config: { dashboardFolder: await dashboard() } });
    for (const path of ["/", "/ward", "/patients/p_x?from=1", "/sign-in"]) {
      const page = await world.ask("GET", path, { headers: HTML });
      expect([page.status, page.text, page.headers["cache-control"]]).toEqual([200, "<!doctype html><title>ward</title>", "no-cache"]);
    }
    const asset = await world.ask("GET", "/assets/index-BfA1x9Zq.js");
    expect([asset.status, asset.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await world.ask("GET", "/favicon.svg")).headers["cache-control"]).toBe("no-cache");
  });
  test("never answers for the interface, for missing files or for what lies outside its folder", async () => {
    await using world = await openHttpWorld({ config: { dashboardFolder: await dashboard() } });
    for (const path of ["/api/v1/nothing", "/api", "/fhir/R4/x", "/metrics/x"])
      expect((await world.ask("GET", path, { headers: HTML })).json["code"]).toBe("unknown_route");
    expect((await world.ask("GET", "/assets/missing.js")).status).toBe(404);
    const tooLong = await world.ask("GET", `/api/v1/patients/${"x".repeat(300)}`, { headers: HTML });
    expect([tooLong.status, tooLong.json["code"]]).toEqual([400, "malformed_request"]);
    expect((await world.ask("GET", "/..%2f..%2fetc%2fpasswd")).text).not.toContain("root:");
  });
});

describe("health and metrics", () => {
  test("tell a stranger nothing but that the process answers", async () => {
    await using world = await openHttpWorld();
    expect((await world.ask("GET", "/health/live")).json).toEqual({ status: "ok" });
    expect((await world.ask("GET", "/health/ready")).status).toBe(401);
    expect((await world.ask("GET", "/metrics")).status).toBe(401);
    expect((await world.ask("GET", "/api/v1/time")).json).toEqual({ now: world.clocks.clinical.now(), speed: 1 });
  });
  test("open to the operator's token, which opens nothing else", async () => {
    await using world = await openHttpWorld({ config: { metricsToken: "operator-token-of-32-characters!!".replaceAll("!", "x") } });
    const token = "operator-token-of-32-characters!!".replaceAll("!", "x");
    expect((await world.ask("GET", "/health/ready", { token })).json).toMatchObject({ ready: true, checks: { journal: { ok: true } } });
    expect((await world.ask("GET", "/metrics", { token })).headers["content-type"]).toContain("text/plain");
    expect((await world.ask("GET", "/api/v1/patients", { token })).status).toBe(401);
  });
  test("say 503 when a part does not work", async () => {
    await using world = await openHttpWorld({
      deps: { ready: () => ({ ready: false, checks: { store: { ok: false, detail: "behind" } } }) },
    });
    const request = world.ask("GET", "/health/ready", { token: await world.token("north-t1", "administrator") });
    expect(await request).toMatchObject({ status: 503, json: { ready: false, checks: { store: { ok: false, detail: "behind" } } } });
  });
});

test("a user may call at least 600 times a minute, then is told how long to wait; nobody else waits", async () => {
  await using world = await openHttpWorld({ config: { callsPerMinute: 1 } });
  const token = await world.token("north-t1", "community_nurse");
  const headers = { "x-forwarded-for": "10.0.0.1" };
  for (let calls = 0; calls < 600; calls++) expect((await world.ask("GET", "/api/v1/me", { token, headers })).status).toBe(200);
  const refused = await world.ask("GET", "/api/v1/me", { token, headers: { "x-forwarded-for": "10.0.0.2" } });
  expect([refused.status, refused.json["code"], refused.headers["retry-after"]]).toEqual([429, "too_many_requests", "1"]);
  expect((await world.ask("GET", "/api/v1/me", { token: await world.token("north-t1", "family_doctor") })).status).toBe(200);
  world.clocks.advance(1_000);
  expect((await world.ask("GET", "/api/v1/me", { token })).status).toBe(200);
});

test("closing does not wait for connections that are kept alive", async () => {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const world = await openHttpWorld({ deps: { transportClock: createTransportClock() } });
  await Promise.all(
    Array.from(
      { length: 5 },
      () =>
        new Promise<void>((resolve, reject) => {
          request(`${world.gateway.url}/health/live`, { agent }, (response) => response.resume().on("end", resolve))
            .on("error", reject)
            .end();
        }),
    ),
  );
  await world[Symbol.asyncDispose]();
  await expect(world.ask("GET", "/health/live")).rejects.toThrow();
});

test("hashing passwords leaves the event loop to others", async () => {
  const hasher = createPasswordArgon2();
  const hash = (await hasher.hash(PASSWORD)) ?? "";
  // Turns of the event loop counted while hashes are worked on: a hash on the loop itself would allow none in between.
  let turns = 0;
  let working = true;
  const spin = (): void => {
    turns += 1;
    if (working) setImmediate(spin);
  };
  setImmediate(spin);
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, index) => hasher.verify(index % 2 === 0 ? PASSWORD : "wrong", hash)));
  working = false;
  expect(outcomes).toEqual(["match", "mismatch", "match", "mismatch", "match", "mismatch", "match", "mismatch"]);
  expect(turns).toBeGreaterThan(100);
});

test("more sign-ins at once than can be served are refused, not queued for ever", async () => {
  const hasher = createPasswordArgon2();
  const outcomes = await Promise.all(Array.from({ length: 80 }, () => hasher.pretend("x")));
  expect(outcomes.filter((outcome) => outcome === "busy")).toHaveLength(80 - 65);
  expect(await hasher.verify("x", "$argon2id$v=19$m=1,t=1,p=1$damaged")).toBe("mismatch");
});
