/** SenML packs: base fields, names, times, units and the extension fields of the platform (RFC 8428, contract section 2). */
import { describe, expect, test } from "vitest";
import { decodeMessage } from "#contracts/decode-message.ts";
import { bytes, contextAt, T } from "#tests/support/decode-fixtures.ts";

const decode = (pack: unknown[], context = contextAt()) => decodeMessage(bytes(pack), "telemetry", context);
const SECONDS = T / 1000;

describe("a SenML pack", () => {
  test("carries base name, time and unit forward until they change", () => {
    const decoded = decode([
      { bn: "urn:dev:ow:10e2073a01080063:", bt: SECONDS, bu: "1/min", seq: 12, n: "pulse_rate", v: 88 },
      { n: "resp_rate", t: -5, v: 16 },
      { n: "spo2", u: "%RH", v: 93 },
      { bn: "urn:dev:ow:other/", bt: SECONDS + 60, n: "heart_rate", v: 90 },
    ]);
    expect(decoded.seq).toBe(12);
    expect(decoded.quarantined).toEqual([]);
    expect(decoded.samples.map(({ metric, t, value }) => [metric, t, value])).toEqual([
      [2, T, 88],
      [4, T - 5000, 16],
      [1, T, 93],
      [5, T + 60_000, 90],
    ]);
  });

  test("may put the whole name into bn or n, behind : / or .", () => {
    for (const [bn, n] of [
      ["urn:dev:mac:0024befffe804ff1:spo2", undefined],
      [undefined, "home/ring/spo2"],
      ["urn:dev:mac:0024befffe804ff1.", "spo2"],
      ["urn:dev:mac:0024befffe804ff1_", "spo2"],
      [undefined, "spo2"],
    ]) {
      expect(decode([{ bn, n, bt: SECONDS, v: 93 }]).samples.map(({ metric }) => metric)).toEqual([1]);
    }
    for (const n of ["spo2x", "max_spo2", "spo2:", ""])
      expect(decode([{ n, bt: SECONDS, v: 93 }]).quarantined[0]?.reason).toBe("unknown_metric");
  });

  test("counts times below 2^28 seconds from the arrival", () => {
    const times = (t: number | undefined, bt?: number) => decode([{ n: "spo2", v: 93, t, bt }]).samples[0]?.t;
    expect(times(undefined)).toBe(T);
    expect(times(-10)).toBe(T - 10_000);
    expect(times(2)).toBe(T + 2_000);
    expect(times(2 ** 28)).toBe(2 ** 28 * 1000);
    expect(times(-0.25, SECONDS)).toBe(T - 250);
    expect(times(0.001, SECONDS)).toBe(T + 1);
    expect(decode([{ n: "spo2", v: 93, t: -(2 ** 28) }]).quarantined[0]?.reason).toBe("bad_time");
    expect(decode([{ n: "spo2", v: 93, t: 1e300 }]).quarantined[0]?.reason).toBe("bad_time");
    expect(decode([{ n: "spo2", v: 93, t: "0" }]).quarantined[0]?.reason).toBe("bad_time");
  });

  test("adds the base value, and takes it alone for a missing value", () => {
    const decoded = decode([
      { bn: "d:", bt: SECONDS, bv: 36, n: "body_temp", u: "Cel", v: 0.6 },
      { n: "skin_temp", u: "Cel" },
    ]);
    expect(decoded.samples.map(({ value }) => value)).toEqual([36.6, 36]);
  });

  test("names units of its own, which are converted", () => {
    const value = (n: string, u: string, v: number) => decode([{ n, u, v, bt: SECONDS }]).samples[0]?.value;
    expect(value("heart_rate", "beat/min", 72)).toBe(72);
    expect(value("resp_rate", "1/min", 16)).toBe(16);
    expect(value("pef", "l/s", 8.5)).toBe(510);
    expect(value("body_temp", "Cel", 36.6)).toBe(36.6);
    expect(value("body_temp", "K", 310.15)).toBe(37);
    expect(value("battery_level", "%EL", 80)).toBe(80);
    expect(value("t90", "/100", 0.4)).toBe(0.4);
    expect(value("spo2", "/", 0.93)).toBe(93);
    expect(decode([{ n: "battery_level", u: "EL", v: 80 }]).quarantined[0]?.reason).toBe("unknown_unit");
    expect(decode([{ n: "spo2", u: 5, v: 80 }]).quarantined[0]?.reason).toBe("unknown_unit");
  });

  test("with % is read as percent or as the ratio of RFC 8428 where only one can be, and never guessed", () => {
    const percent = (n: string, v: number) => decode([{ n, u: "%", v, bt: SECONDS }]);
    expect(percent("spo2", 93).samples[0]?.value).toBe(93);
    expect(percent("spo2", 0.93).samples[0]?.value).toBe(93);
    expect(percent("battery_level", 87).samples[0]?.value).toBe(87);
    expect(percent("t90", 0).samples[0]?.value).toBe(0);
    expect(percent("t90", 0.4).quarantined[0]?.reason).toBe("unknown_unit");
    expect(percent("spo2", 255).samples[0]?.value).toBeNaN();
    expect(percent("spo2", 20).quarantined[0]?.reason).toBe("out_of_range");
    expect(percent("skin_contact", 1).samples[0]?.value).toBe(1);
    expect(percent("pef", 50).quarantined[0]?.reason).toBe("unknown_unit");
  });

  test("may hold texts for coded metrics and booleans for yes-or-no ones", () => {
    const decoded = decode([
      { bt: SECONDS, n: "consciousness_acvpu", vs: "V" },
      { n: "skin_contact", vb: false },
      { n: "spo2", vs: "nan" },
      { n: "spo2", t: 1, v: null },
    ]);
    expect(decoded.samples.map(({ value }) => value)).toEqual([2, 0, Number.NaN, Number.NaN]);
    const refused = decode([
      { bt: SECONDS, n: "spo2", vs: "93" },
      { n: "spo2", vb: true },
      { n: "spo2", vd: "AAAA" },
      { n: "spo2", s: 12 },
      { n: "spo2" },
      { n: "mood" },
    ]);
    expect(refused.quarantined.map(({ reason }) => reason)).toEqual([
      "bad_value",
      "bad_value",
      "bad_value",
      "bad_value",
      "bad_value",
      "unknown_metric",
    ]);
  });

  test("shows a record in quarantine with the base fields it needs to be read", () => {
    const decoded = decode([
      { bn: "d:", bt: SECONDS, bu: "%RH" },
      { n: "spo2", v: 120 },
    ]);
    expect(decoded.quarantined).toEqual([{ reason: "out_of_range", sample: { n: "spo2", v: 120, bn: "d:", bt: SECONDS, bu: "%RH" } }]);
  });

  test("takes seq and epoch from its first record, and quality and tags beside a value", () => {
    const decoded = decode([
      { seq: 5, epoch: "e1", bt: SECONDS, n: "spo2", v: 93, quality: "degraded", tags: { context: "sleep" } },
      { n: "pulse_rate", v: 60, seq: "ignored here" },
    ]);
    expect(decoded).toMatchObject({ seq: 5, epoch: "e1" });
    expect(decoded.samples.map(({ quality, tags }) => [quality, tags])).toEqual([
      [1, "context=sleep"],
      [0, ""],
    ]);
  });

  test("without a number is decoded all the same, and with one that cannot be read it is set aside", () => {
    expect("seq" in decode([{ n: "spo2", v: 93 }])).toBe(false);
    expect(decode([{ n: "spo2", v: 93 }]).samples).toHaveLength(1);
    expect(decode([{ seq: "5", n: "spo2", v: 93 }])).toEqual({ samples: [], quarantined: [{ reason: "bad_seq" }] });
    expect(decode([{ seq: 5, void: true }])).toEqual({ seq: 5, void: true, samples: [], quarantined: [] });
  });

  test.each([
    [[]],
    [[{ bver: 11, n: "spo2", v: 93 }]],
    [[{ bver: "10", n: "spo2", v: 93 }]],
    [[{ bn: 5, n: "spo2", v: 93 }]],
    [[{ bt: "now", n: "spo2", v: 93 }]],
    [[{ bu: 1, n: "spo2", v: 93 }]],
    [[{ bv: "1", n: "spo2", v: 93 }]],
    [[{ bs: "1", n: "spo2", v: 93 }]],
    [
      [
        { n: "spo2", v: 93 },
        { n: "spo2", v: 93, dose_: 5 },
      ],
    ],
  ])("that cannot be understood is set aside whole: %j", (pack) => {
    const decoded = decode(pack);
    expect(decoded.samples).toEqual([]);
    expect(decoded.quarantined).toEqual([{ reason: "bad_shape" }]);
  });

  test("ignores labels it need not understand", () => {
    expect(decode([{ bver: 10, ut: 60, colour: "red", n: "spo2", v: 93 }]).samples).toHaveLength(1);
  });

  test("keeps its good records beside one that is none", () => {
    const decoded = decode([5, [], null, { n: "spo2", v: 93 }, { n: 7, v: 1 }]);
    expect(decoded.samples).toHaveLength(1);
    expect(decoded.quarantined.map(({ reason }) => reason)).toEqual(["bad_shape", "bad_shape", "bad_shape", "bad_shape"]);
  });

  test("may have 5,000 records", () => {
    const pack = Array.from({ length: 5_001 }, (_, index) => ({ n: "spo2", t: index, v: 93 }));
    expect(decode(pack).quarantined).toEqual([{ reason: "too_many_samples" }]);
    expect(decode(pack.slice(1)).samples).toHaveLength(5_000);
  });
});
