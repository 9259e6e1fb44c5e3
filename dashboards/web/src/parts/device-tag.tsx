/** A device by its kind and the end of its id; the whole id on pointing. */
import type { ReactElement } from "react";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";

const TAIL = 6;

export const DeviceTag = ({ device }: { readonly device: string }): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const kind = useStore("devices", () => store.devices().find(({ id }) => id === device)?.kind ?? "");
  const name = words.patient.kinds[kind] ?? kind;
  return (
    <abbr className="code" title={device}>
      {name === "" ? words.device : name} {device.length > TAIL + 6 ? `…${device.slice(-TAIL)}` : device}
    </abbr>
  );
};
