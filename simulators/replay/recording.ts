/** A recording on its own time line, before it is placed in the calendar. */
export interface RecordedSample {
  /** Milliseconds from the recording's first moment. */
  readonly at: number;
  readonly metric: string;
  /** As recorded: 0 or −1 of a sensor that is off goes out as it stands. */
  readonly value: number;
  readonly unit?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface RecordedBlock {
  readonly at: number;
  readonly signal: string;
  readonly hz: number;
  readonly unit: string;
  readonly values: readonly number[];
}

export interface Recording {
  /** In order of time. */
  readonly samples: readonly RecordedSample[];
  readonly blocks: readonly RecordedBlock[];
  readonly durationMs: number;
  /** Calendar time of the first moment, where the file has one. */
  readonly recordedAt: number | null;
  /** What was left out, and why: for the person at the terminal. */
  readonly notes: readonly string[];
}

/** A file that cannot be replayed: what is wrong with it, and what to do. */
export class RecordingProblem extends Error {
  readonly code: "replay_bad_file" | "replay_needs_choice";

  constructor(code: RecordingProblem["code"], message: string) {
    super(message);
    this.code = code;
  }
}
