/** The shipped catalogue of rules: version 1 of each, defaults that a responsible clinician must approve before any use with people. */
import type { RuleVersion } from "#core/rules/rule.ts";
import { asthma } from "./asthma.ts";
import { deviceRules } from "./device.ts";
import { oxygenSaturation } from "./oxygen-saturation.ts";
import { vitalSignRules } from "./vital-signs.ts";

/** In a family the more severe stands before the less severe (semantics 5.4). */
export const shippedRules: readonly RuleVersion[] = [...oxygenSaturation, ...vitalSignRules, ...asthma, ...deviceRules];
