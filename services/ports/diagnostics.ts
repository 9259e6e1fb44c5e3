/** Port: what operators read. Never personal data, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A figure as it stands now; its name is one of `contracts/operator-metrics`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Diagnostics {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, cause?: unknown): void;
  error(event: string, fields?: LogFields, cause?: unknown): void;
  /** Counter, named like `homeward_messages_total`; labels are bounded sets, never ids. */
  count(name: string, by?: number, labels?: Readonly<Record<string, string>>): void;
  gauge(name: string, value: number): void;
  /** Seconds. */
  observe(name: string, seconds: number): void;
  /** Asked at every exposition, and taken whole: what it names no more is gone. Returns the way to stop. */
  collect?(figures: () => readonly Figure[]): () => void;
  /** Prometheus text. */
  exposition(): Promise<string>;
}
