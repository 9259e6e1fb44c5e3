/** Reads query text as the types its schema names; what cannot be read stays text, for validation to refuse by name. */
import type { TObject } from "typebox";

interface PropertySchema {
  readonly type?: string;
}

const coerce = (value: unknown, schema: PropertySchema | undefined): unknown => {
  if (schema?.type === "array")
    return [value].flat().flatMap((item) => (typeof item === "string" ? item.split(",").filter((part) => part !== "") : [item]));
  if (typeof value !== "string") return value;
  switch (schema?.type) {
    case "integer":
      return /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    case "number":
      return /^-?\d{1,16}(?:\.\d{1,16})?$/.test(value) ? Number(value) : value;
    case "boolean":
      if (value === "true" || value === "1") return true;
      return value === "false" || value === "0" ? false : value;
    default:
      return value;
  }
};

export const coerceQuery = (schema: TObject, query: unknown): Record<string, unknown> => {
  const properties = schema.properties as Readonly<Record<string, PropertySchema>>;
  const entries = Object.entries((query ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, coerce(value, Object.hasOwn(properties, name) ? properties[name] : undefined)]),
  );
};
