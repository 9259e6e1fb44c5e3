/** What decoder tests share: bytes of a payload, a context, and a conversion table that counts how often it is asked. */
import type { DecodeContext } from "#contracts/decode-message.ts";
import type { UnitConversion } from "#core/metrics/unit-conversion.ts";

export const T = 1_795_255_200_000;

const TABLE: ReadonlyMap<string, UnitConversion> = new Map([
  ["%<1", { factor: 100, offset: 0 }],
  ["%<[ppth]", { factor: 0.1, offset: 0 }],
  ["Cel<[degF]", { factor: 5 / 9, offset: -160 / 9 }],
  ["Cel<K", { factor: 1, offset: -273.15 }],
  ["L/min<L/s", { factor: 60, offset: 0 }],
  ["h<s", { factor: 1 / 3600, offset: 0 }],
  ["mm[Hg]<kPa", { factor: 7.500637554192107, offset: 0 }],
  ["deg<rad", { factor: 180 / Math.PI, offset: 0 }],
]);

export const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));

export const contextAt = (arrivedAt = T, sentinels?: DecodeContext["sentinels"]): DecodeContext => ({
  arrivedAt,
  convert: { convert: (metricUnit, unit) => TABLE.get(`${metricUnit}<${unit}`) ?? null },
  sentinels,
});
