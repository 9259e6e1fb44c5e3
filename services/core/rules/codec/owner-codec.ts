/** Alerts of one owner as JSON inside a part of the checkpoint. */
import type { AlertOwner, AlertRecord, AlertSlot } from "#core/alerts/alert-record.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

interface HeldSlot extends Omit<AlertSlot, "decidedT"> {
  /** Null: never decided. */
  readonly decidedT: number | null;
}

export const writeOwner = (writer: ByteWriter, owner: AlertOwner): void => {
  writer.f64(owner.wakeAt);
  writer.json({ slots: [...owner.slots.values()], past: owner.past });
};

/** Returns when the owner wants to be woken. */
export const readOwner = (reader: ByteReader, owner: AlertOwner): number => {
  const wakeAt = reader.f64();
  const held = reader.json() as { readonly slots: readonly HeldSlot[]; readonly past: readonly AlertRecord[] };
  // An ended alert may stand in its slot and in the past: one object, as before.
  const past = new Map(held.past.map((record) => [record.alert.id, record]));
  owner.past.push(...held.past);
  owner.live = 0;
  for (const slot of held.slots) {
    const record = slot.record === null ? null : (past.get(slot.record.alert.id) ?? slot.record);
    owner.slots.set(slot.key, { ...slot, record, decidedT: slot.decidedT ?? Number.NEGATIVE_INFINITY });
    if (record !== null && !record.ended) owner.live++;
  }
  return wakeAt;
};
