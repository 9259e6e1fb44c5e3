/** What each role may do, as data: the written table that the role matrix test compares with every route. */
import { isRole, type Role } from "#core/access/roles.ts";

export const PERMISSIONS = {
  "patients.read": "See patients, their readings and series.",
  "patients.identity": "See who a patient is.",
  "patients.enrol": "Enrol patients.",
  "patients.change": "Change, pause and discharge patients.",
  "patients.erase": "Erase a patient.",
  "patients.export": "Export a patient's readings.",
  "limits.set": "Set a patient's own limits.",
  "devices.read": "See devices.",
  "devices.change": "Register, rotate and revoke devices.",
  "devices.assign": "Say which patient wears a device.",
  "alerts.read": "See alerts.",
  "alerts.act": "Acknowledge, contact, comment, snooze, close and rate alerts.",
  "alerts.act_technical": "Act on technical alerts that concern no patient.",
  "rules.read": "See the rule catalogue.",
  "rules.change": "Make rules and new versions of them.",
  "rules.backtest": "Try a rule on stored readings.",
  "referrals.read": "See referrals.",
  "referrals.change": "Make and move referrals.",
  "webhooks.manage": "Manage webhook subscriptions and their deliveries.",
  "users.manage": "Manage the users of the own institution.",
  "institutions.read": "See the institutions of the own alliance.",
  "institutions.manage": "Change the own institution and add one to the alliance.",
  "audit.read": "Read the audit trail of the own institution.",
  "quarantine.read": "See what devices sent and was set aside.",
  "live.follow": "Follow the live feed.",
  "health.read": "See whether the server is ready.",
  "metrics.read": "Read the operators' metrics.",
} as const;
export type Permission = keyof typeof PERMISSIONS;

/** What a route asks for: a permission, any sign-in, or (said on purpose) nothing. */
export type Access = Permission | "signed-in" | "public";

const READING: readonly Permission[] = [
  "patients.read",
  "devices.read",
  "alerts.read",
  "rules.read",
  "referrals.read",
  "institutions.read",
  "live.follow",
  "health.read",
];
const TREATING: readonly Permission[] = [...READING, "patients.identity"];
const NURSING: readonly Permission[] = [
  ...TREATING,
  "patients.change",
  "devices.assign",
  "alerts.act",
  "alerts.act_technical",
  "referrals.change",
  "quarantine.read",
];
const DOCTORING: readonly Permission[] = [...NURSING, "patients.export", "limits.set", "rules.backtest"];

/**
 * An administrator enrols and sees what belongs to the institution, but silences no patient's alert: that is a clinician's act.
 * An unknown device or a full disk concerns no patient and often nobody else: without the administrator such an alert stayed for ever.
 */
export const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  patient: [],
  carer: [],
  emergency: [],
  family_doctor: DOCTORING,
  physician_t2: DOCTORING,
  specialist_t3: DOCTORING,
  community_nurse: NURSING,
  therapist_t1: TREATING,
  therapist_t2: TREATING,
  public_health: READING,
  referral_office: [...TREATING, "referrals.change"],
  coordinator: [...TREATING, "alerts.act", "alerts.act_technical", "referrals.change"],
  administrator: [
    ...TREATING,
    "alerts.act_technical",
    "patients.enrol",
    "patients.change",
    "patients.erase",
    "patients.export",
    "limits.set",
    "devices.change",
    "devices.assign",
    "rules.change",
    "rules.backtest",
    "webhooks.manage",
    "users.manage",
    "institutions.manage",
    "audit.read",
    "quarantine.read",
    "metrics.read",
  ],
};

/** True when one of the roles has the permission; unknown roles have none. */
export const mayDo = (roles: readonly string[], permission: Permission): boolean =>
  roles.some((role) => isRole(role) && PERMISSIONS_OF[role].includes(permission));

/** Whether these roles may act on an alert that their holder sees. */
export const mayActOn = (roles: readonly string[], alert: { readonly patient: string | null; readonly severity: string }): boolean =>
  mayDo(roles, "alerts.act") || (alert.patient === null && alert.severity === "T" && mayDo(roles, "alerts.act_technical"));

/** True when a signed-in person with these roles passes a route's door. */
export const maySignedIn = (roles: readonly string[], access: Access): boolean =>
  access === "public" || access === "signed-in" || mayDo(roles, access);

/** Everything the roles together may do, in the order of the catalogue. */
export const permissionsOf = (roles: readonly string[]): Permission[] =>
  (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => mayDo(roles, permission));

/** Roles that care for patients: what an access grant is for. An administrator alone is not on call. */
export const isClinical = (roles: readonly string[]): boolean =>
  roles.some((role) => isRole(role) && role !== "administrator" && PERMISSIONS_OF[role].includes("patients.read"));
