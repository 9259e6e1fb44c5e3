/** The promises of the registry port, kept by the projection on the ledger. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAssignments } from "#adapters/ledger-sqlite/assignments.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { Assignment } from "#core/people.ts";
import { ACTOR, T, assignment, device, openLedger, patient, tempFolder, work } from "./ledger-fixture.ts";
import type { ChangeEntry, StatusEntry } from "#core/journal-entry.ts";

const d1 = "d1" as DeviceId;
const p1 = "p1" as PatientId;
const p2 = "p2" as PatientId;
const assigned = (made: Assignment): ChangeEntry => ({ kind: "assignment", at: T, actor: ACTOR, assignment: made });
const changes = (...list: (ChangeEntry | StatusEntry)[]) => work([], { changes: list });

describe("the registry", () => {
  test("shows a change when its commit resolves, and again after a restart", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    await first.ledger.commit(
      changes(
        { kind: "patient", at: T, actor: ACTOR, patient: patient("p1") },
        { kind: "patient", at: T, actor: ACTOR, patient: patient("p1", { version: 2, tier: "T2" }) },
        { kind: "device", at: T, actor: ACTOR, device: device("d1") },
        assigned(assignment("d1", "p1", T)),
        { kind: "status", device: d1, arrivedAt: T, online: true, battery: 87, firmware: "1.4.0" },
        { kind: "status", device: d1, arrivedAt: T + 1, online: false },
      ),
    );
    const check = ({ registry }: Awaited<ReturnType<typeof openLedger>>): void => {
      expect(registry.patient(p1)).toEqual(patient("p1", { version: 2, tier: "T2" }));
      expect([...registry.patients()]).toHaveLength(1);
      expect([...registry.devices()]).toEqual([device("d1")]);
      expect(registry.device("d2" as DeviceId)).toBeNull();
      expect(registry.institutionOfDevice(d1)).toBe("t1");
      expect(registry.wearerAt(d1, T)).toBe("p1");
      expect(registry.wearerAt(d1, T - 1)).toBeNull();
      expect(registry.presence(d1)).toEqual({ online: false, at: T + 1, battery: 87, firmware: "1.4.0" });
      expect(registry.presence("d2" as DeviceId)).toBeNull();
    };
    check(first);
    await first[Symbol.asyncDispose]();
    check(await openLedger(folder));
  });

  test("ends an open assignment where the next on the device begins", async () => {
    const { ledger, registry } = await openLedger(await tempFolder());
    await ledger.commit(changes(assigned(assignment("d1", "p1", 100)), assigned(assignment("d1", "p2", 200))));
    expect(registry.assignmentsOfDevice(d1).map(({ patient, from, to }) => [patient, from, to])).toEqual([
      ["p1", 100, 200],
      ["p2", 200, null],
    ]);
    expect([99, 100, 199, 200, 1e12].map((t) => registry.wearerAt(d1, t))).toEqual([null, "p1", "p1", "p2", "p2"]);
    expect(registry.spansOf(p1, 0, 150)).toEqual([{ device: "d1", from: 100, to: 150 }]);
    expect(registry.spansOf(p2, 0, 150)).toEqual([]);
    expect(registry.spansOf(p2, 0, 300)).toEqual([{ device: "d1", from: 200, to: 300 }]);
  });

  test("replaces the statement of the same device and begin", async () => {
    const { ledger, registry } = await openLedger(await tempFolder());
    await ledger.commit(changes(assigned(assignment("d1", "p1", 100))));
    await ledger.commit(changes(assigned(assignment("d1", "p1", 100, 150))));
    expect(registry.assignmentsOfPatient(p1).map(({ from, to }) => [from, to])).toEqual([[100, 150]]);
    await ledger.commit(changes(assigned(assignment("d1", "p2", 100))));
    expect(registry.assignmentsOfPatient(p1)).toEqual([]);
    expect(registry.wearerAt(d1, 120)).toBe("p2");
  });

  test("gives the device to nobody when its newest assignment has ended, and back when that was withdrawn", async () => {
    const { ledger, registry } = await openLedger(await tempFolder());
    await ledger.commit(changes(assigned(assignment("d1", "p1", 100)), assigned(assignment("d1", "p2", 200, 300))));
    expect([150, 250, 350].map((t) => registry.wearerAt(d1, t))).toEqual(["p1", "p2", null]);
    await ledger.commit(changes(assigned(assignment("d1", "p2", 200, 200))));
    expect([150, 250, 350].map((t) => registry.wearerAt(d1, t))).toEqual(["p1", "p1", "p1"]);
  });

  test("agrees on the wearer whatever the order of the statements, and never names two", () => {
    const statement = fc.record({ patient: fc.constantFrom("p1", "p2", "p3"), from: fc.nat(20), span: fc.option(fc.nat(20)) });
    fc.assert(
      fc.property(fc.uniqueArray(statement, { selector: ({ from }) => from, maxLength: 8 }), fc.nat(45), (statements, t) => {
        const made = statements.map(({ patient, from, span }) => assignment("d1", patient, from, span === null ? null : from + span));
        const forward = createAssignments();
        const backward = createAssignments();
        for (const each of made) forward.state(each);
        for (const each of [...made].reverse()) backward.state(each);
        // Of those not withdrawn the newest begin at or before `t` decides alone.
        const newest = made.filter(({ from, to }) => from <= t && (to === null || to > from)).sort((a, b) => b.from - a.from)[0];
        const expected = newest !== undefined && t < (newest.to ?? Infinity) ? newest.patient : null;
        expect(forward.wearerAt(d1, t)).toBe(expected);
        expect(backward.wearerAt(d1, t)).toBe(expected);
        const covering = forward.ofDevice(d1).filter(({ from, to }) => from <= t && t < (to ?? Infinity));
        expect(covering.length).toBe(expected === null ? 0 : 1);
      }),
    );
  });
});
