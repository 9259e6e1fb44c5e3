/** Every kind of simulated device by its label: one line here is all a new kind takes. */
import { oximeter } from "./oximeter.ts";
import { gaitWearable } from "./gait-wearable.ts";
import { hubOf } from "./hub.ts";
import { kneeBrace } from "./knee-brace.ts";
import { strengthKit } from "./strength-kit.ts";
import { bloodPressureCuff } from "./blood-pressure-cuff.ts";
import { niv, pap } from "./pap.ts";
import { oxygenConcentrator } from "./oxygen-concentrator.ts";
import { peakFlowMeter } from "./peak-flow-meter.ts";
import { respirationBelt } from "./respiration-belt.ts";
import { smartInhaler } from "./smart-inhaler.ts";
import { spirometer } from "./spirometer.ts";
import { thermometer } from "./thermometer.ts";
import type { DeviceKind } from "./simulated-device.ts";

export const deviceKinds: readonly DeviceKind[] = [
  // Lungs and vital signs.
  oximeter,
  respirationBelt,
  spirometer,
  peakFlowMeter,
  smartInhaler,
  oxygenConcentrator,
  pap,
  niv,
  thermometer,
  bloodPressureCuff,
  // Movement and strength.
  kneeBrace,
  gaitWearable,
  strengthKit,
  // Several of them at home, over one connection.
  hubOf([oximeter, respirationBelt, thermometer, bloodPressureCuff]),
];

export const deviceKind = (label: string): DeviceKind | undefined => deviceKinds.find(({ kind }) => kind === label);
