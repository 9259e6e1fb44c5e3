/** Plays an earlier story to the rules: what was measured arrives when it was measured, and staff act; what the engine says is the record. */
import { decodeMessage } from "#contracts/decode-message.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { JournalEntry, PastEntry } from "#core/journal-entry.ts";
import type { UnitConversions } from "#core/metrics/unit-conversion.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import { type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { DeviceSample } from "../devices/simulated-device.ts";
import type { PastAct, PastScene, PastStory } from "./past-plan.ts";

/** Units that simulated devices show instead of the catalogue's. */
const FACTORS: Readonly<Record<string, readonly [factor: number, offset: number]>> = {
  "L/s": [60, 0],
  "[degF]": [1 / 1.8, -32 / 1.8],
  min: [1 / 60, 0],
  kPa: [7.500_62, 0],
};
const units: UnitConversions = {
  convert(_, unit) {
    const known = FACTORS[unit];
    return known === undefined ? null : { factor: known[0], offset: known[1] };
  },
};

interface PlannedAct extends PastAct {
  readonly at: EpochMs;
  readonly alert: Alert["id"];
}

export class ScenePlay {
  readonly scene: PastScene;
  readonly #engine = createEngine({ rules: shippedRules });
  readonly #events: PastEntry["events"][number][] = [];
  readonly #alerts = new Map<string, Alert>();
  readonly #patient: string;
  #planned: PlannedAct[] = [];
  #timed: { readonly at: EpochMs; readonly entry: JournalEntry }[];
  #acts = 0;
  #seq = 0;
  #nextWakeAt: EpochMs = Number.POSITIVE_INFINITY;
  #now: EpochMs;

  constructor(scene: PastScene, story: PastStory, anchor: EpochMs) {
    this.scene = scene;
    this.#patient = story.patientOf[scene.person] ?? "";
    const from = anchor + scene.fromMin * MINUTE;
    this.#now = from;
    this.#timed = scene.faults
      .flatMap((fault) => {
        if (fault.kind !== "battery") return [];
        const at = anchor + fault.atMin * MINUTE;
        return [{ at, entry: { kind: "status" as const, device: fault.device as DeviceId, arrivedAt: at, battery: fault.percent } }];
      })
      .toSorted((a, b) => a.at - b.at);
    const actor = { user: "system" as const, institution: null, roles: [] };
    this.#step({ kind: "receiving", at: from, receiving: true });
    for (const patient of story.patients) if (patient.id === this.#patient) this.#step({ kind: "patient", at: from, actor, patient });
    const worn = story.assignments.filter(({ patient }) => patient === this.#patient);
    for (const device of story.devices)
      if (worn.some((assignment) => assignment.device === device.id)) this.#step({ kind: "device", at: from, actor, device });
    for (const assignment of worn) this.#step({ kind: "assignment", at: from, actor, assignment: { ...assignment, madeAt: from } });
  }

  /** What one device measured by `t`. */
  hear(device: string, samples: readonly DeviceSample[], t: EpochMs): void {
    this.#passUntil(t);
    this.#seq += 1;
    const payload = new TextEncoder().encode(JSON.stringify({ seq: this.#seq, samples }));
    const decoded = decodeMessage(payload, "telemetry", { arrivedAt: t, convert: units });
    this.#step({
      kind: "message",
      device: device as DeviceId,
      topic: "",
      arrivedAt: t,
      hash: 0,
      samples: decoded.samples,
      quarantined: [],
    });
  }

  /** The record of the story: every alert in it is over. */
  end(t: EpochMs): PastEntry["events"] {
    this.#passUntil(t);
    for (const alert of this.#alerts.values()) {
      const isOver = alert.status === "closed" || (alert.status === "cleared" && !alert.latched);
      if (!isOver)
        this.#act({
          rule: alert.rule.id,
          afterS: 0,
          actor: this.scene.closer,
          act: { kind: "close", disposition: "resolved" },
          at: t,
          alert: alert.id,
        });
    }
    return this.#events;
  }

  /** Ticks, acts and what befell devices, in the order of time. */
  #passUntil(t: EpochMs): void {
    for (;;) {
      const [act] = this.#planned;
      const [timed] = this.#timed;
      const next = Math.min(
        act?.at ?? Number.POSITIVE_INFINITY,
        timed?.at ?? Number.POSITIVE_INFINITY,
        Math.max(this.#nextWakeAt, this.#now),
      );
      if (next > t) return;
      if (act?.at === next) {
        this.#planned.shift();
        this.#act(act);
      } else if (timed?.at === next) {
        this.#timed.shift();
        this.#step(timed.entry);
      } else this.#step({ kind: "tick", at: next });
    }
  }

  #act({ actor, act, at, alert }: PlannedAct): void {
    const version = this.#alerts.get(alert)?.version ?? 0;
    this.#acts += 1;
    // The key of an act follows from the story: told again, it is the same act.
    this.#step({ kind: "act", at, actor, alert, version, act, request: `past:${this.scene.key}:${alert}:${this.#acts}` });
  }

  #step(entry: JournalEntry): void {
    this.#now = Math.max(this.#now, "arrivedAt" in entry ? entry.arrivedAt : entry.at);
    const { events, nextWakeAt } = this.#engine.step(entry);
    this.#nextWakeAt = nextWakeAt;
    for (const event of events) this.#note(event);
  }

  #note(event: EngineEvent): void {
    if (event.kind === "act-recorded") this.#events.push(event);
    if (event.kind !== "alert" || event.alert.patient !== (this.#patient as PatientId)) return;
    const { alert, at } = event;
    // Only what the story is about: a device's passing fault in it is nobody's memory.
    if (!this.scene.acts.some(({ rule }) => rule === alert.rule.id)) return;
    const isNew = !this.#alerts.has(alert.id);
    this.#alerts.set(alert.id, alert);
    this.#events.push(event);
    if (!isNew) return;
    const acts = this.scene.acts.filter(({ rule }) => rule === alert.rule.id);
    this.#planned.push(...acts.map((act) => ({ ...act, at: at + act.afterS * SECOND, alert: alert.id })));
    this.#planned.sort((a, b) => a.at - b.at);
  }
}
