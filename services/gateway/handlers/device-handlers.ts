/** Devices: register, rotate, revoke, and who wears them when. */
import * as calls from "#contracts/http/device-calls.ts";
import type { AnswerOf } from "#contracts/http/call.ts";
import { seesInstitution, type Viewer } from "#core/access/visibility.ts";
import type { DeviceId, SiteId } from "#core/ids.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Assignment, DeviceConfig } from "#core/people.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import { actorOf, ownPatient } from "#gateway/handlers/patient-handlers.ts";
import type { House } from "#gateway/house.ts";
import { sortedPageOf } from "#gateway/page.ts";
import { isProblem, problem, type Problem } from "#gateway/problem.ts";
import { randomId, randomSecret, sha256Hex } from "#gateway/random-id.ts";

type DeviceView = AnswerOf<typeof calls.listDevices>["items"][number];

const byStart = ({ from, id }: Assignment): string => `${String(from).padStart(16, "0")}\n${id}`;

export const deviceHandlers = (house: House): Handling[] => {
  const { sights, registry, ledger, accounts, commands, auditor, clinicalClock, oneAtATime, disconnectDevice, grantDevice } = house;
  const now = (): number => Math.round(clinicalClock.now());

  /** A wearer the viewer may not see is not named. */
  const currentAssignment = (viewer: Viewer, device: DeviceId): Assignment | null => {
    const at = now();
    const current = registry.assignmentsOfDevice(device).find(({ from, to }) => from <= at && (to === null || at < to));
    return current !== undefined && sights.patient(viewer, current.patient) !== null ? current : null;
  };

  const view = (viewer: Viewer, device: DeviceConfig): DeviceView => {
    const presence = registry.presence(device.id);
    return {
      id: device.id,
      site: device.site,
      institution: device.institution,
      kind: device.kind,
      metrics: device.metrics,
      online: presence?.online ?? null,
      seenAt: presence?.at ?? null,
      battery: presence?.battery ?? null,
      rssi: presence?.rssi ?? null,
      firmware: presence?.firmware ?? null,
      assignment: currentAssignment(viewer, device.id),
      createdAt: device.createdAt,
    };
  };

  const put = async (viewer: Viewer, device: DeviceConfig): Promise<Problem | null> =>
    (await commands.change({ kind: "device", at: now(), actor: actorOf(viewer), device })) ? null : problem("journal_unavailable");

  /** The broker has to know the secret before anybody is told it: it cannot be read again. */
  const grant = async (device: DeviceConfig, secret: string): Promise<Problem | null> => {
    const outcome = (await grantDevice?.(device, secret)) ?? "granted";
    if (outcome === "granted") return null;
    return outcome === "taken"
      ? problem("device_exists", { detail: "The broker knows a client of this name that this server did not make." })
      : problem("broker_unavailable");
  };

  /** One statement per (device, from); an earlier one ends where a later one begins, which is the registry's to work out. */
  const state = async (viewer: Viewer, assignment: Assignment): Promise<Problem | null> =>
    (await commands.change({ kind: "assignment", at: now(), actor: actorOf(viewer), assignment })) ? null : problem("journal_unavailable");

  return [
    handle(calls.listDevices, ({ query, viewer }) => {
      const own = [...registry.devices()].filter(({ institution, revoked }) => !revoked && seesInstitution(viewer, institution));
      const page = sortedPageOf(own, ({ id }) => id, query);
      return { items: page.items.map((device) => view(viewer, device)), next: page.next };
    }),

    handle(calls.getDevice, ({ params, viewer }) => {
      const device = sights.device(viewer, params.id);
      if (device === null) return problem("not_found");
      const dataGaps = ledger
        .dataGaps(device.id)
        .flatMap(({ from, to, reason, life, at }) =>
          reason === "arrived" ? [] : [{ from, to, reason, life, recordedAt: Math.round(at) }],
        );
      return { ...view(viewer, device), dataGaps };
    }),

    handle(calls.registerDevice, ({ body, viewer }) => {
      const institution = accounts.institution(viewer.institution);
      if (institution === null) return problem("not_found");
      const unknown = Object.keys(body.metrics ?? {}).find((key) => metricByKey(key) === undefined);
      if (unknown !== undefined)
        return problem("metric_not_in_catalogue", {
          detail: `metrics: ${unknown}.`,
          errors: [{ in: "body", member: `/metrics/${unknown}`, detail: "Is not in the catalogue." }],
        });
      const id = (body.id ?? randomId("d")) as DeviceId;
      return oneAtATime(`device ${id}`, async () => {
        if (registry.device(id) !== null) return problem("device_exists");
        const secret = randomSecret();
        const device: DeviceConfig = {
          id,
          site: (body.site ?? institution.site) as SiteId,
          institution: institution.id,
          kind: body.kind,
          metrics: body.metrics ?? {},
          secretHash: sha256Hex(secret),
          revoked: false,
          createdAt: now(),
        };
        const refusal = (await grant(device, secret)) ?? (await put(viewer, device));
        if (refusal !== null) return refusal;
        await auditor.write(viewer, "device.register", { target: id });
        return { id, site: device.site, kind: device.kind, metrics: device.metrics, secret };
      });
    }),

    handle(calls.rotateDeviceSecret, ({ params, viewer }) =>
      oneAtATime(`device ${params.id}`, async () => {
        const device = sights.device(viewer, params.id);
        if (device === null) return problem("not_found");
        const secret = randomSecret();
        const refusal = (await put(viewer, { ...device, secretHash: sha256Hex(secret) })) ?? (await grant(device, secret));
        if (refusal !== null) return refusal;
        disconnectDevice(device.id);
        await auditor.write(viewer, "device.secret", { target: device.id });
        return { id: device.id, site: device.site, kind: device.kind, metrics: device.metrics, secret };
      }),
    ),

    handle(calls.assignDevice, ({ params, body, viewer }) =>
      oneAtATime(`device ${params.id}`, async () => {
        const device = sights.device(viewer, params.id);
        if (device === null) return problem("not_found");
        const patient = ownPatient(house, viewer, body.patient);
        if (isProblem(patient)) return patient;
        if (patient.status !== "active") return problem("patient_not_active");
        const at = now();
        const from = body.from ?? at;
        const to = body.to ?? null;
        if (to !== null && to <= from) return problem("bad_time_range", { detail: "The assignment would end before it begins." });
        const same = registry.assignmentsOfDevice(device.id).find((old) => old.from === from);
        const assignment: Assignment = {
          id: same?.id ?? randomId("as"),
          device: device.id,
          patient: patient.id,
          from,
          to,
          madeAt: at,
        };
        const refusal = await state(viewer, assignment);
        if (refusal !== null) return refusal;
        await auditor.write(viewer, "device.assign", { target: device.id, patient: patient.id, ground: "own_institution" });
        return assignment;
      }),
    ),

    handle(calls.endAssignment, ({ params, viewer }) =>
      oneAtATime(`device ${params.id}`, async () => {
        const device = sights.device(viewer, params.id);
        if (device === null) return problem("not_found");
        const at = now();
        const current = registry.assignmentsOfDevice(device.id).find(({ from, to }) => from <= at && (to === null || at < to));
        if (current === undefined) return problem("not_found");
        const patient = ownPatient(house, viewer, current.patient);
        if (isProblem(patient)) return patient;
        const refusal = await state(viewer, { ...current, to: at });
        if (refusal !== null) return refusal;
        await auditor.write(viewer, "device.unassign", { target: device.id, patient: patient.id, ground: "own_institution" });
        return undefined;
      }),
    ),

    handle(calls.listAssignments, ({ params, query, viewer }) => {
      const device = sights.device(viewer, params.id);
      if (device === null) return problem("not_found");
      const visible = registry
        .assignmentsOfDevice(device.id)
        .filter((assignment) => assignment.to !== assignment.from && sights.patient(viewer, assignment.patient) !== null);
      return sortedPageOf(visible, byStart, query);
    }),

    handle(calls.revokeDevice, ({ params, viewer }) =>
      oneAtATime(`device ${params.id}`, async () => {
        const device = sights.device(viewer, params.id);
        if (device === null) return problem("not_found");
        const refusal = await put(viewer, { ...device, revoked: true });
        if (refusal !== null) return refusal;
        disconnectDevice(device.id);
        await auditor.write(viewer, "device.revoke", { target: device.id });
        return undefined;
      }),
    ),
  ];
};
