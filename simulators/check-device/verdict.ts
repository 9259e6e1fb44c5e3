/** An examination's outcome for people, one line a check, and for programs. */
import { CHECK_IDS, CHECKS, type CheckId, type Findings } from "./checks.ts";

/** Passed: nothing failed, and nothing that a device must do stayed unseen. */
export const hasPassed = (findings: Findings): boolean =>
  CHECK_IDS.every((id) => findings[id].verdict === "ok" || (findings[id].verdict === "not seen" && CHECKS[id].optional === true));

const MARK = { ok: "ok      ", failed: "FAILED  ", "not seen": "not seen" } as const;
const LONGEST = Math.max(...CHECK_IDS.map((id) => id.length));

const line = (id: CheckId, findings: Findings): string => {
  const { verdict, what, next } = findings[id];
  const { title, clause } = CHECKS[id];
  return `${MARK[verdict]}  ${id.padEnd(LONGEST)}  ${title}: ${printable(what)}.${next === "" ? "" : ` ${next}`} [${clause}]`;
};

/** What a device wrote may hold anything: a terminal sees letters alone. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "·");

const count = (findings: Findings, verdict: "ok" | "failed" | "not seen"): number =>
  CHECK_IDS.filter((id) => findings[id].verdict === verdict).length;

export const describeVerdict = (device: string, findings: Findings): string => {
  const sum = `${count(findings, "ok")} ok, ${count(findings, "failed")} failed, ${count(findings, "not seen")} not seen`;
  return `${CHECK_IDS.map((id) => line(id, findings)).join("\n")}\n\n${device} ${hasPassed(findings) ? "passed" : "did not pass"}: ${sum}\n`;
};

export const verdictAsJson = (device: string, findings: Findings): string =>
  JSON.stringify({ device, passed: hasPassed(findings), checks: CHECK_IDS.map((id) => ({ id, ...CHECKS[id], ...findings[id] })) });
