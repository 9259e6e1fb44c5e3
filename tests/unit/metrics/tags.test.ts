/** Tags: what each metric allows, one canonical form, and what tells two samples apart (semantics 1.1). */
import { describe, expect, test } from "vitest";
import { metricByKey, metrics } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import { allowedTags, canonicalTags, parseTags, tagValue } from "#core/samples/tags.ts";

const metric = (key: string): Metric => {
  const found = metricByKey(key);
  if (found === undefined) throw new Error(`no metric ${key}`);
  return found;
};

describe("canonical tags", () => {
  test("of a sample without tags are empty", () => {
    for (const tags of [undefined, null, {}]) expect(canonicalTags(metric("spo2"), tags)).toEqual({ tags: "", identity: "" });
  });

  test("sort their keys, so that the order a device writes them in does not matter", () => {
    const one = canonicalTags(metric("knee_flexion_max"), { side: "left", context: "rest", posture: "supine" });
    const other = canonicalTags(metric("knee_flexion_max"), { posture: "supine", side: "left", context: "rest" });
    expect(one).toEqual({ tags: "context=rest;posture=supine;side=left", identity: "side=left" });
    expect(other).toBe(one);
  });

  test("count context, posture and oxygen as attributes, and side, site, exercise and n as identity", () => {
    expect(canonicalTags(metric("spo2"), { context: "sleep", oxygen: "o2" })?.identity).toBe("");
    expect(canonicalTags(metric("body_temp"), { site: "ear" })?.identity).toBe("site=ear");
    expect(canonicalTags(metric("rep_count"), { exercise_id: "heel-slide", n: 2 })?.identity).toBe("exercise_id=heel-slide;n=2");
    expect(canonicalTags(metric("inhaler_rescue"), { n: "1" })?.identity).toBe("n=1");
  });

  test("allow context, posture and oxygen on every metric", () => {
    for (const each of metrics) {
      expect(canonicalTags(each, { context: "rest", posture: "sitting", oxygen: "air" })?.tags).toBe(
        "context=rest;oxygen=air;posture=sitting",
      );
      expect([...allowedTags(each.code).keys()]).toEqual(expect.arrayContaining(Object.keys(each.tags)));
    }
  });

  test.each([
    ["spo2", { side: "left" }],
    ["spo2", { colour: "red" }],
    ["spo2", { n: "1" }],
    ["spo2", { context: "Rest" }],
    ["spo2", { context: "jogging" }],
    ["spo2", { context: null }],
    ["spo2", { oxygen: "O2" }],
    ["spo2", { __proto__x: "1" }],
    ["spo2", JSON.parse('{"__proto__":"rest"}')],
    ["spo2", { constructor: "rest" }],
    ["spo2", { context: ["rest"] }],
    ["spo2", { context: { toString: "rest" } }],
    ["spo2", "context=rest"],
    ["spo2", ["rest"]],
    ["spo2", 5],
    ["inhaler_rescue", { n: "0" }],
    ["inhaler_rescue", { n: 1.5 }],
    ["inhaler_rescue", { n: "01" }],
    ["body_temp", { site: "elbow" }],
    ["rep_count", { exercise_id: "a;b=c" }],
    ["rep_count", { exercise_id: "x".repeat(65) }],
  ])("refuse on %s the tags %j", (key, tags) => {
    expect(canonicalTags(metric(key), tags)).toBeNull();
  });

  test("allow side on every knee, muscle and grip metric", () => {
    const sided = metrics.filter(({ key }) => /^(knee_|semg_|grip_strength)/.test(key));
    expect(sided).toHaveLength(6);
    for (const each of sided)
      for (const side of ["left", "right", "both"]) expect(canonicalTags(each, { side })?.identity).toBe(`side=${side}`);
  });

  test("are read back as they were", () => {
    const canonical = canonicalTags(metric("fall_event"), { confirmed: true, impact_g: 3.2, immobile_s: 40, context: "rest" })?.tags ?? "";
    expect(parseTags(canonical)).toEqual({ confirmed: "true", impact_g: "3.2", immobile_s: "40", context: "rest" });
    expect(parseTags("")).toEqual({});
    expect(tagValue(canonical, "confirmed")).toBe("true");
    expect(tagValue(canonical, "context")).toBe("rest");
    expect(tagValue(canonical, "impact_g")).toBe("3.2");
    expect(tagValue(canonical, "oxygen")).toBeUndefined();
    expect(tagValue("context=rest", "text")).toBeUndefined();
    expect(tagValue("", "context")).toBeUndefined();
  });

  test("stay right after more combinations than are remembered", () => {
    const inhaler = metric("inhaler_rescue");
    for (let n = 1; n <= 10_000; n++) expect(canonicalTags(inhaler, { n })?.identity).toBe(`n=${n}`);
    expect(canonicalTags(inhaler, { n: 1 })).toEqual({ tags: "n=1", identity: "n=1" });
  });
});
