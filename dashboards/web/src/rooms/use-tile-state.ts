/** The data state of one patient, as it is now. */
import { useMemo } from "react";
import { tileStateOf, type TileState } from "../data/reading-state.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useStore, useTicking } from "./house-context.ts";

/** Declared spacing by device and metric: what "late" means for this patient. */
export const useSpacing = (): ((patient: Patient) => (metric: string) => number | undefined) => {
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

export const useTileState = (patient: Patient): TileState => {
  const { store } = useHouse();
  const spacing = useSpacing();
  const streams = useStore(`r:${patient.id}`, () => store.streams(patient.id));
  const alerts = useStore("alerts", store.alerts);
  const theirs = useMemo(() => alerts.filter((alert) => alert.patient === patient.id), [alerts, patient.id]);
  return useTicking((now) => tileStateOf({ patient, streams, alerts: theirs, everyS: spacing(patient), now }));
};
