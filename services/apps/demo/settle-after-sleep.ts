/** A demo that slept wakes up calm: what was open when it was left has been seen to, as it would have been in a ward. */
import { readFile } from "node:fs/promises";
import type { InstitutionId, UserId } from "#core/ids.ts";
import { type EpochMs, HOUR } from "#core/time.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { Ledger } from "#ports/ledger.ts";
import { demoPeople } from "./demo-people.ts";

export interface SettleOptions {
  readonly ledger: Pick<Ledger, "openAlerts">;
  readonly commands: ClinicalCommands;
  /** Where the simulators remember when they lived last. */
  readonly livedFile: string;
  readonly now: EpochMs;
}

/** Whoever is away for less finds everything as it was. */
const SLEPT = HOUR;
const NURSE = { user: "u_demo_nurse" as UserId, institution: "inst-t1-willow" as InstitutionId, roles: ["community_nurse"] };

/** Closes alerts of the simulated people alone; how many it were. */
export const settleAfterSleep = async ({ ledger, commands, livedFile, now }: SettleOptions): Promise<number> => {
  const until = await readFile(livedFile, "utf8").then(
    (text) => (JSON.parse(text) as { until?: number }).until ?? now,
    () => now,
  );
  if (now - until < SLEPT) return 0;
  const simulated = new Set<string>(demoPeople.map(({ patient }) => patient));
  const open = ledger
    .openAlerts()
    .filter(({ patient, updatedAt }) => patient !== null && simulated.has(patient) && now - updatedAt > SLEPT);
  for (const { id, version } of open)
    await commands.act({
      actor: NURSE,
      alert: id,
      version,
      act: { kind: "close", disposition: "resolved", note: "演示停止期间已处理。Seen to while the demonstration was stopped." },
    });
  return open.length;
};
