/** Every kind of simulated device by its label: one line here is all a new kind takes. */
import { oximeter } from "./oximeter.ts";
import type { DeviceKind } from "./simulated-device.ts";

export const deviceKinds: readonly DeviceKind[] = [
  // Lungs and vital signs.
  oximeter,
  // Movement and strength.
];

export const deviceKind = (label: string): DeviceKind | undefined => deviceKinds.find(({ kind }) => kind === label);
