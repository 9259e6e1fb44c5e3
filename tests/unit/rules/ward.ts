/** A small ward for engine tests: enrol, wear, send, tick, and read what the engine said. */
import type { Act } from "#core/alerts/act.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, InstitutionId, PatientId, SiteId, UserId } from "#core/ids.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { PatientConfig } from "#core/people.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EngineOptions } from "#core/rules/engine.ts";
import { flag } from "#core/samples/flags.ts";
import type { Sample } from "#core/samples/sample.ts";

export const START = Date.UTC(2026, 2, 2, 8, 0, 0);
export const P1 = "p-one" as PatientId;
export const D1 = "oxi-1" as DeviceId;
const HOSPITAL = "i-t1" as InstitutionId;
export const NURSE = { user: "u-nurse" as UserId, institution: HOSPITAL, roles: ["community_nurse"] };

export const codeOf = (metric: string): number => {
  const code = metricByKey(metric)?.code;
  if (code === undefined) throw new Error(`no metric ${metric}`);
  return code;
};

export const sample = (metric: string, t: number, value: number, more: Partial<Sample> = {}): Sample => ({
  metric: codeOf(metric),
  t,
  value,
  quality: 0,
  flags: 0,
  tags: "",
  identity: "",
  ...more,
});

export const probeOff = (metric: string, t: number): Sample => sample(metric, t, Number.NaN, { quality: 2, flags: flag("sensor-off") });

export class Ward {
  readonly entries: JournalEntry[] = [];
  readonly events: EngineEvent[] = [];
  readonly engine;
  nextWakeAt = Number.POSITIVE_INFINITY;
  now = START;
  #request = 0;

  constructor(options: Partial<EngineOptions> = {}) {
    this.engine = createEngine({ rules: shippedRules, ...options });
    if (options.restore === undefined) this.step({ kind: "receiving", at: START, receiving: true });
  }

  step(entry: JournalEntry): EngineEvent[] {
    this.entries.push(entry);
    const { events, nextWakeAt } = this.engine.step(entry);
    this.events.push(...events);
    this.nextWakeAt = nextWakeAt;
    this.now = Math.max(this.now, "arrivedAt" in entry ? entry.arrivedAt : entry.at);
    return [...events];
  }

  enrol(config: Partial<PatientConfig> = {}): PatientConfig {
    const patient: PatientConfig = {
      id: P1,
      version: 1,
      institution: HOSPITAL,
      site: "s-1" as SiteId,
      pseudonym: "P-1",
      tier: "T1",
      profile: "standard",
      conditions: [],
      baseline: {},
      timeZone: "Asia/Shanghai",
      status: "active",
      pause: null,
      createdAt: START,
      ...config,
    };
    this.step({ kind: "patient", at: this.now, actor: NURSE, patient });
    return patient;
  }

  device(metrics: Record<string, number>, id: DeviceId = D1): void {
    this.step({
      kind: "device",
      at: this.now,
      actor: NURSE,
      device: {
        id,
        site: "s-1" as SiteId,
        institution: HOSPITAL,
        kind: "oximeter",
        metrics: Object.fromEntries(Object.entries(metrics).map(([key, everyS]) => [key, { everyS }])),
        secretHash: "",
        revoked: false,
        createdAt: START,
      },
    });
  }

  wear(device: DeviceId = D1, patient: PatientId = P1, from = START - 86_400_000 * 40, to: number | null = null): void {
    this.step({
      kind: "assignment",
      at: this.now,
      actor: NURSE,
      assignment: { id: `${device}-${from}`, device, patient, from, to, madeAt: this.now },
    });
  }

  /** A patient with one continuous oximeter. */
  static standard(config: Partial<PatientConfig> = {}, metrics: Record<string, number> = { spo2: 1, pulse_rate: 1, resp_rate: 60 }): Ward {
    const ward = new Ward();
    ward.enrol(config);
    ward.device(metrics);
    ward.wear();
    return ward;
  }

  send(samples: Sample[], arrivedAt = Math.max(this.now, ...samples.map(({ t }) => t)), device: DeviceId = D1): EngineEvent[] {
    return this.step({ kind: "message", device, topic: "", arrivedAt, hash: 0, samples, quarantined: [] });
  }

  /** A stream of one metric, one message a sample, in time; returns the time after it. */
  stream(
    metric: string,
    from: number,
    seconds: number,
    value: number | ((t: number) => number),
    everyS = 1,
    device: DeviceId = D1,
  ): number {
    for (let t = from; t < from + seconds * 1000; t += everyS * 1000) {
      this.send([sample(metric, t, typeof value === "number" ? value : value(t))], Math.max(this.now, t), device);
    }
    return from + seconds * 1000;
  }

  tick(at: number): EngineEvent[] {
    return this.step({ kind: "tick", at });
  }

  /** Ticks at every wake the engine asks for, up to `to`. */
  pass(to: number): EngineEvent[] {
    const events: EngineEvent[] = [];
    while (this.nextWakeAt <= to) events.push(...this.tick(Math.max(this.nextWakeAt, this.now)));
    events.push(...this.tick(to));
    return events;
  }

  act(alert: Alert, act: Act, version = alert.version): EngineEvent[] {
    return this.step({ kind: "act", at: this.now, actor: NURSE, alert: alert.id, version, act, request: `r${this.#request++}` });
  }

  /** `rule type` of every transition, in order. */
  story(only?: string): string[] {
    return this.events.flatMap((event) =>
      event.kind === "alert" && (only === undefined || event.alert.rule.id.startsWith(only))
        ? [`${event.alert.rule.id} ${event.type}`]
        : [],
    );
  }

  newest(rule: string): Alert {
    for (let index = this.events.length - 1; index >= 0; index--) {
      const event = this.events[index];
      if (event?.kind === "alert" && event.alert.rule.id === rule) return event.alert;
    }
    throw new Error(`no alert of ${rule}: ${this.story().join(", ")}`);
  }
}

/** The newest parts of everything an engine holds, as a restart would find them. */
export const checkpointOf = (ward: Ward): { readonly key: string; readonly bytes: Uint8Array }[] =>
  [...ward.engine.checkpoint()].flatMap(({ key, bytes }) => (bytes === null ? [] : [{ key, bytes }]));
