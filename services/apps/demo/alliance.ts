/** The demo's institutions and staff: one alliance of three tiers, and a second centre that sees nothing of theirs. All invented. */
import type { InstitutionId } from "#core/ids.ts";
import type { Institution } from "#ports/accounts.ts";

const TIME_ZONE = "Asia/Shanghai";

const institution = (id: string, tier: Institution["tier"], alliance: string, site: string, zh: string, en: string): Institution => ({
  id: id as InstitutionId,
  name: { en, zh },
  tier,
  alliance,
  site,
  timeZone: TIME_ZONE,
  version: 1,
});

export const demoInstitutions: readonly Institution[] = [
  institution("inst-t1-willow", "T1", "alliance-demo", "willow", "演示柳荫社区卫生服务中心", "Demo Willow Community Health Centre"),
  institution("inst-t2-east", "T2", "alliance-demo", "east", "演示东区医院", "Demo East District Hospital"),
  institution("inst-t3-lake", "T3", "alliance-demo", "lake", "演示湖滨三级医院", "Demo Lakeside Tertiary Hospital"),
  institution("inst-t1-maple", "T1", "alliance-other", "maple", "演示枫桥社区卫生服务中心", "Demo Maple Community Health Centre"),
];

export interface DemoStaff {
  readonly username: string;
  readonly displayName: string;
  readonly institution: string;
  readonly roles: readonly string[];
}

/** Numbers instead of names: nobody can be taken for a real person. */
export const demoStaff: readonly DemoStaff[] = [
  { username: "nurse", displayName: "护士 01 · Nurse 01", institution: "inst-t1-willow", roles: ["community_nurse"] },
  { username: "nurse2", displayName: "护士 02 · Nurse 02", institution: "inst-t1-willow", roles: ["community_nurse"] },
  { username: "doctor", displayName: "家庭医生 03 · Family doctor 03", institution: "inst-t1-willow", roles: ["family_doctor"] },
  { username: "therapist", displayName: "治疗师 04 · Therapist 04", institution: "inst-t1-willow", roles: ["therapist_t1"] },
  { username: "health", displayName: "公卫 05 · Public health 05", institution: "inst-t1-willow", roles: ["public_health"] },
  { username: "admin1", displayName: "管理员 T1 · Administrator T1", institution: "inst-t1-willow", roles: ["administrator"] },
  { username: "physician", displayName: "医师 11 · Physician 11", institution: "inst-t2-east", roles: ["physician_t2"] },
  { username: "therapist2", displayName: "治疗师 12 · Therapist 12", institution: "inst-t2-east", roles: ["therapist_t2"] },
  { username: "office2", displayName: "转诊办 13 · Referral office 13", institution: "inst-t2-east", roles: ["referral_office"] },
  { username: "coordinator", displayName: "协调员 14 · Coordinator 14", institution: "inst-t2-east", roles: ["coordinator"] },
  { username: "admin2", displayName: "管理员 T2 · Administrator T2", institution: "inst-t2-east", roles: ["administrator"] },
  { username: "specialist", displayName: "专科医师 21 · Specialist 21", institution: "inst-t3-lake", roles: ["specialist_t3"] },
  { username: "office3", displayName: "转诊办 22 · Referral office 22", institution: "inst-t3-lake", roles: ["referral_office"] },
  { username: "admin3", displayName: "管理员 T3 · Administrator T3", institution: "inst-t3-lake", roles: ["administrator"] },
  { username: "maple-nurse", displayName: "护士 31 · Nurse 31", institution: "inst-t1-maple", roles: ["community_nurse"] },
  { username: "maple-doctor", displayName: "家庭医生 32 · Family doctor 32", institution: "inst-t1-maple", roles: ["family_doctor"] },
  { username: "maple-admin", displayName: "管理员 33 · Administrator 33", institution: "inst-t1-maple", roles: ["administrator"] },
];
