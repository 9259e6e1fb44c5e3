/** Patients over HTTP: enrolment, identity, changes, pause, discharge, erasure. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PatientId } from "#core/ids.ts";
import { DAY, HOUR } from "#core/time.ts";
import { alert } from "#tests/support/http-samples.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
let administrator: string;
let doctor: string;
beforeAll(async () => {
  world = await openHttpWorld();
  administrator = await world.token("north-t1", "administrator");
  doctor = await world.token("north-t1", "family_doctor");
});
afterAll(() => world[Symbol.asyncDispose]());

const BODY = { tier: "T1", profile: "standard", conditions: ["copd"] };
const enrol = (more: object = {}, token = administrator) => world.ask("POST", "/api/v1/patients", { token, body: { ...BODY, ...more } });
const enrolled = async (more: object = {}): Promise<string> => String((await enrol(more)).json["id"]);
const now = (): number => world.clocks.clinical.now();

describe("enrolling", () => {
  test("answers the whole patient with what was left out filled in", async () => {
    const { status, json } = await enrol();
    expect(status).toBe(201);
    expect(json).toMatchObject({
      version: 1,
      institution: "north-t1",
      site: "site-north-t1",
      tier: "T1",
      profile: "standard",
      spo2LowerLimit: null,
      conditions: ["copd"],
      baseline: {},
      timeZone: "Asia/Shanghai",
      status: "active",
      pause: null,
      devices: [],
      worstOpenAlert: null,
      access: { relation: "own" },
    });
    expect(json["pseudonym"]).toMatch(/^P-[A-Z2-7]{6}$/);
    expect(json["id"]).not.toBe((await enrol()).json["id"]);
  });

  test.each([
    ["custom_target without a limit", { profile: "custom_target" }, 422, "limit_required"],
    ["a limit beside another profile", { spo2LowerLimit: 88 }, 422, "limit_not_expected"],
    ["a limit below 83", { profile: "custom_target", spo2LowerLimit: 82 }, 422, "limit_required"],
    ["a limit above 94", { profile: "custom_target", spo2LowerLimit: 95 }, 422, "limit_required"],
    ["a baseline of an unknown metric", { baseline: { spo3: 95 } }, 422, "metric_not_in_catalogue"],
    ["a baseline beyond the hard limits", { baseline: { spo2: 120 } }, 422, "value_out_of_range"],
    ["a baseline named like a built-in", { baseline: { toString: 1 } }, 422, "metric_not_in_catalogue"],
    ["an unknown time zone", { timeZone: "Mars/Olympus" }, 422, "unknown_time_zone"],
    ["an offset for a time zone", { timeZone: "+08:00" }, 422, "unknown_time_zone"],
    ["an unknown condition", { conditions: ["gout"] }, 400, "invalid_request"],
    ["an unknown tier", { tier: "T9" }, 400, "invalid_request"],
    ["a number as text", { spo2LowerLimit: "88", profile: "custom_target" }, 400, "invalid_request"],
    ["a site that cannot stand in a topic", { site: "a/b" }, 400, "invalid_request"],
    ["a pseudonym of nothing but spaces", { pseudonym: "   " }, 400, "invalid_request"],
  ])("refuses %s", async (_what, more, status, code) => {
    const answer = await enrol(more);
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
    expect(answer.json).toMatchObject({ type: `urn:homeward:problem:${code}`, status });
  });

  test("takes a personal best, a predicted peak flow and a target", async () => {
    const { json } = await enrol({ profile: "custom_target", spo2LowerLimit: 90, baseline: { pef: 420, pef_predicted: 480, spo2: 92 } });
    expect(json).toMatchObject({ spo2LowerLimit: 90, baseline: { pef: 420, pef_predicted: 480, spo2: 92 } });
  });

  test("leaves nothing behind when the journal does not accept", async () => {
    world.commands.accepting = false;
    try {
      const before = [...world.deps.registry.patients()].length;
      const answer = await enrol({ identity: { name: "Nobody" } });
      expect([answer.status, answer.json["code"]]).toEqual([503, "journal_unavailable"]);
      expect([...world.deps.registry.patients()].length).toBe(before);
    } finally {
      world.commands.accepting = true;
    }
  });
});

describe("identity", () => {
  const identity = { name: "Wang Xiuying", phone: "555-0100", birthDate: "1950-01-02" };

  test("goes to the vault alone and is shown to those who treat, each look written down", async () => {
    const id = await enrolled({ identity });
    expect(JSON.stringify(world.deps.registry.patient(id as PatientId))).not.toContain("Wang");
    expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: doctor })).json["identity"]).toEqual(identity);
    const trail = await world.ask("GET", `/api/v1/audit?patient=${id}`, { token: administrator });
    expect(JSON.stringify(trail.json)).toContain("patient.identity");
    expect(trail.text).not.toContain("Wang");
  });

  test("is not shown to a role that does not treat, nor in a list that did not ask", async () => {
    const id = await enrolled({ identity });
    const publicHealth = await world.token("north-t1", "public_health");
    expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: publicHealth })).json).not.toHaveProperty("identity");
    expect((await world.ask("GET", "/api/v1/patients?identity=true", { token: publicHealth })).text).not.toContain("Wang");
    expect((await world.ask("GET", "/api/v1/patients", { token: doctor })).text).not.toContain("Wang");
    expect((await world.ask("GET", "/api/v1/patients?identity=1", { token: doctor })).text).toContain("Wang");
  });
});

describe("changing", () => {
  test("needs the current version; the conflict shows the patient as it is", async () => {
    const id = await enrolled();
    const path = `/api/v1/patients/${id}`;
    const first = await world.ask("PATCH", path, { token: doctor, body: { version: 1, tier: "T2" } });
    expect([first.status, first.json["version"], first.json["tier"]]).toEqual([200, 2, "T2"]);
    const second = await world.ask("PATCH", path, { token: doctor, body: { version: 1, tier: "T3" } });
    expect([second.status, second.json["code"]]).toEqual([409, "version_conflict"]);
    expect(second.json["patient"]).toMatchObject({ id, version: 2, tier: "T2" });
  });

  test("lets only one of two simultaneous changes win", async () => {
    const id = await enrolled();
    const both = await Promise.all(
      ["T2", "T3"].map((tier) => world.ask("PATCH", `/api/v1/patients/${id}`, { token: doctor, body: { version: 1, tier } })),
    );
    expect(both.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409]);
  });

  test("to another profile drops the limit of the old one, and custom_target still needs its own", async () => {
    const id = await enrolled({ profile: "custom_target", spo2LowerLimit: 90 });
    const path = `/api/v1/patients/${id}`;
    const standard = await world.ask("PATCH", path, { token: doctor, body: { version: 1, profile: "standard" } });
    expect(standard.json).toMatchObject({ profile: "standard", spo2LowerLimit: null });
    const back = await world.ask("PATCH", path, { token: doctor, body: { version: 2, profile: "custom_target" } });
    expect(back.json["code"]).toBe("limit_required");
  });

  test("is not for staff who see the patient only by a grant", async () => {
    const id = await enrolled();
    await world.commands.raise(alert("granting", { patient: id }));
    await world.commands.commit([
      { kind: "tier-reached", key: "granting/t2", at: now() - 1, alert: "granting" as never, patient: id as PatientId, tier: "T2" },
    ]);
    const hospital = await world.token("north-t2", "physician_t2");
    const seen = await world.ask("GET", `/api/v1/patients/${id}`, { token: hospital });
    expect([seen.status, seen.json["access"]]).toEqual([200, { relation: "granted", ground: "urgent_care", untilAt: null }]);
    expect(seen.json).not.toHaveProperty("identity");
    expect((await world.ask("GET", "/api/v1/alerts", { token: hospital })).text).toContain("granting");
    const changed = await world.ask("PATCH", `/api/v1/patients/${id}`, { token: hospital, body: { version: 1, tier: "T2" } });
    expect([changed.status, changed.json["code"]]).toEqual([403, "not_yours_to_change"]);
    for (const [institution, role] of [
      ["north-t2", "administrator"],
      ["north-t3", "specialist_t3"],
      ["south-t1", "family_doctor"],
    ] as const)
      expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: await world.token(institution, role) })).status).toBe(404);
    await world.commands.commit([{ kind: "tier-left", key: "granting/left", at: now(), alert: "granting" as never }]);
    expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: hospital })).status).toBe(404);
  });
});

describe("pausing", () => {
  test("has an end, at most 30 days ahead, and can be ended", async () => {
    const id = await enrolled();
    const pause = (body: object) =>
      world.ask("POST", `/api/v1/patients/${id}/pause`, { token: doctor, body: { reason: "holiday", ...body } });
    const paused = await pause({ untilAt: now() + HOUR });
    expect(paused.json["pause"]).toEqual({ from: now(), untilAt: now() + HOUR, reason: "holiday" });
    expect((await pause({ untilAt: now() + 31 * DAY })).json["code"]).toBe("bad_time_range");
    expect((await pause({ from: now() + 2 * HOUR, untilAt: now() + HOUR })).json["code"]).toBe("bad_time_range");
    expect((await pause({})).json["code"]).toBe("invalid_request");
    expect((await pause({ untilAt: now() })).json["pause"]).toBeNull();
  });
});

describe("leaving", () => {
  const withDevice = async (): Promise<{ readonly id: string; readonly device: string }> => {
    const id = await enrolled({ identity: { name: "Leaving Li" } });
    const device = String((await world.ask("POST", "/api/v1/devices", { token: administrator, body: { kind: "x" } })).json["id"]);
    await world.ask("POST", `/api/v1/devices/${device}/assignment`, { token: administrator, body: { patient: id } });
    world.clocks.advance(1_000);
    return { id, device };
  };

  test("by discharge frees the devices and forbids changes", async () => {
    const { id, device } = await withDevice();
    const answer = await world.ask("POST", `/api/v1/patients/${id}/discharge`, { token: doctor, body: { reason: "well again" } });
    expect(answer.json).toMatchObject({ status: "discharged", devices: [] });
    expect((await world.ask("GET", `/api/v1/devices/${device}`, { token: administrator })).json["assignment"]).toBeNull();
    const again = await world.ask("PATCH", `/api/v1/patients/${id}`, { token: doctor, body: { version: 2, tier: "T2" } });
    expect(again.json["code"]).toBe("patient_not_active");
    expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: doctor })).status).toBe(200);
  });

  test("by erasure leaves a trace in the audit trail alone", async () => {
    const { id } = await withDevice();
    expect((await world.ask("POST", `/api/v1/patients/${id}/erase`, { token: doctor, body: { reason: "asked" } })).status).toBe(403);
    const answer = await world.ask("POST", `/api/v1/patients/${id}/erase`, { token: administrator, body: { reason: "asked" } });
    expect(answer.json).toMatchObject({ status: "erased", pseudonym: "erased", conditions: [] });
    expect(await world.deps.vault.get(id as PatientId)).toBeNull();
    expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: doctor })).status).toBe(404);
    expect((await world.ask("GET", "/api/v1/patients", { token: doctor })).text).not.toContain(id);
    const trail = await world.ask("GET", `/api/v1/audit?patient=${id}`, { token: administrator });
    expect(trail.text).toContain("patient.erase");
  });
});

test("the list is cut into pages that neither repeat nor hide anybody", async () => {
  await using own = await openHttpWorld();
  const token = await own.token("north-t1", "administrator");
  for (let index = 0; index < 7; index++) await own.ask("POST", "/api/v1/patients", { token, body: { ...BODY, pseudonym: "same" } });
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await own.ask("GET", `/api/v1/patients?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`, { token });
    seen.push(...(page.json["items"] as { id: string }[]).map(({ id }) => id));
    cursor = page.json["next"] as string | null;
  }
  expect(new Set(seen).size).toBe(7);
  expect(seen.length).toBe(7);
});

test("a look at the same patient within a minute is one record, a later one another", async () => {
  await using own = await openHttpWorld();
  const token = await own.token("north-t1", "administrator");
  const id = String((await own.ask("POST", "/api/v1/patients", { token, body: BODY })).json["id"]);
  const looks = async (): Promise<number> => {
    const trail = await own.ask("GET", `/api/v1/audit?patient=${id}`, { token });
    return (trail.json["items"] as { action: string }[]).filter(({ action }) => action === "patient.read").length;
  };
  for (let index = 0; index < 3; index++) await own.ask("GET", `/api/v1/patients/${id}`, { token });
  expect(await looks()).toBe(1);
  own.clocks.advance(60_000);
  await own.ask("GET", `/api/v1/patients/${id}`, { token });
  expect(await looks()).toBe(2);
  expect(own.deps.accounts.verifyAudit()).toBeNull();
});

test("asking for what belongs to another institution is written into the owner's trail, and not the asker's, which would tell that it exists", async () => {
  const id = await enrolled();
  const south = await world.token("south-t1", "administrator");
  expect((await world.ask("GET", `/api/v1/patients/${id}`, { token: south })).status).toBe(404);
  const trail = await world.ask("GET", "/api/v1/audit", { token: administrator });
  expect(trail.json["items"]).toContainEqual(
    expect.objectContaining({ action: "access.refused", actor: "u-south-t1-administrator", target: `patient ${id}` }),
  );
  expect((await world.ask("GET", "/api/v1/audit", { token: south })).text).not.toContain(id);
});
