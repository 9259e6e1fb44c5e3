/** Matrices made from the table of calls: a new call is in them without anybody remembering it (reliability S30 to S33). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PERMISSIONS_OF, type Permission } from "#core/access/permissions.ts";
import { ROLES, type Role } from "#core/access/roles.ts";
import { CALLS } from "#contracts/http/calls.ts";
import type { Call } from "#contracts/http/call.ts";
import { HTTP_ERRORS } from "#contracts/errors/http.ts";
import { alert } from "#tests/support/http-samples.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

/** Areas whose things belong to an institution; rules are everybody's, referrals are not built. */
const HAS_THING = new Set(["patients", "devices", "alerts", "webhooks", "deliveries", "users", "institutions"]);

const tokenRole = (call: Call): Role => ROLES.find((role) => PERMISSIONS_OF[role].includes(call.access as Permission)) ?? "administrator";

let world: HttpWorld;
/** One thing of everything, in the north. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await openHttpWorld();
  const token = await world.token("north-t1", "administrator");
  const patient = await world.ask("POST", "/api/v1/patients", {
    token,
    body: { tier: "T1", profile: "standard", conditions: ["copd"], identity: { name: "Canary Zhang" } },
  });
  ids["patients"] = String(patient.json["id"]);
  const device = await world.ask("POST", "/api/v1/devices", { token, body: { kind: "oximeter", metrics: { spo2: { everyS: 1 } } } });
  ids["devices"] = String(device.json["id"]);
  await world.ask("POST", `/api/v1/devices/${ids["devices"]}/assignment`, { token, body: { patient: ids["patients"] } });
  const webhook = await world.ask("POST", "/api/v1/webhooks", { token, body: { url: "https://example.org/hook" } });
  ids["webhooks"] = String(webhook.json["id"]);
  ids["deliveries"] = String((await world.ask("POST", `/api/v1/webhooks/${ids["webhooks"]}/test`, { token })).json["id"]);
  await world.commands.raise(alert("alert-north", { patient: ids["patients"], institution: "north-t1", device: ids["devices"] }));
  ids["alerts"] = "alert-north";
  ids["users"] = "u-north-t1-community_nurse";
  ids["institutions"] = "north-t1";
});
afterAll(() => world[Symbol.asyncDispose]());

const isOpen = (call: Call): boolean => call.access === "public";
const areaOf = (call: Call): string => /^\/api\/v1\/([a-z]+)/.exec(call.path)?.[1] ?? "";
const addressOf = (call: Call, id: string): string => {
  const path = call.path.replace("{id}", encodeURIComponent(id)).replace("{ruleId}", "SPO2-A1");
  return call.id === "getSeries" ? `${path}?metric=spo2&from=1&to=2` : path;
};

/** A body that each call accepts, so that only visibility can refuse it. */
const BODIES: Readonly<Record<string, unknown>> = {
  createSession: { username: "x", password: "y" },
  changePassword: { current: "x", password: "y" },
  enrolPatient: { tier: "T1", profile: "standard", conditions: [] },
  changePatient: { version: 1 },
  pausePatient: { untilAt: 8_000_000_000_000, reason: "x" },
  dischargePatient: { reason: "x" },
  erasePatient: { reason: "x" },
  registerDevice: { kind: "x" },
  assignDevice: { patient: "nobody" },
  acknowledgeAlert: { version: 1 },
  contactAlert: { version: 1, outcome: "reached" },
  snoozeAlert: { version: 1, untilAt: 8_000_000_000_000, reason: "x" },
  commentAlert: { version: 1, text: "x" },
  closeAlert: { version: 1, disposition: "resolved" },
  feedbackAlert: { version: 1, useful: "useful" },
  setPatientLimits: { threshold: 90, reason: "x" },
  createWebhook: { url: "http://refused.example" },
  createUser: { username: "x", password: "short", roles: ["carer"] },
  changeUser: { version: 99 },
  createInstitution: { name: { en: "x", zh: "x" }, tier: "T1", timeZone: "Nowhere/Nowhere" },
  changeInstitution: { version: 99 },
  completeSetup: { username: "x", password: "y" },
};
const bodyOf = (call: Call): unknown => BODIES[call.id] ?? {};

const askAs = async (call: Call, id: string, token: string | null) =>
  world.ask(call.method, addressOf(call, id), {
    token,
    ...(call.method === "GET" || call.method === "DELETE" ? {} : { body: bodyOf(call) }),
  });

