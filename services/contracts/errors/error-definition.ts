/** The shape of one entry of the error catalogue: what happened, and what to do next, for the person who reads it. */
export interface ErrorDefinition {
  /** HTTP status of the problem document; absent for errors that no HTTP answer carries. */
  readonly status?: number;
  /** What happened. */
  readonly title: string;
  /** What to do next. */
  readonly next: string;
}

/** Keeps the codes as literal types while checking every entry. */
export const defineErrors = <Codes extends string>(errors: Record<Codes, ErrorDefinition>): Readonly<Record<Codes, ErrorDefinition>> =>
  errors;
