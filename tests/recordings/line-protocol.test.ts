/**
 * InfluxDB's own corpus of line protocol: each point becomes the line it names, byte for byte; but for two spellings, of which
 * `tests/integration/influx-faults.test.ts` shows that the database reads ours back equal.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeLine, encodeSeries, type FieldValue } from "#adapters/readings-influx/encode-line.ts";
import { recordingsFolder } from "#tests/support/recordings.ts";

interface Value {
  readonly float?: number;
  readonly int?: number | string;
  readonly uint?: number | string;
  readonly bool?: boolean;
  readonly string?: string;
}
interface Case {
  readonly input: {
    readonly key: string;
    readonly point: {
      readonly time: number | string;
      readonly name: string;
      readonly tags: readonly { readonly key: string; readonly value: string }[];
      readonly fields: readonly { readonly key: string; readonly value: Value }[];
    };
  };
  readonly output: { readonly result?: string; readonly error?: string };
}

/** Whole numbers beyond 2^53 would lose digits as numbers: they are read as text. */
const parse = (text: string): Case[] => JSON.parse(text.replaceAll(/("(?:time|int|uint)":\s*)(-?\d{16,})/g, '$1"$2"')) as Case[];

const fieldOf = ({ float, int, uint, bool, string }: Value): FieldValue => {
  if (float !== undefined) return { kind: "float", value: float };
  if (int !== undefined) return { kind: "integer", value: BigInt(int) };
  if (uint !== undefined) return { kind: "integer", value: BigInt(uint) };
  if (bool !== undefined) return { kind: "boolean", value: bool };
  return { kind: "string", value: string ?? "" };
};

const lineOf = ({ input: { point } }: Case): string =>
  encodeLine(
    encodeSeries(
      point.name,
      point.tags.map(({ key, value }) => [key, value]),
    ),
    point.fields.map(({ key, value }) => [key, fieldOf(value)]),
    BigInt(point.time),
  );

/** A float with an exponent says the same without; a line end in a text is one, where the corpus has a backslash and an n. */
const alike = (line: string): string =>
  line.replaceAll("\n", "\\n").replaceAll(/=(\d\.\d+e\+0\d) /g, (_, float: string) => `=${Number(float)} `);

const cases = parse(readFileSync(join(recordingsFolder(), "line-protocol", "encode.json"), "utf8"));

describe("line protocol", () => {
  test("the corpus is there", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  test.each(cases.map((one) => [one.input.key, one] as const))("point %s", (_, one) => {
    const { result } = one.output;
    if (result === undefined) expect(() => lineOf(one)).toThrow("is empty");
    else expect(alike(lineOf(one))).toBe(alike(result));
  });
});
