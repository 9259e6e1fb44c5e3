/** The patient as HTTP shows it: registry, presence of devices, worst open alert, and why this viewer may see it. */
import type { AnswerOf } from "#contracts/http/call.ts";
import type { getPatient } from "#contracts/http/patient-calls.ts";
import type { Sight } from "#core/access/visibility.ts";
import type { Alert, Severity } from "#core/alerts/alert.ts";
import type { PatientId } from "#core/ids.ts";
import type { PatientConfig } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";

export type PatientView = AnswerOf<typeof getPatient>;

const RANK: Readonly<Record<Severity, number>> = { S1: 0, S2: 1, S3: 2, S4: 3, T: 4 };

/** Waits for somebody: not closed, and not recovered for good. */
const waits = (alert: Alert): boolean => alert.status !== "closed" && !(alert.status === "cleared" && !alert.latched);

const worse = (left: Alert, right: Alert): number =>
  RANK[left.severity] - RANK[right.severity] ||
  Number(left.status !== "open") - Number(right.status !== "open") ||
  left.raisedAt - right.raisedAt;

/** The alerts that wait, by patient, in one look at the ledger. */
export const waitingAlerts = (ledger: GatewayDeps["ledger"]): ReadonlyMap<PatientId, readonly Alert[]> => {
  const byPatient = new Map<PatientId, Alert[]>();
  for (const alert of ledger.openAlerts()) {
    if (alert.patient === null || !waits(alert)) continue;
    const theirs = byPatient.get(alert.patient);
    if (theirs === undefined) byPatient.set(alert.patient, [alert]);
    else theirs.push(alert);
  }
  return byPatient;
};

const headOf = (alert: Alert): PatientView["worstOpenAlert"] => ({
  id: alert.id,
  version: alert.version,
  rule: alert.rule,
  severity: alert.severity,
  tier: alert.tier,
  status: alert.status,
  latched: alert.latched,
  stale: alert.stale,
  late: alert.late,
  raisedAt: alert.raisedAt,
  onsetAt: alert.onsetAt,
  updatedAt: alert.updatedAt,
  value: alert.value,
  unit: alert.unit,
  summary: alert.summary,
});

const devicesOf = (patient: PatientConfig, registry: GatewayDeps["registry"], now: EpochMs): PatientView["devices"] =>
  registry
    .assignmentsOfPatient(patient.id)
    .filter((assignment) => assignment.from <= now && (assignment.to === null || now < assignment.to))
    .flatMap((assignment) => {
      const device = registry.device(assignment.device);
      if (device === null || device.revoked) return [];
      const presence = registry.presence(device.id);
      return [
        {
          id: device.id,
          kind: device.kind,
          site: device.site,
          online: presence?.online ?? null,
          seenAt: presence?.at ?? null,
          battery: presence?.battery ?? null,
          from: assignment.from,
          to: assignment.to,
        },
      ];
    });

export const createPatientView =
  ({ registry, ledger, clinicalClock }: Pick<GatewayDeps, "registry" | "ledger" | "clinicalClock">) =>
  (patient: PatientConfig, sight: Sight, waiting: ReadonlyMap<PatientId, readonly Alert[]> = waitingAlerts(ledger)): PatientView => {
    const alerts = waiting.get(patient.id) ?? [];
    const worst = alerts.toSorted(worse)[0];
    const { pause } = patient;
    return {
      id: patient.id,
      version: patient.version,
      pseudonym: patient.pseudonym,
      institution: patient.institution,
      site: patient.site,
      tier: patient.tier,
      profile: patient.profile,
      spo2LowerLimit: patient.spo2LowerLimit ?? null,
      conditions: patient.conditions,
      baseline: patient.baseline,
      timeZone: patient.timeZone,
      status: patient.status,
      pause: pause === null ? null : { from: pause.from, untilAt: pause.to, reason: pause.reason },
      devices: devicesOf(patient, registry, clinicalClock.now()),
      worstOpenAlert: worst === undefined ? null : headOf(worst),
      openAlerts: alerts.length,
      createdAt: patient.createdAt,
      ruleNotes: ledger.ruleNotes(patient.id).map(({ rule, note }) => ({ rule, note })),
      access:
        sight.relation === "own"
          ? { relation: "own", ground: null, untilAt: null }
          : { relation: "granted", ground: sight.ground, untilAt: sight.until },
    };
  };
