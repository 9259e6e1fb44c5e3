/** Engine speed: 10,000 patients × 8 rules on one core, against json-rules-engine on the same limits in the same run. Prints samples/s and the ratio. */
import { Engine as PeerEngine } from "json-rules-engine";
import type { DeviceId, InstitutionId, PatientId, SiteId } from "#core/ids.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { Sample } from "#core/samples/sample.ts";

const PATIENTS = Number(process.argv[2] ?? 10_000);
const ROUNDS = Number(process.argv[3] ?? 80);
const PER_MESSAGE = Number(process.argv[4] ?? 10);
const PEER_SAMPLES = 20_000;
const START = Date.UTC(2026, 0, 5, 8);
/** 8 rules: SPO2-A1, A2, HR-1, HR-2, RR-1, RR-2, RR-3 and the single-measurement rule. */
const RULES = new Set(["SPO2-A1", "SPO2-A2", "SPO2-S1", "HR-1", "HR-2", "RR-1", "RR-2", "RR-3"]);
const rules: readonly RuleVersion[] = shippedRules.filter(({ id }) => RULES.has(id));
const SPO2 = metricByKey("spo2")?.code ?? 0;
const PULSE = metricByKey("pulse_rate")?.code ?? 0;

/** Cheap deterministic noise: the generator must not be what is measured. */
let seed = 1;
const noise = (): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return seed / 4_294_967_296;
};

const actor = { user: "system" as const, institution: null, roles: [] };

const ward = () => {
  const engine = createEngine({ rules });
  engine.step({ kind: "receiving", at: START, receiving: true });
  for (let index = 0; index < PATIENTS; index++) {
    const patient = `p${index}` as PatientId;
    const device = `d${index}` as DeviceId;
    const institution = "i" as InstitutionId;
    engine.step({
      kind: "patient",
      at: START,
      actor,
      patient: {
        id: patient,
        version: 1,
        institution,
        site: "s" as SiteId,
        pseudonym: "",
        tier: "T1",
        profile: "standard",
        conditions: [],
        baseline: {},
        timeZone: "UTC",
        status: "active",
        pause: null,
        createdAt: START,
      },
    });
    engine.step({
      kind: "device",
      at: START,
      actor,
      device: {
        id: device,
        site: "s" as SiteId,
        institution,
        kind: "oximeter",
        metrics: { spo2: { everyS: 1 }, pulse_rate: { everyS: 1 } },
        secretHash: "",
        revoked: false,
        createdAt: START,
      },
    });
    engine.step({ kind: "assignment", at: START, actor, assignment: { id: device, device, patient, from: 0, to: null, madeAt: START } });
  }
  return engine;
};

/** One round: every device sends one message with so many seconds of SpO2 and pulse; 1 % of the patients are low. */
const messages = (round: number): JournalEntry[] => {
  const seconds = PER_MESSAGE / 2;
  const entries: JournalEntry[] = [];
  for (let index = 0; index < PATIENTS; index++) {
    const low = index % 100 === 0;
    const samples: Sample[] = [];
    for (let second = 0; second < seconds; second++) {
      const t = START + (round * seconds + second) * 1000;
      const spo2 = low ? 89 + Math.round(noise()) : 95 + Math.round(noise() * 3);
      samples.push({ metric: SPO2, t, value: spo2, quality: 0, flags: 0, tags: "", identity: "" });
      samples.push({ metric: PULSE, t, value: 70 + Math.round(noise() * 10), quality: 0, flags: 0, tags: "", identity: "" });
    }
    const arrivedAt = START + (round + 1) * seconds * 1000;
    entries.push({ kind: "message", device: `d${index}` as DeviceId, topic: "", arrivedAt, hash: 0, samples, quarantined: [] });
  }
  return entries;
};

const ours = (): { readonly rate: number; readonly cpuRate: number; readonly alerts: number; readonly bytesPerPatient: number } => {
  const before = process.memoryUsage();
  const engine = ward();
  let spent = 0n;
  let cpu = 0;
  let samples = 0;
  let alerts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const entries = messages(round);
    const cpuBefore = process.cpuUsage();
    const begun = process.hrtime.bigint();
    for (const entry of entries) {
      for (const event of engine.step(entry).events) if (event.kind === "alert") alerts++;
    }
    // The first rounds build the streams; they count like the others.
    spent += process.hrtime.bigint() - begun;
    const used = process.cpuUsage(cpuBefore);
    cpu += used.user + used.system;
    samples += PATIENTS * PER_MESSAGE;
  }
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { rate: samples / (Number(spent) / 1e9), cpuRate: samples / (cpu / 1e6), alerts, bytesPerPatient: Math.round(bytes / PATIENTS) };
};

const peer = async (): Promise<number> => {
  const engine = new PeerEngine();
  const at = (fact: string, operator: string, value: number) => ({ all: [{ fact, operator, value }] });
  const between = (fact: string, from: number, below: number) => ({
    all: [
      { fact, operator: "greaterThanInclusive", value: from },
      { fact, operator: "lessThan", value: below },
    ],
  });
  const conditions = [
    at("spo2", "lessThanInclusive", 91),
    between("spo2", 92, 94),
    at("spo2", "lessThanInclusive", 85),
    at("pulse_rate", "greaterThanInclusive", 131),
    between("pulse_rate", 111, 131),
    at("resp_rate", "greaterThanInclusive", 25),
    between("resp_rate", 21, 25),
    at("resp_rate", "lessThanInclusive", 8),
  ];
  for (const [index, condition] of conditions.entries()) engine.addRule({ conditions: condition, event: { type: `rule-${index}` } });
  const begun = process.hrtime.bigint();
  for (let sample = 0; sample < PEER_SAMPLES; sample++) {
    const spo2 = sample % 100 === 0 ? 89 : 95 + Math.round(noise() * 3);
    await engine.run({ spo2, pulse_rate: 70 + Math.round(noise() * 10), resp_rate: 16 });
  }
  return PEER_SAMPLES / (Number(process.hrtime.bigint() - begun) / 1e9);
};

const result = ours();
const theirs = await peer();
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
print(
  `patients ${PATIENTS}, rules ${rules.length}, ${PER_MESSAGE} samples a message, ${PATIENTS * PER_MESSAGE * ROUNDS} samples, 1 % of patients low`,
);
print(
  `homeward engine   ${Math.round(result.rate).toLocaleString("en")} samples/s (windows, holds, life cycle; ${result.alerts} transitions)`,
);
print(`  by CPU time     ${Math.round(result.cpuRate).toLocaleString("en")} samples per CPU second, garbage collection included`);
print(`state             ${result.bytesPerPatient.toLocaleString("en")} bytes a patient (two 1 Hz streams)`);
print(`json-rules-engine ${Math.round(theirs).toLocaleString("en")} samples/s (bare limits, ${PEER_SAMPLES} samples)`);
print(`ratio             ${(result.rate / theirs).toFixed(0)}`);
