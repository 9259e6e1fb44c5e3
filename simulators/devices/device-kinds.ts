/** Every kind of simulated device by its label: one line here is all a new kind takes. */
import { oximeter } from "./oximeter.ts";
import { gaitWearable } from "./gait-wearable.ts";
import { kneeBrace } from "./knee-brace.ts";
import { strengthKit } from "./strength-kit.ts";
import type { DeviceKind } from "./simulated-device.ts";

export const deviceKinds: readonly DeviceKind[] = [
  // Lungs and vital signs.
  oximeter,
  // Movement and strength.
  kneeBrace,
  gaitWearable,
  strengthKit,
];

export const deviceKind = (label: string): DeviceKind | undefined => deviceKinds.find(({ kind }) => kind === label);
