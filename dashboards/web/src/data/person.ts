/** Who a patient is on screen: two identifiers always, names literal, never cut. */
import type { Patient } from "./wire.ts";

/** The name, or the code alone for those who may not see names. */
export const nameOf = (patient: Patient): string => patient.identity?.name ?? patient.pseudonym;
export const codeOf = (patient: Patient): string => patient.pseudonym;
/** 1952-03: enough to tell two people apart, no more than that. */
export const birthMonthOf = (patient: Patient): string | null => /^\d{4}-\d{2}/.exec(patient.identity?.birthDate ?? "")?.[0] ?? null;
/** Fixed places: by name, then by code; never by anything that changes by itself. */
export const byName = (left: Patient, right: Patient): number =>
  collator.compare(nameOf(left), nameOf(right)) || (left.pseudonym < right.pseudonym ? -1 : 1);
const collator = new Intl.Collator("zh-Hans-CN-u-co-pinyin", { numeric: true });
/** Whole years at `now`; null without a birth date. */
export const ageOf = (patient: Patient, now: number): number | null => {
  const found = /^(?<year>\d{4})-(?<month>\d{2})-?(?<day>\d{2})?/.exec(patient.identity?.birthDate ?? "")?.groups;
  if (found === undefined || now === 0) return null;
  const at = new Date(now);
  const had = (at.getUTCMonth() + 1) * 100 + at.getUTCDate() >= Number(found["month"]) * 100 + Number(found["day"] ?? "01");
  return at.getUTCFullYear() - Number(found["year"]) - (had ? 0 : 1);
};
/** The 17th digit of an identity number is odd for men; null for those who have none or may not be seen. */
export const sexOf = (patient: Patient): "male" | "female" | null => {
  const digit = /^\d{16}(\d)[\dXx]$/.exec(patient.identity?.nationalId ?? "")?.[1];
  return digit === undefined ? null : Number(digit) % 2 === 1 ? "male" : "female";
};
