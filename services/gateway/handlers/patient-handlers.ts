/** Patients: list, enrol, change, pause, discharge, erase. Every change goes through the journal. */
import * as calls from "#contracts/http/patient-calls.ts";
import { mayDo } from "#core/access/permissions.ts";
import type { Viewer } from "#core/access/visibility.ts";
import type { PatientId, SiteId } from "#core/ids.ts";
import type { Actor } from "#core/journal-entry.ts";
import type { PatientConfig } from "#core/people.ts";
import { DAY } from "#core/time.ts";
import { groundOf } from "#gateway/auditor.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { sortedPageOf } from "#gateway/page.ts";
import { patientProblem } from "#gateway/patient-rules.ts";
import { isProblem, problem, type Problem } from "#gateway/problem.ts";
import { randomId, randomPseudonym } from "#gateway/random-id.ts";
import type { Seen } from "#gateway/sights.ts";
import { createPatientView, waitingAlerts, type PatientView } from "#gateway/views/patient-view.ts";

const LONGEST_PAUSE = 30 * DAY;
/** For the spans of "ever": before any device existed to after any clock. */
const EVER = { from: 0, to: 8_640_000_000_000_000 } as const;

export const actorOf = (viewer: Viewer): Actor => ({ user: viewer.user, institution: viewer.institution, roles: viewer.roles });

/** The patient, visible, of the own institution; changes of others' patients are refused, unknown ones not found. */
export const ownPatient = (house: House, viewer: Viewer, id: string): PatientConfig | Problem => {
  const seen = house.sights.patient(viewer, id);
  if (seen === null) return problem("not_found");
  return seen.sight.relation === "own" ? seen.thing : problem("not_yours_to_change");
};

const withoutUndefined = <T extends object>(object: T): Partial<{ [Key in keyof T]: Exclude<T[Key], undefined> }> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<{
    [Key in keyof T]: Exclude<T[Key], undefined>;
  }>;

