/** Prepares the named statements of one connection on first use; rows come as arrays, which costs a third of objects. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { QUERIES } from "./queries.ts";
import type { QueryName } from "./queries.ts";

export type Row = readonly SQLOutputValue[];

export interface Statements {
  all(name: QueryName, ...values: SQLInputValue[]): Row[];
  one(name: QueryName, ...values: SQLInputValue[]): Row | undefined;
  run(name: QueryName, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number };
}

export const createStatements = (database: DatabaseSync): Statements => {
  const prepared = new Map<QueryName, ReturnType<DatabaseSync["prepare"]>>();
  const statement = (name: QueryName): ReturnType<DatabaseSync["prepare"]> => {
    const known = prepared.get(name);
    if (known !== undefined) return known;
    const made = database.prepare(QUERIES[name]);
    made.setReturnArrays(true);
    prepared.set(name, made);
    return made;
  };
  return {
    // `setReturnArrays` makes rows arrays; the driver's types do not know.
    all: (name, ...values) => statement(name).all(...values) as unknown as Row[],
    one: (name, ...values) => statement(name).get(...values) as unknown as Row | undefined,
    run: (name, ...values) => {
      const { changes, lastInsertRowid } = statement(name).run(...values);
      return { changes: Number(changes), id: Number(lastInsertRowid) };
    },
  };
};

/** A column that is a number or null; null becomes NaN. */
export const numberAt = (row: Row, column: number): number => {
  const value = row[column];
  return typeof value === "number" ? value : Number.NaN;
};
export const textAt = (row: Row, column: number): string => {
  const value = row[column];
  return typeof value === "string" ? value : "";
};
