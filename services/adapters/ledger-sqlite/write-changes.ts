/** Writes registry, rules, limits, presence and data gaps as the journal stated them; stating the same again changes nothing. */
import type { ChangeEntry, DataGapEntry, StatusEntry } from "#core/journal-entry.ts";
import { mergePresence, type Presence } from "./presence.ts";
import { WRITES } from "./sql-writes.ts";
import { readJson, type Statements } from "./statements.ts";

export const writeChange = (db: Statements, change: ChangeEntry | StatusEntry | DataGapEntry): void => {
  switch (change.kind) {
    case "patient":
      db.run(WRITES.putPatient, change.patient.id, JSON.stringify(change.patient));
      return;
    case "device":
      db.run(WRITES.putDevice, change.device.id, JSON.stringify(change.device));
      return;
    case "assignment": {
      const { assignment } = change;
      db.run(WRITES.putAssignment, assignment.device, assignment.from, JSON.stringify(assignment));
      return;
    }
    case "limits":
      if (change.limits === null) db.run(WRITES.removeLimits, change.patient, change.rule);
      else db.run(WRITES.putLimits, change.patient, change.rule, JSON.stringify(change.limits));
      return;
    case "rule":
      db.run(WRITES.addRule, change.rule.id, change.rule.version, JSON.stringify(change.rule));
      return;
    case "data-gap":
      if (change.reason === "arrived") closeDataGap(db, change);
      else addDataGap(db, change);
      db.run(WRITES.pruneDataGaps, change.device);
      return;
    case "status": {
      const row = db.get(WRITES.presence, change.device);
      const presence = mergePresence(row === undefined ? null : (readJson(row) as Presence), change);
      db.run(WRITES.putPresence, change.device, JSON.stringify(presence));
      return;
    }
  }
};

const addDataGap = (db: Statements, gap: DataGapEntry): void =>
  void db.run(WRITES.addDataGap, gap.device, gap.life, gap.from, gap.to, JSON.stringify(gap));

/** What came after all leaves the gap; what is left of it on either side stays. */
const closeDataGap = (db: Statements, { device, life, from, to }: DataGapEntry): void => {
  const found = db.get(WRITES.dataGapAround, device, life, from, to);
  if (found === undefined) return;
  const gap = readJson(found) as DataGapEntry;
  db.run(WRITES.removeDataGap, device, life, gap.from);
  if (gap.from < from) addDataGap(db, { ...gap, to: from - 1 });
  if (gap.to > to) addDataGap(db, { ...gap, from: to + 1 });
};
