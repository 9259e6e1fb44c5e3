/** InfluxDB line protocol: measurement, tags, fields, time; escaping is the client library's. */
import { escape } from "@influxdata/influxdb-client";

export type FieldValue =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "integer"; readonly value: number | bigint }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string };

/** `name,tag=value`: what is the same for every line of a series. Tags come in the order given; the database sorts faster when they are sorted. */
export const encodeSeries = (measurement: string, tags: readonly (readonly [key: string, value: string])[]): string => {
  let text = escape.measurement(measurement);
  for (const [key, value] of tags) {
    // An empty value would be no tag at all: two series would become one.
    if (value === "") throw new RangeError(`the tag ${key} of ${measurement} is empty`);
    text += `,${escape.tag(key)}=${escape.tag(value)}`;
  }
  return text;
};

export const encodeText = (text: string): string => escape.quoted(text);

export const encodeField = (field: FieldValue): string => {
  switch (field.kind) {
    case "float": {
      // Infinity and NaN have no spelling in line protocol.
      if (!Number.isFinite(field.value)) throw new RangeError(`${field.value} cannot be a field`);
      return String(field.value);
    }
    case "integer":
      return `${field.value}i`;
    case "boolean":
      return String(field.value);
    case "string":
      return encodeText(field.value);
  }
};

/** `time` in the precision the lines are sent with. */
export const encodeLine = (series: string, fields: readonly (readonly [key: string, value: FieldValue])[], time: number | bigint): string =>
  `${series} ${fields.map(([key, value]) => `${escape.tag(key)}=${encodeField(value)}`).join(",")} ${time}`;
