/** Every story there is: the registry of `--scenario`. */
import type { Scenario } from "./scenario.ts";

export const scenarios: readonly Scenario[] = [];
