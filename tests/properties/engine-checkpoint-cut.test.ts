/** A checkpoint is of one moment, also when its parts are taken one by one while the engine goes on (semantics 6.3). */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { PatientConfig } from "#core/people.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import { NURSE, probeOff, sample, Ward } from "#tests/unit/rules/ward.ts";

const MIN = 60_000;
const PATIENTS = ["p-one", "p-two", "p-three"] as PatientId[];
const DEVICES = ["oxi-1", "oxi-2", "oxi-3", "oxi-4"] as DeviceId[];

const device = fc.constantFrom(...DEVICES);
const patient = fc.constantFrom(...PATIENTS);
const after = fc.constantFrom(0, 1_000, 10_000, 10_000, 30_000, 2 * MIN, 20 * MIN);
/** How the second engine's parts are taken meanwhile: so many before the next entry. */
const taken = fc.constantFrom(0, 0, 0, 1, 1, 3);
const value = fc.constantFrom(82, 86, 90, 95, 97);
const deed = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("fall" as const), device, value, minutes: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("send" as const), device, value, late: fc.constantFrom(0, 0, 25_000, 20 * MIN) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tags" as const), device, tags: fc.constantFrom("context=sleep", "oxygen=o2") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("off" as const), device }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("tick" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("status" as const), device, battery: fc.constantFrom(5, 15, 80) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("act" as const), act: fc.nat(3), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("condition" as const), device: fc.option(device), active: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("limits" as const), patient, threshold: fc.option(fc.constantFrom(85, 93)) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("profile" as const), patient, profile: fc.constantFrom("standard", "hypercapnic_target") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("erase" as const), patient }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wear" as const), device, patient }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("device" as const), device, everyS: fc.constantFrom(1, 10, 60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rule" as const), enabled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("receiving" as const), receiving: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("checkpoint" as const) }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const createWard = () => {
  const ward = new Ward();
  const configs = new Map<PatientId, PatientConfig>();
  for (const [index, id] of PATIENTS.entries()) {
    configs.set(id, ward.enrol({ id, ...(index === 0 ? {} : { conditions: ["oxygen"] }) }));
  }
  for (const [index, id] of DEVICES.entries()) {
    ward.device({ spo2: 10, pulse_rate: 10, ...(index === 3 ? { pef: 43_200 } : {}) }, id);
    ward.wear(id, PATIENTS[index % PATIENTS.length]);
  }
  let rule = 1;

  const act = (alert: Alert, kind: number): void => {
    if (kind === 0) ward.act(alert, { kind: "acknowledge" });
    else if (kind === 1) ward.act(alert, { kind: "close", disposition: "resolved" });
    else if (kind === 2) ward.act(alert, { kind: "snooze", untilAt: ward.now + 10 * MIN, reason: "x" });
    else ward.act(alert, { kind: "contact", outcome: "reached" });
  };
  const apply = (one: Deed): void => {
    const { now: at } = ward;
    switch (one.do) {
      case "fall":
        for (let t = at; t < at + one.minutes * MIN; t += 10_000) ward.send([sample("spo2", t, one.value)], t, one.device);
        return;
      case "send": {
        const t = at - one.late;
        ward.send([sample("spo2", t, one.value), sample("pulse_rate", t, one.value)], at, one.device);
        return;
      }
      case "tags":
        ward.send([sample("spo2", at, 95, { tags: one.tags })], at, one.device);
        return;
      case "off":
        ward.send([probeOff("spo2", at)], at, one.device);
        return;
      case "tick":
        ward.tick(Math.max(at, Math.min(ward.nextWakeAt, at + 60 * MIN)));
        return;
      case "status":
        ward.step({ kind: "status", device: one.device, arrivedAt: at, battery: one.battery });
        return;
      case "act": {
        const alerts = [
          ...PATIENTS.flatMap((id) => ward.engine.alertsOf(id)),
          ...ward.events.flatMap((event) => (event.kind === "alert" ? [event.alert] : [])),
        ];
        const alert = alerts[one.which % Math.max(1, alerts.length)];
        if (alert !== undefined) act(alert, one.act);
        return;
      }
      case "condition":
        ward.step({
          kind: "condition",
          at,
          condition: "clock_offset",
          active: one.active,
          ...(one.device === null ? {} : { device: one.device }),
        });
        return;
      case "limits":
        ward.step({
          kind: "limits",
          at,
          actor: NURSE,
          patient: one.patient,
          rule: "SPO2-A1",
          limits: one.threshold === null ? null : { threshold: one.threshold, reason: "x" },
        });
        return;
      case "profile":
        ward.enrol({ ...configs.get(one.patient), profile: one.profile === "standard" ? "standard" : "hypercapnic_target" });
        return;
      case "erase":
        ward.enrol({ ...configs.get(one.patient), status: "erased" });
        return;
      case "wear":
        ward.wear(one.device, one.patient, at);
        return;
      case "device":
        ward.device({ spo2: one.everyS, pulse_rate: 10 }, one.device);
        return;
      case "rule": {
        const shipped = shippedRules.find(({ id }) => id === "SPO2-A1");
        if (shipped !== undefined)
          ward.step({ kind: "rule", at, actor: NURSE, rule: { ...shipped, version: ++rule, enabled: one.enabled } });
        return;
      }
      case "receiving":
        ward.step({ kind: "receiving", at, receiving: one.receiving });
        return;
      case "checkpoint":
        return;
    }
  };
  return { ward, apply };
};

