/** Alerts, their acts, devices and limits over HTTP. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import { DAY, HOUR } from "#core/time.ts";
import { alert } from "#tests/support/http-samples.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
let administrator: string;
let nurse: string;
let doctor: string;
let patient: string;
beforeAll(async () => {
  world = await openHttpWorld();
  administrator = await world.token("north-t1", "administrator");
  nurse = await world.token("north-t1", "community_nurse");
  doctor = await world.token("north-t1", "family_doctor");
  patient = await enrolled();
});
afterAll(() => world[Symbol.asyncDispose]());

const enrolled = async (): Promise<string> => {
  const body = { tier: "T1", profile: "standard", conditions: [] };
  return String((await world.ask("POST", "/api/v1/patients", { token: administrator, body })).json["id"]);
};
const now = (): number => world.clocks.clinical.now();
const idOf = (name: string, body: object): string =>
  `a-${createHash("sha256")
    .update(JSON.stringify([name, body]))
    .digest("hex")
    .slice(0, 12)}`;
const act = (id: string, name: string, body: object, token = nurse) => world.ask("POST", `/api/v1/alerts/${id}/${name}`, { token, body });

describe("acts", () => {
  test("are answered with the alert after them, and stand in its history", async () => {
    await world.commands.raise(alert("a-life", { patient }));
    expect((await act("a-life", "acknowledge", { version: 1, note: "on it" })).json).toMatchObject({ status: "acknowledged", version: 2 });
    expect((await act("a-life", "contact", { version: 2, outcome: "reached" })).json["contactedAt"]).toBe(now());
    expect((await act("a-life", "comment", { version: 3, text: "sounds well" })).status).toBe(200);
    expect((await act("a-life", "feedback", { version: 4, useful: "useful" })).status).toBe(200);
    const closed = await act("a-life", "close", { version: 5, disposition: "resolved", note: "done" });
    expect(closed.json).toMatchObject({ status: "closed", disposition: "resolved" });
    const { json } = await world.ask("GET", "/api/v1/alerts/a-life", { token: doctor });
    expect((json["acts"] as { act: { kind: string } }[]).map((recorded) => recorded.act.kind)).toEqual([
      "acknowledge",
      "contact",
      "comment",
      "feedback",
      "close",
    ]);
    expect((json["history"] as { version: number }[]).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("on an alert that changed are a 409 with the alert as it is", async () => {
    await world.commands.raise(alert("a-changed", { patient }));
    await act("a-changed", "acknowledge", { version: 1 });
    const { status, json } = await act("a-changed", "close", { version: 1, disposition: "resolved" });
    expect([status, json["code"]]).toEqual([409, "alert_changed"]);
    expect(json["alert"]).toMatchObject({ id: "a-changed", version: 2, status: "acknowledged" });
  });

  test("that the alert's state forbids are a 422 with the reason", async () => {
    await world.commands.raise(alert("a-emergency", { patient, severity: "S1" }));
    const { status, json } = await act("a-emergency", "snooze", { version: 1, untilAt: now() + HOUR, reason: "later" });
    expect([status, json["code"], json["reason"]]).toEqual([422, "act_refused", "snooze_refused_s1"]);
  });

  test.each([
    ["a snooze that would end in the past", "snooze", { untilAt: 1, reason: "x" }, 422],
    ["a snooze for ever", "snooze", { untilAt: 1_795_255_200_000 + 400 * DAY, reason: "x" }, 422],
    ["a snooze without a reason", "snooze", { untilAt: 1_795_255_300_000 }, 400],
    ["an empty comment", "comment", { text: " " }, 400],
    ["feedback outside the list", "feedback", { useful: "meh" }, 400],
    ["an act without a version", "acknowledge", { version: undefined }, 400],
    ["a version that is no number", "acknowledge", { version: "1" }, 400],
  ])("refuse %s", async (_what, name, body, status) => {
    await world.commands.raise(alert(idOf(name, body), { patient }));
    const answer = await act(idOf(name, body), name, { version: 1, ...body });
    expect(answer.status).toBe(status);
  });

  test("are not for roles that only look", async () => {
    await world.commands.raise(alert("a-look", { patient }));
    for (const role of ["public_health", "therapist_t1", "administrator"] as const)
      expect((await act("a-look", "acknowledge", { version: 1 }, await world.token("north-t1", role))).json["code"]).toBe("not_allowed");
  });

  test("are a 503 while the journal does not accept, and change nothing", async () => {
    await world.commands.raise(alert("a-full", { patient }));
    world.commands.accepting = false;
    const answer = await act("a-full", "acknowledge", { version: 1 });
    world.commands.accepting = true;
    expect([answer.status, answer.json["code"]]).toEqual([503, "journal_unavailable"]);
    expect((await act("a-full", "acknowledge", { version: 1 })).status).toBe(200);
  });
});

describe("the alert list", () => {
  test("filters by repeated and by comma-separated values, newest first, in pages", async () => {
    const other = await enrolled();
    for (const [index, severity] of (["S1", "S2", "S3", "S4", "T"] as const).entries())
      await world.commands.raise(alert(`l-${severity}`, { patient: other, severity, raisedAt: now() + index, onsetAt: now() }));
    const list = async (query: string): Promise<unknown[]> => {
      const { json } = await world.ask("GET", `/api/v1/alerts?patient=${other}&${query}`, { token: doctor });
      return (json["items"] as { severity: string }[]).map(({ severity }) => severity);
    };
    expect(await list("")).toEqual(["T", "S4", "S3", "S2", "S1"]);
    expect(await list("severity=S1,S2")).toEqual(["S2", "S1"]);
    expect(await list("severity=S1&severity=T")).toEqual(["T", "S1"]);
    expect(await list("status=closed")).toEqual([]);
    expect(await list("tier=T1&status=open&limit=2")).toEqual(["T", "S4"]);
    expect((await world.ask("GET", "/api/v1/alerts?severity=S9", { token: doctor })).json["code"]).toBe("invalid_request");
    expect((await world.ask("GET", "/api/v1/alerts?patient=nobody", { token: doctor })).json).toEqual({ items: [], next: null });
  });

  test("shows the worst one on the patient", async () => {
    const other = await enrolled();
    await world.commands.raise(alert("w-3", { patient: other, severity: "S3" }));
    await world.commands.raise(alert("w-2", { patient: other, severity: "S2" }));
    await world.commands.raise(alert("w-1", { patient: other, severity: "S1", status: "closed" }));
    const { json } = await world.ask("GET", `/api/v1/patients/${other}`, { token: doctor });
    expect(json).toMatchObject({ worstOpenAlert: { id: "w-2", severity: "S2" }, openAlerts: 2 });
  });
});

describe("devices", () => {
  const register = (body: object = {}) =>
    world.ask("POST", "/api/v1/devices", { token: administrator, body: { kind: "oximeter", ...body } });

  test("get a secret of 256 bits that is shown once and kept as a hash", async () => {
    const { status, json } = await register({ metrics: { spo2: { everyS: 1 } } });
    expect(status).toBe(201);
    const secret = String(json["secret"]);
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    const stored = world.deps.registry.device(String(json["id"]) as DeviceId);
    expect(stored?.secretHash).toBe(createHash("sha256").update(secret).digest("hex"));
    expect((await world.ask("GET", `/api/v1/devices/${String(json["id"])}`, { token: administrator })).text).not.toContain(secret);
  });

  test("say which message numbers will never come", async () => {
    const device = String((await register()).json["id"]);
    const path = `/api/v1/devices/${device}`;
    expect((await world.ask("GET", path, { token: nurse })).json["dataGaps"]).toEqual([]);
    const at = now();
    const gap = { kind: "data-gap", device: device as DeviceId, at, life: 1, from: 7, to: 9, reason: "not_resent" } as const;
    await world.deps.ledger.commit({ position: 0, events: [], changes: [gap], adopt: false });
    const { json } = await world.ask("GET", path, { token: nurse });
    expect(json["dataGaps"]).toEqual([{ from: 7, to: 9, reason: "not_resent", life: 1, recordedAt: at }]);
  });

  test("keep their ids to themselves, also after they are revoked", async () => {
    expect((await register({ id: "only-one", site: "elsewhere" })).json).toMatchObject({ id: "only-one", site: "elsewhere" });
    expect((await register({ id: "only-one" })).json["code"]).toBe("device_exists");
    expect((await world.ask("DELETE", "/api/v1/devices/only-one", { token: administrator })).status).toBe(204);
    expect(world.disconnected).toContain("only-one");
    expect((await world.ask("GET", "/api/v1/devices/only-one", { token: administrator })).status).toBe(404);
    expect((await register({ id: "only-one" })).json["code"]).toBe("device_exists");
  });

  test.each([
    [{ id: "a b" }, 400],
    [{ id: "a/b" }, 400],
    [{ id: "x".repeat(65) }, 400],
    [{ kind: "Oximeter!" }, 400],
    [{ metrics: { nonsense: { everyS: 1 } } }, 422],
    [{ metrics: { spo2: { everyS: 0 } } }, 400],
    [{ metrics: { spo2: 1 } }, 400],
  ])("refuse %j", async (body, status) => {
    expect((await register(body)).status).toBe(status);
  });

  test("lose their connection when their secret is rotated", async () => {
    const { json } = await register();
    const rotated = await world.ask("POST", `/api/v1/devices/${String(json["id"])}/secret`, { token: administrator });
    expect(rotated.status).toBe(201);
    expect(rotated.json["secret"]).not.toBe(json["secret"]);
    expect(world.disconnected).toContain(json["id"]);
  });

  test("are worn by one patient at a time: the newer statement ends the older", async () => {
    const [first, second] = [await enrolled(), await enrolled()];
    const device = String((await register()).json["id"]);
    const path = `/api/v1/devices/${device}/assignment`;
    const from = now() - HOUR;
    const assigned = await world.ask("POST", path, { token: nurse, body: { patient: first, from } });
    expect([assigned.status, assigned.json]).toMatchObject([201, { device, patient: first, from, to: null, madeAt: now() }]);
    await world.ask("POST", path, { token: nurse, body: { patient: second, from: now() } });
    const { json } = await world.ask("GET", `/api/v1/devices/${device}/assignments`, { token: nurse });
    expect(json["items"]).toMatchObject([
      { patient: first, from, to: now() },
      { patient: second, from: now(), to: null },
    ]);
    expect((await world.ask("GET", `/api/v1/patients/${second}`, { token: nurse })).json["devices"]).toMatchObject([{ id: device }]);
    world.clocks.advance(1_000);
    expect((await world.ask("DELETE", path, { token: nurse })).status).toBe(204);
    expect((await world.ask("DELETE", path, { token: nurse })).status).toBe(404);
    expect((await world.ask("POST", path, { token: nurse, body: { patient: "nobody" } })).status).toBe(404);
    expect((await world.ask("POST", path, { token: nurse, body: { patient: first, from: 5, to: 5 } })).json["code"]).toBe("bad_time_range");
  });
});

describe("an unknown device's alert, which belongs to nobody", () => {
  const stranger = (id: string) =>
    alert(id, { patient: null, institution: null, device: "who-1", severity: "T", rule: { id: "DEV-8", version: 1 } });

  test("is seen and closed by an administrator, and hidden from others", async () => {
    await world.commands.raise(stranger("a-stranger"));
    const { json } = await world.ask("GET", "/api/v1/alerts?severity=T", { token: administrator });
    expect((json["items"] as { id: string }[]).map(({ id }) => id)).toContain("a-stranger");
    expect((await act("a-stranger", "acknowledge", { version: 1 })).status).toBe(404);
    expect((await act("a-stranger", "acknowledge", { version: 1 }, administrator)).json).toMatchObject({ status: "acknowledged" });
    expect((await act("a-stranger", "close", { version: 2, disposition: "other" }, administrator)).json).toMatchObject({
      status: "closed",
    });
  });

  test("of a known device without a wearer is closed by the institution's staff and by its administrator", async () => {
    for (const [id, token] of [
      ["a-shelf-1", nurse],
      ["a-shelf-2", administrator],
    ] as const) {
      await world.commands.raise({ ...stranger(id), institution: "north-t1" as InstitutionId });
      expect((await act(id, "close", { version: 1, disposition: "other" }, token)).status).toBe(200);
    }
  });
});
