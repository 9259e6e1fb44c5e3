/** Prepared statements of one connection, made once per SQL text. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

export type Row = Record<string, SQLOutputValue>;

export interface Statements {
  /** Rows changed, and the row id of an insert. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number };
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /** One row at a time; do not run the same SQL again before it ends. */
  iterate(sql: string, ...values: SQLInputValue[]): Iterable<Row>;
}

export const createStatements = (db: DatabaseSync): Statements => {
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let known = prepared.get(sql);
    if (known === undefined) {
      known = db.prepare(sql);
      prepared.set(sql, known);
    }
    return known;
  };
  return {
    run: (sql, ...values) => {
      const { changes, lastInsertRowid } = statement(sql).run(...values);
      return { changes: Number(changes), id: Number(lastInsertRowid) };
    },
    get: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
    iterate: (sql, ...values) => statement(sql).iterate(...values),
  };
};

/** The JSON column of a row; the caller names the type it was written from. */
export const readJson = (row: Row, column = "json"): unknown => JSON.parse(String(row[column]));
/** Null where no row was found. */
export const orNull = <Value>(row: Row | undefined, read: (row: Row) => Value): Value | null => (row === undefined ? null : read(row));
/** A nullable text column. */
export const textOrNull = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
export const numberOrNull = (value: SQLOutputValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
