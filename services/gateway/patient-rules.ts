/** What must hold between a patient's members, beyond their form (contract section 3, semantics 5.8 and 5.10). */
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { PatientConfig } from "#core/people.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import { isTimeZone } from "#gateway/time-zone.ts";

/** A predicted value stands in for the personal best; it is measured like one. */
const PREDICTED_PEF = "pef_predicted";
/** Of `spo2LowerLimit`, in % (semantics 5.8). */
const LOWEST_LIMIT = 83;
const HIGHEST_LIMIT = 94;

const baselineProblem = (baseline: Readonly<Record<string, number>>): Problem | null => {
  for (const [key, value] of Object.entries(baseline)) {
    const metric = metricByKey(key === PREDICTED_PEF ? "pef" : key);
    const where = { in: "body" as const, member: `/baseline/${key}` };
    if (metric === undefined)
      return problem("metric_not_in_catalogue", {
        detail: `baseline: ${key}.`,
        errors: [{ ...where, detail: "Is not in the catalogue." }],
      });
    const { min, max } = metric.hardLimits;
    if (value < min || value > max) {
      const detail = `Must lie from ${String(min)} to ${String(max)}${metric.displayUnit === "" ? "" : ` ${metric.displayUnit}`}.`;
      return problem("value_out_of_range", { detail: `baseline ${key}: ${detail}`, errors: [{ ...where, detail }] });
    }
  }
  return null;
};

/** Null: the patient may be so. */
export const patientProblem = (
  patient: Pick<PatientConfig, "profile" | "baseline" | "timeZone"> & { readonly spo2LowerLimit?: number | undefined },
): Problem | null => {
  const where = { in: "body" as const, member: "/spo2LowerLimit" };
  const limit = patient.spo2LowerLimit;
  if (patient.profile === "custom_target" && limit === undefined)
    return problem("limit_required", { errors: [{ ...where, detail: "Is missing. Send 83 to 94." }] });
  if (patient.profile === "custom_target" && limit !== undefined && (limit < LOWEST_LIMIT || limit > HIGHEST_LIMIT))
    return problem("limit_required", { errors: [{ ...where, detail: "Must lie from 83 to 94." }] });
  if (patient.profile !== "custom_target" && limit !== undefined)
    return problem("limit_not_expected", { errors: [{ ...where, detail: "Leave it out." }] });
  if (!isTimeZone(patient.timeZone))
    return problem("unknown_time_zone", { errors: [{ in: "body", member: "/timeZone", detail: "Is not an IANA zone." }] });
  return baselineProblem(patient.baseline);
};
