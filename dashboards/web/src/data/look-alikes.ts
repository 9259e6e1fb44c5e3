/** Names one character apart, or spoken alike: whoever acts on one of them must see that there is another. */
import { nameOf } from "./person.ts";
import { readingOf } from "./pinyin.ts";
import type { Patient } from "./wire.ts";

/** Normalised only to compare; what is shown stays literal. */
export const plainText = (text: string): string => text.normalize("NFKC").toLowerCase();

const lettersOf = (patient: Patient): readonly string[] => Array.from(plainText(nameOf(patient)).replaceAll(/[\s·.()-]/gu, ""));

/** Two names share a key when one character was replaced in one of them, or none, or when they sound the same. */
const likenessKeys = (letters: readonly string[]): string[] => [
  letters.join(""),
  ...letters.map((_, index) => letters.with(index, "\u0000").join("")),
  `\u0001${letters.map(readingOf).join(" ")}`,
];
/** The name with one character less: what a shorter look-alike reads like. */
const shorterKeys = (letters: readonly string[]): string[] => letters.map((_, index) => letters.toSpliced(index, 1).join(""));

/** Patient id → everybody whose name reads almost like theirs. Linear in the number of people. */
export const findLookAlikes = (patients: readonly Patient[]): ReadonlyMap<string, readonly Patient[]> => {
  const byKey = new Map<string, Set<Patient>>();
  const put = (key: string, patient: Patient): void => {
    const there = byKey.get(key);
    if (there === undefined) byKey.set(key, new Set([patient]));
    else there.add(patient);
  };
  const named = patients
    .map((patient) => ({ patient, letters: lettersOf(patient) }))
    // Without a name there is only the code, and codes are made to differ.
    .filter(({ patient, letters }) => patient.identity?.name !== undefined && letters.length > 1);
  for (const { patient, letters } of named) for (const key of likenessKeys(letters)) put(key, patient);
  const found = new Map<string, Set<Patient>>();
  const pair = (left: Patient, right: Patient): void => {
    if (left === right) return;
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const)
      found.set(one.id, (found.get(one.id) ?? new Set()).add(other));
  };
  for (const [, alike] of byKey) if (alike.size > 1) for (const left of alike) for (const right of alike) pair(left, right);
  for (const { patient, letters } of named)
    for (const key of shorterKeys(letters)) if (key.length > 1) for (const other of byKey.get(key) ?? []) pair(patient, other);
  return new Map([...found].map(([id, others]) => [id, [...others]]));
};