const sorted = (parts: Iterable<EngineCheckpoint>): unknown[] =>
  [...parts]
    .map(({ key, bytes }) => [key, bytes === null ? null : Buffer.from(bytes).toString("latin1")])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

test("parts taken one by one between entries are those of the moment the checkpoint began, and a restart from them goes on alike", () => {
  let alerts = 0;
  let checkpoints = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(deed, after, taken), { minLength: 20, maxLength: 120 }), (deeds) => {
      const { ward, apply } = createWard();
      const slow = createEngine({ rules: shippedRules });
      const held = new Map<string, Uint8Array>();
      let fed = 0;
      let open: {
        readonly parts: Iterator<EngineCheckpoint>;
        readonly got: EngineCheckpoint[];
        readonly all: unknown[];
        readonly at: number;
      } | null = null;
      let restoredAt = 0;
      const take = (most: number): void => {
        for (let count = 0; open !== null && count < most; count++) {
          const { parts, got, all, at } = open;
          const next = parts.next();
          if (next.done !== true) {
            got.push(next.value);
            continue;
          }
          expect(sorted(got)).toEqual(all);
          for (const { key, bytes } of got) {
            if (bytes === null) held.delete(key);
            else held.set(key, bytes);
          }
          restoredAt = at;
          checkpoints++;
          open = null;
        }
      };
      for (const [one, wait, most] of deeds) {
        ward.now += wait;
        apply(one);
        for (; fed < ward.entries.length; fed++) {
          const entry = ward.entries[fed];
          if (entry !== undefined) slow.step(entry);
          if (fed % 7 === 0) take(most);
        }
        take(most);
        if (one.do !== "checkpoint") continue;
        take(Infinity);
        open = { parts: slow.checkpoint(), got: [], all: sorted(ward.engine.checkpoint()), at: fed };
      }
      take(Infinity);
      if (restoredAt === 0) return;
      const restored = createEngine({ rules: shippedRules, restore: [...held].map(([key, bytes]) => ({ key, bytes })) });
      const events = ward.entries.slice(restoredAt).flatMap((entry) => [...restored.step(entry).events]);
      expect(events).toEqual(ward.events.slice(ward.events.length - events.length));
      alerts += ward.events.length;
    }),
    { numRuns: 150, seed: 20_261_122 },
  );
  expect(alerts).toBeGreaterThan(1_000);
  expect(checkpoints).toBeGreaterThan(300);
});
