/** The CSV of InfluxQL: tables behind one another, quoted values, and errors that come after a 200. */
import { describe, expect, test } from "vitest";
import { readRows } from "#adapters/readings-influx/influx-rows.ts";
import { blockBytes, blockLine, minuteAt, minuteLine, parseSeriesName, rollUp } from "#adapters/readings-influx/schema.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { decodeValues } from "#core/series/waveform-block.ts";
import { T0 } from "#tests/contract/reading-store-contract.ts";

const rowsOf = (text: string): unknown[] => {
  const rows: unknown[] = [];
  readRows(text, (tags, time, cells) => rows.push([tags, time, ...cells]));
  return rows;
};

describe("answers of InfluxDB", () => {
  test("several tables, each with its header, are read one after the other", () => {
    expect(rowsOf("name,tags,time,last\nreading,metric=spo2,5,94\n\nname,tags,time,max\nreading,,6,\n")).toEqual([
      ["metric=spo2", 5, "94"],
      ["", 6, ""],
    ]);
    expect(rowsOf("")).toEqual([]);
  });

  test("commas, quotes and line ends inside a value stay inside it", () => {
    expect(rowsOf('name,tags,time,a,b\nr,"device=d,metric=m",7,"x,""y""\nz",\n')).toEqual([["device=d,metric=m", 7, 'x,"y"\nz', ""]]);
  });

  test("an error where a table should begin is an error", () => {
    expect(() => rowsOf("name,tags,time,a\nr,,1,2\n\nerror\nshard gone\n")).toThrow("could not answer a query");
  });

  test("a group names its series, identity tags in one order", () => {
    expect(parseSeriesName("device=d,metric=knee_angle,n=2,side=left")).toEqual({
      device: "d",
      metric: metricByKey("knee_angle")?.code,
      identity: "n=2;side=left",
    });
    expect(parseSeriesName("device=d,metric=no_longer_known").metric).toBe(-1);
  });

  test("a roll-up says what its samples were, also when none was usable", () => {
    const m = Math.floor(T0 / 60_000);
    const given = [
      { t: T0 + 1_000, value: 93.5, mark: 0, tags: "" },
      { t: T0 + 2_000, value: 70, mark: 2, tags: "" },
    ];
    const line = minuteLine(",device=d,metric=spo2", rollUp(m, given));
    expect(line).toBe(
      `minute,device=d,metric=spo2 n=1i,min=93.5,max=93.5,sum=93.5,last=93.5,last_t=1000i,first_t=1000i,bad=1i ${m * 60_000}`,
    );
    expect(minuteAt(m * 60_000, ["1", "93.5", "93.5", "93.5", "93.5", "1000", "1000", "1", ""])).toEqual(rollUp(m, given));
    expect(minuteLine("", rollUp(m, given.slice(1)))).toBe(`minute bad=1i ${m * 60_000}`);
  });

  test("a long waveform is cut into texts that InfluxDB holds, and put together again", () => {
    const values = Float32Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
    const line = blockLine("d", { signal: "pleth", t0: T0, hz: 75, unit: "1", values });
    const pieces = [...line.matchAll(/v\d+="([^"]*)"/g)].map(([, piece]) => piece ?? "");
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(64 * 1024);
    expect(decodeValues(blockBytes(["75", "1", ...pieces]))).toEqual(values);
  });
});
