/** The demo's people as the registry, the rules and the simulators know them. */
import { createHash } from "node:crypto";
import type { DeviceId, InstitutionId, PatientId, SiteId } from "#core/ids.ts";
import type { Assignment, DeviceConfig, PatientConfig } from "#core/people.ts";
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from "#core/time.ts";
import { deviceKind } from "#simulators/devices/device-kinds.ts";
import type { PastStory } from "#simulators/past/past-plan.ts";
import { personas } from "#simulators/people/personas.ts";
import type { WardDevice } from "#simulators/ward/ward-device.ts";
import { type DemoPerson, demoPeople } from "./demo-people.ts";
import { earlier, today, todaysFaults } from "./demo-story.ts";

/** Measurements, sessions and nights of the past reach back so far. */
const RARE = 14 * DAY;
/** Whoever looks for the first time sees the story, not a probe that came off. */
const CALM_MIN = 75;

export const patientOf = ({ patient, persona: key, institution, site, tier, pseudonym }: DemoPerson, at: EpochMs): PatientConfig => {
  const persona = personas.find((candidate) => candidate.key === key);
  if (persona === undefined) throw new Error(`no persona is called ${key}`);
  const { profile, conditions, baseline, spo2LowerLimit } = persona;
  return {
    id: patient as PatientId,
    version: 1,
    institution: institution as InstitutionId,
    site: site as SiteId,
    pseudonym,
    tier,
    profile,
    ...(spo2LowerLimit === undefined ? {} : { spo2LowerLimit }),
    conditions,
    baseline,
    timeZone: "Asia/Shanghai",
    status: "active",
    pause: null,
    createdAt: at,
  };
};

export const devicesOf = ({ devices, site, institution }: DemoPerson, at: EpochMs, secretOf: (device: string) => string): DeviceConfig[] =>
  devices.map(({ id, kind }) => ({
    id: id as DeviceId,
    site: site as SiteId,
    institution: institution as InstitutionId,
    kind,
    metrics: deviceKind(kind)?.metrics ?? {},
    secretHash: createHash("sha256").update(secretOf(id)).digest("hex"),
    revoked: false,
    createdAt: at,
  }));

/** Each since its past begins, and a little before: what it brings belongs to its wearer. */
export const assignmentsOf = ({ patient, devices }: DemoPerson, at: EpochMs, historyMs: DurationMs): Assignment[] => {
  const told = Math.max(0, ...earlier.filter(({ person }) => person === patient).map(({ fromMin }) => -fromMin * MINUTE + HOUR));
  return devices.map(({ id, streams }) => ({
    id: `as_${id}`,
    device: id as DeviceId,
    patient: patient as PatientId,
    from: at - MINUTE - Math.max(historyMs, told, streams ? 0 : RARE),
    to: null,
    madeAt: at,
  }));
};

/** What the simulators play: today's story, on connections that work, so that what is alerted is the story. */
export const wardDevices = (secretOf: (device: string) => string): WardDevice[] =>
  demoPeople.flatMap(({ patient, persona, site, devices }) => {
    const episodes = today.find((story) => story.patient === patient)?.episodes;
    // A story must not hang on whose finger is cold, nor on a belt that sits loosely.
    const plain =
      devices.some(({ kind }) => kind === "hub") ||
      episodes !== undefined ||
      earlier.some(({ person, episodes: then }) => person === patient && then.length > 0);
    return devices.map(({ id, kind, carries }): WardDevice => {
      const fault = todaysFaults[id];
      return {
        id,
        site,
        secret: secretOf(id),
        persona,
        kind,
        person: patient,
        steady: true,
        calmMin: CALM_MIN,
        ...(carries === undefined ? {} : { carries }),
        ...(plain ? { artefacts: false } : {}),
        ...(episodes === undefined ? {} : { episodes }),
        ...(fault === undefined ? {} : { faults: [fault] }),
      };
    });
  });

/** Everybody's earlier stories, for the rules to be asked about. */
export const pastStory = (anchor: EpochMs): PastStory => ({
  patients: demoPeople.map((person) => patientOf(person, anchor)),
  devices: demoPeople.flatMap((person) => devicesOf(person, anchor, () => "")),
  assignments: demoPeople.flatMap((person) => assignmentsOf(person, anchor, 90 * DAY)),
  patientOf: Object.fromEntries(demoPeople.map(({ patient }) => [patient, patient])),
  scenes: earlier,
});