export const patientHandlers = (house: House): Handling[] => {
  const { sights, auditor, accounts, registry, commands, vault, readings, clinicalClock, ledger, oneAtATime } = house;
  const view = createPatientView(house);
  const now = (): number => Math.round(clinicalClock.now());

  /** Identity is read from the vault only here, after the look was written down. */
  const identityOf = async (viewer: Viewer, { thing, sight }: Seen<PatientConfig>) => {
    await auditor.read(viewer, "patient.identity", { patient: thing.id, ground: groundOf(sight) });
    return vault.get(thing.id);
  };
  const maySeeIdentity = (viewer: Viewer, { sight }: Seen<PatientConfig>): boolean =>
    mayDo(viewer.roles, "patients.identity") && sight.relation === "own";

  const put = async (viewer: Viewer, patient: PatientConfig): Promise<Problem | null> =>
    (await commands.change({ kind: "patient", at: now(), actor: actorOf(viewer), patient })) ? null : problem("journal_unavailable");

  /** One change at a time; the current state is read inside. */
  const change = (
    viewer: Viewer,
    id: string,
    action: string,
    reason: string | null,
    next: (patient: PatientConfig) => PatientConfig | Problem | Promise<PatientConfig | Problem>,
  ): Promise<PatientView | Problem> =>
    oneAtATime(`patient ${id}`, async () => {
      const patient = ownPatient(house, viewer, id);
      if (isProblem(patient)) return patient;
      if (patient.status !== "active") return problem("patient_not_active");
      const changed = await next(patient);
      if (isProblem(changed)) return changed;
      const refusal = await put(viewer, { ...changed, version: patient.version + 1 });
      if (refusal !== null) return refusal;
      await auditor.write(viewer, action, { patient: patient.id, ground: "own_institution", detail: reason });
      return view(registry.patient(patient.id) ?? changed, { relation: "own" });
    });

  /** Nobody's readings after this moment. */
  const endAssignments = async (viewer: Viewer, patient: PatientId): Promise<boolean> => {
    const at = now();
    for (const assignment of registry.assignmentsOfPatient(patient)) {
      if (assignment.to !== null && assignment.to <= at) continue;
      const ended = { ...assignment, to: Math.max(assignment.from, at) };
      if (!(await commands.change({ kind: "assignment", at, actor: actorOf(viewer), assignment: ended }))) return false;
    }
    return true;
  };

  return [
    handle(calls.listPatients, async ({ query, viewer }) => {
      const chosen = sights
        .patients(viewer)
        .filter(
          ({ thing }) =>
            (query.status === undefined || query.status.includes(thing.status as "active" | "discharged")) &&
            (query.tier === undefined || query.tier.includes(thing.tier)),
        );
      const page = sortedPageOf(chosen, ({ thing }) => `${thing.pseudonym}\n${thing.id}`, query);
      const waiting = waitingAlerts(ledger);
      const named = query.identity === true ? page.items.filter((seen) => maySeeIdentity(viewer, seen)) : [];
      await auditor.read(viewer, "patients.list", {});
      for (const { thing, sight } of named) await auditor.read(viewer, "patient.identity", { patient: thing.id, ground: groundOf(sight) });
      const identities = named.length === 0 ? new Map() : await vault.many(named.map(({ thing }) => thing.id));
      const isNamed = new Set(named.map(({ thing }) => thing.id));
      return {
        items: page.items.map(({ thing, sight }) => ({
          ...view(thing, sight, waiting),
          ...(isNamed.has(thing.id) ? { identity: identities.get(thing.id) ?? null } : {}),
        })),
        next: page.next,
      };
    }),

    handle(calls.getPatient, async ({ params, query, viewer }) => {
      const seen = sights.patient(viewer, params.id);
      if (seen === null) return problem("not_found");
      await auditor.read(viewer, "patient.read", { patient: seen.thing.id, ground: groundOf(seen.sight) });
      const named = query.identity !== false && maySeeIdentity(viewer, seen);
      return { ...view(seen.thing, seen.sight), ...(named ? { identity: await identityOf(viewer, seen) } : {}) };
    }),

    handle(calls.enrolPatient, async ({ body, viewer }) => {
      const institution = accounts.institution(viewer.institution);
      if (institution === null) return problem("not_found");
      const { identity, ...members } = body;
      const patient: PatientConfig = {
        ...withoutUndefined(members),
        tier: members.tier,
        profile: members.profile,
        conditions: members.conditions,
        id: randomId("p") as PatientId,
        version: 1,
        institution: institution.id,
        site: (members.site ?? institution.site) as SiteId,
        pseudonym: members.pseudonym ?? randomPseudonym(),
        baseline: members.baseline ?? {},
        timeZone: members.timeZone ?? institution.timeZone,
        status: "active",
        pause: null,
        createdAt: now(),
      };
      const refused = patientProblem(patient);
      if (refused !== null) return refused;
      // Identity first: a patient whose name was lost on the way would be nobody.
      if (identity !== undefined) await vault.put(patient.id, withoutUndefined(identity));
      const refusal = await put(viewer, patient);
      if (refusal !== null) {
        if (identity !== undefined) await vault.erase(patient.id);
        return refusal;
      }
      await auditor.write(viewer, "patient.enrol", { patient: patient.id, ground: "own_institution" });
      return view(registry.patient(patient.id) ?? patient, { relation: "own" });
    }),

    handle(calls.changePatient, ({ params, body, viewer }) => {
      const { version, identity, spo2LowerLimit, ...members } = body;
      return change(
        viewer,
        params.id,
        "patient.change",
        Object.keys(body)
          .filter((key) => key !== "version")
          .join(" "),
        async (patient) => {
          if (version !== patient.version) return problem("version_conflict", { members: { patient: view(patient, { relation: "own" }) } });
          const { spo2LowerLimit: before, ...rest } = patient;
          // Leaving custom_target drops its limit; a limit sent beside another profile is refused below.
          const kept = members.profile === undefined || members.profile === "custom_target" ? before : undefined;
          const limit = spo2LowerLimit === undefined ? kept : (spo2LowerLimit ?? undefined);
          const changed = {
            ...rest,
            ...withoutUndefined(members),
            site: (members.site ?? patient.site) as SiteId,
            ...(limit === undefined ? {} : { spo2LowerLimit: limit }),
          };
          const refused = patientProblem(changed);
          if (refused !== null) return refused;
          if (identity !== undefined) {
            const known = await vault.get(patient.id);
            await vault.put(patient.id, { ...known, ...withoutUndefined(identity) });
          }
          return changed;
        },
      );
    }),

    handle(calls.pausePatient, ({ params, body, viewer }) =>
      change(viewer, params.id, "patient.pause", body.reason, (patient) => {
        const at = now();
        const from = body.from ?? at;
        if (body.untilAt <= at) return { ...patient, pause: null };
        if (body.untilAt <= from) return problem("bad_time_range", { detail: "The pause would end before it begins." });
        if (body.untilAt - Math.max(from, at) > LONGEST_PAUSE || from > at + LONGEST_PAUSE)
          return problem("bad_time_range", { detail: "A pause lasts at most 30 days." });
        return { ...patient, pause: { from, to: body.untilAt, reason: body.reason } };
      }),
    ),

    handle(calls.dischargePatient, async ({ params, body, viewer }) => {
      // Devices first: broken off in between, it can simply be repeated.
      const answer = await change(viewer, params.id, "patient.discharge", body.reason, async (patient) =>
        (await endAssignments(viewer, patient.id)) ? { ...patient, status: "discharged", pause: null } : problem("journal_unavailable"),
      );
      return isProblem(answer) ? answer : { ...answer, devices: [] };
    }),

    handle(calls.erasePatient, ({ params, body, viewer }) =>
      oneAtATime(`patient ${params.id}`, async () => {
        const patient = ownPatient(house, viewer, params.id);
        if (isProblem(patient)) return patient;
        // Names first, readings next, the registry last: broken off anywhere, it can simply be repeated.
        await auditor.write(viewer, "patient.erase", { patient: patient.id, ground: "own_institution", detail: body.reason });
        if (!(await endAssignments(viewer, patient.id))) return problem("journal_unavailable");
        await vault.erase(patient.id);
        await readings.erase(registry.spansOf(patient.id, EVER.from, EVER.to));
        const { spo2LowerLimit: _limit, ...rest } = patient;
        const erased: PatientConfig = {
          ...rest,
          version: patient.version + 1,
          pseudonym: "erased",
          profile: "standard",
          conditions: [],
          baseline: {},
          pause: null,
          status: "erased",
        };
        const refusal = await put(viewer, erased);
        if (refusal !== null) return refusal;
        house.hub.recheck();
        return { ...view(erased, { relation: "own" }), devices: [], worstOpenAlert: null, openAlerts: 0 };
      }),
    ),
  ];
};
