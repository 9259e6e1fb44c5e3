/** The data state of one patient, as it is now. */
import { useMemo } from "react";
import { tileMetrics } from "../data/metric-view.ts";
import { tileStateOf, type TileState } from "../data/reading-state.ts";
import type { House } from "../data/house.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useStore, useWatching } from "./house-context.ts";

export type Spacing = (patient: Patient) => (metric: string) => number | undefined;

/** Declared spacing by device and metric: what "late" means for this patient. */
export const useSpacing = (): Spacing => {
  const { store } = useHouse();
  const devices = useStore("devices", store.devices);
  return useMemo(() => {
    const byId = new Map(devices.map((device) => [device.id, device.metrics]));
    return (patient) => (metric) => {
      for (const { id } of patient.devices) {
        const declared = byId.get(id)?.[metric];
        if (declared !== undefined) return declared.everyS;
      }
      return undefined;
    };
  }, [devices]);
};

export const tileStateIn = (
  { store, trends }: Pick<House, "store" | "trends">,
  patient: Patient,
  spacing: Spacing,
  now: number,
): TileState =>
  tileStateOf({
    patient,
    streams: store.streams(patient.id),
    alerts: store.alertsOf(patient.id),
    everyS: spacing(patient),
    leading: tileMetrics(store.streams(patient.id))[0],
    gapNow: trends.gapNow(patient.id),
    now,
  });

export const useTileState = (patient: Patient): TileState => {
  const house = useHouse();
  const spacing = useSpacing();
  return useWatching(`r:${patient.id} alerts`, (now) => tileStateIn(house, patient, spacing, now));
};
