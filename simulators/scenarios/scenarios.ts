/** Every story there is: the registry of `--scenario`. */
import { copdExacerbationStory } from "./copd-exacerbation.ts";
import { fall } from "./fall.ts";
import { hubOffline } from "./hub-offline.ts";
import { hypercapnicOxygen } from "./hypercapnic-oxygen.ts";
import { kneeInfectionStory } from "./knee-infection.ts";
import { kneeRecovery } from "./knee-recovery.ts";
import { maskLeak } from "./mask-leak.ts";
import { missedInhaler } from "./missed-inhaler.ts";
import { nocturnalDesaturation } from "./nocturnal-desaturation.ts";
import type { Scenario } from "./scenario.ts";
import { stableDay } from "./stable-day.ts";
import { swappedSensors } from "./swapped-sensors.ts";
import { unrulyMessages } from "./unruly-messages.ts";
import { wrongClock } from "./wrong-clock.ts";

export const scenarios: readonly Scenario[] = [
  copdExacerbationStory,
  hypercapnicOxygen,
  nocturnalDesaturation,
  maskLeak,
  missedInhaler,
  kneeRecovery,
  kneeInfectionStory,
  fall,
  swappedSensors,
  hubOffline,
  wrongClock,
  unrulyMessages,
  stableDay,
];
