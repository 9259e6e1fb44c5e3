/** Outcomes are values: an expected failure is returned, an exception is a bug. */
export type Outcome<Value, Problem> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };

export const succeed = <Value>(value: Value): Outcome<Value, never> => ({ ok: true, value });
export const fail = <Problem>(problem: Problem): Outcome<never, Problem> => ({ ok: false, problem });
