/** The evaluator on a journal in memory, a real ledger and virtual clocks. */
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { startEvaluate, type EvaluateOptions, type Evaluator } from "#alerting/evaluate.ts";
import type { AlertId, DeviceId, UserId } from "#core/ids.ts";
import type { ActEntry, MessageEntry } from "#core/journal-entry.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Journal } from "#ports/journal.ts";
import type { FeedEvent, Ledger } from "#ports/ledger.ts";
import { ACTOR, T } from "../../contract/ledger-fixture.ts";
import { createScriptedEngine, type ScriptedEngine } from "./scripted-engine.ts";

export const message = (device: string, value: number, at = T): MessageEntry => ({
  kind: "message",
  device: device as DeviceId,
  topic: `homeward/v1/s/${device}/telemetry`,
  arrivedAt: at,
  hash: 0,
  samples: [{ metric: 0, t: at, value, quality: 0, flags: 0, tags: "", identity: "" }],
  quarantined: [],
});

export const acknowledge = (
  alert: string,
  version: number,
  kind: "acknowledge" | "snooze" = "acknowledge",
): Omit<ActEntry, "kind" | "at" | "request"> => ({
  actor: { ...ACTOR, user: "nurse" as UserId },
  alert: alert as AlertId,
  version,
  act: kind === "acknowledge" ? { kind } : { kind, untilAt: T + 1, reason: "later" },
});

interface Recorded extends Diagnostics {
  readonly errors: string[];
}

const createRecorder = (): Recorded => {
  const errors: string[] = [];
  const nothing = (): void => undefined;
  return {
    errors,
    info: nothing,
    warn: nothing,
    error: (event) => void errors.push(event),
    count: nothing,
    gauge: nothing,
    observe: nothing,
    exposition: async () => "",
  };
};

export interface Running {
  readonly evaluator: Evaluator;
  readonly journal: Journal;
  readonly clocks: ReturnType<typeof createVirtualClocks>;
  readonly diagnostics: Recorded;
  readonly feed: FeedEvent[];
  readonly engine: () => ScriptedEngine;
  /** Ends as a crash would: from now on nothing reaches journal or ledger, and nothing is awaited. */
  readonly crash: () => void;
  /** Resolves when everything journaled so far is applied and what came of it is committed. */
  readonly settle: () => Promise<void>;
}

type Doing = "stage" | "commit" | "adopt";

/** A crash at the so-many-th call of the ledger, which still reaches it or does not. */
interface End {
  readonly call: number;
  readonly reaches: boolean;
  readonly heard: (doing: Doing) => void;
}

export const startEvaluator = async (
  ledger: Ledger,
  more: Partial<EvaluateOptions> & {
    readonly journal?: Journal;
    readonly clocks?: ReturnType<typeof createVirtualClocks>;
    readonly end?: End | null;
  } = {},
): Promise<Running> => {
  const { journal = createJournalMemory(), clocks = createVirtualClocks({ start: T }), end = null, ...options } = more;
  const diagnostics = createRecorder();
  const feed: FeedEvent[] = [];
  let dead = false;
  let engine: ScriptedEngine | null = null;
  const never = new Promise<never>(() => undefined);
  let calls = 0;
  const alive = <Answer>(kind: Doing, call: () => Promise<Answer>): Promise<Answer> => {
    if (dead) return never;
    if (++calls !== end?.call) return call();
    dead = true;
    if (end.reaches) void call();
    end.heard(kind);
    return never;
  };
  const mortal: Ledger = {
    ...ledger,
    commit: (work) => alive(work.adopt ? "adopt" : "commit", () => ledger.commit(work)),
    stage: (parts) => alive("stage", () => ledger.stage(parts)),
  };
  const mortalJournal: Journal = {
    ...journal,
    get head() {
      return journal.head;
    },
    get tail() {
      return journal.tail;
    },
    append: (entry, settled) => (dead ? undefined : journal.append(entry, settled)),
    commit: (entry) => (dead ? never : journal.commit(entry)),
    follow: (call) => journal.follow((batch) => (dead ? undefined : call(batch))),
  };
  const evaluator = await startEvaluate({
    journal: mortalJournal,
    ledger: mortal,
    createEngine: (restore) => (engine = createScriptedEngine(restore)),
    clinicalClock: clocks.clinical,
    transportClock: clocks.transport,
    diagnostics,
    onCommitted: (events) => void feed.push(...events.feed),
    ...options,
  });
  return {
    evaluator,
    journal,
    clocks,
    diagnostics,
    feed,
    engine: () => engine ?? createScriptedEngine([]),
    crash: () => {
      dead = true;
    },
    // A refused act on nothing is answered only after all that was journaled before it is committed.
    settle: async () => void (await evaluator.act(acknowledge("nothing", 1))),
  };
};
