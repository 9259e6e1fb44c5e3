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