describe("every call", () => {
  test.each(CALLS.filter((call) => !isOpen(call)).map((call) => [`${call.method} ${call.path}`, call] as const))(
    "%s answers 401 to a stranger, whether or not the thing exists",
    async (_name, call) => {
      const known = await askAs(call, ids[areaOf(call)] ?? "x", null);
      const unknown = await askAs(call, "no-such-thing", null);
      const forged = await askAs(call, "no-such-thing", "A".repeat(43));
      expect([known.status, known.json["code"]]).toEqual([401, "not_signed_in"]);
      expect(unknown.text).toBe(known.text);
      expect(forged.text).toBe(known.text);
    },
  );

  test.each(
    CALLS.filter((call) => call.path.includes("{id}") && HAS_THING.has(call.path.split("/")[3] ?? "")).map(
      (call) => [`${call.method} ${call.path}`, call] as const,
    ),
  )("%s hides another alliance's thing behind the answer for an unknown one", async (_name, call) => {
    const roles = ROLES.filter((role) => PERMISSIONS_OF[role].includes(call.access as Permission));
    expect(roles.length).toBeGreaterThan(0);
    for (const role of roles) {
      const token = await world.token("south-t1", role);
      const foreign = await askAs(call, ids[areaOf(call)] ?? "", token);
      const unknown = await askAs(call, "no-such-thing", token);
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text]);
    }
  });

  test("lists nothing of another alliance", async () => {
    for (const role of ["administrator", "family_doctor"] as const) {
      const token = await world.token("south-t1", role);
      for (const call of CALLS.filter(({ method, path, access }) => method === "GET" && !path.includes("{") && access !== "public")) {
        const answer = await world.ask("GET", call.path, { token });
        for (const foreign of [...Object.values(ids), "north", "Canary"]) expect(answer.text, call.path).not.toContain(foreign);
      }
    }
  });

  test("lets in exactly the roles of the written table", async () => {
    const wrong: string[] = [];
    for (const role of ROLES) {
      const token = await world.token("north-t3", role);
      for (const call of CALLS.filter(({ id }) => !["createSession", "endSession", "changePassword", "completeSetup"].includes(id))) {
        const { status, json } = await askAs(call, "no-such-thing", token);
        const refused = status === 403 && json["code"] === "not_allowed";
        const may = isOpen(call) || call.access === "signed-in" || PERMISSIONS_OF[role].includes(call.access as Permission);
        if (refused === may) wrong.push(`${role} ${call.id} ${String(status)} ${String(json["code"])}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(CALLS.filter(({ body }) => body !== undefined && "additionalProperties" in body).map((call) => [call.id, call] as const))(
    "%s refuses members it does not know",
    async (_id, call) => {
      const token = await world.token("north-t1", tokenRole(call));
      for (const member of ["role", "institutionId", "verified", "createdAt", "id_", "constructor"]) {
        const answer = await world.ask(call.method, addressOf(call, ids[areaOf(call)] ?? "x"), {
          token,
          body: { ...(bodyOf(call) as object), [member]: { admin: true } },
        });
        expect([answer.status, answer.json["code"]]).toEqual([400, "invalid_request"]);
        expect(answer.json["errors"]).toContainEqual({ in: "body", member: `/${member}`, detail: "Is not known here. Leave it out." });
      }
      const poisoned = await world.ask(call.method, addressOf(call, ids[areaOf(call)] ?? "x"), {
        token,
        raw: JSON.stringify(bodyOf(call)).replace("{", '{"__proto__":{"admin":true},'),
      });
      expect(poisoned.status).toBe(400);
    },
  );

  test("names in its contract only codes of the catalogue, and an id of its own", () => {
    expect(new Set(CALLS.map(({ id }) => id)).size).toBe(CALLS.length);
    expect(new Set(CALLS.map(({ method, path }) => `${method} ${path}`)).size).toBe(CALLS.length);
    for (const call of CALLS) for (const code of call.problems ?? []) expect(Object.keys(HTTP_ERRORS)).toContain(code);
  });
});

test("no answer ever carries a password hash or a device's secret hash", async () => {
  const token = await world.token("north-t1", "administrator");
  for (const path of ["/api/v1/users", "/api/v1/devices", `/api/v1/devices/${ids["devices"] ?? ""}`, "/api/v1/webhooks", "/api/v1/me"]) {
    const { text } = await world.ask("GET", path, { token });
    expect(text).not.toMatch(/argon2|passwordHash|secretHash|whsec_/);
  }
});
