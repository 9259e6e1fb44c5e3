/** A device's memory on disk: its message number and every message no receipt has covered yet. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface OutboxMessage {
  readonly seq: number;
  readonly body: string;
  readonly samples: number;
}

/** The log is rewritten when this many of its lines are history. */
const COMPACT_AFTER = 5_000;

/** Messages in order of their number; with a file, they survive the device's restart. */
export class Outbox {
  readonly #file: string | null;
  readonly #waiting = new Map<number, OutboxMessage>();
  #seq = 0;
  #lines = 0;

  /** `file` null: nothing is kept, so the device must send an epoch. */
  constructor(file: string | null) {
    this.#file = file;
    if (file === null) return;
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) this.#read(readFileSync(file, "utf8"));
  }

  get seq(): number {
    return this.#seq;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Numbers the next message and keeps it before anyone may send it. */
  add(write: (seq: number) => string, samples: number): OutboxMessage {
    this.#seq += 1;
    const message = { seq: this.#seq, body: write(this.#seq), samples };
    this.#waiting.set(message.seq, message);
    this.#log(message);
    return message;
  }

  message(seq: number): OutboxMessage | undefined {
    return this.#waiting.get(seq);
  }

  /** Everything not yet receipted, lowest number first. */
  waiting(): OutboxMessage[] {
    return [...this.#waiting.values()];
  }

  /** Forgets what a receipt covers; returns what it covered. */
  receipted(upTo: number, missing: ReadonlySet<number>): OutboxMessage[] {
    const covered: OutboxMessage[] = [];
    // Insertion order is order of numbers: stop at the first that is not covered by `seq`.
    for (const [seq, message] of this.#waiting) {
      if (seq > upTo) break;
      if (missing.has(seq)) continue;
      this.#waiting.delete(seq);
      covered.push(message);
    }
    if (covered.length > 0) this.#log({ upTo, missing: [...missing] });
    return covered;
  }

  #log(line: OutboxMessage | { readonly upTo: number; readonly missing: readonly number[] }): void {
    if (this.#file === null) return;
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#lines += 1;
    if (this.#lines > COMPACT_AFTER + this.#waiting.size) this.#compact(this.#file);
  }

  #compact(file: string): void {
    const lines = [{ upTo: this.#seq, missing: [...this.#waiting.keys()] }, ...this.#waiting.values()];
    writeFileSync(`${file}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    renameSync(`${file}.new`, file);
    this.#lines = lines.length;
  }

  #read(text: string): void {
    for (const line of text.split("\n")) {
      // A torn last line is a message nobody has seen: its number is used again.
      const parsed = parseLine(line);
      if (parsed === null) continue;
      this.#lines += 1;
      if ("upTo" in parsed) {
        this.#seq = Math.max(this.#seq, parsed.upTo);
        const missing = new Set(parsed.missing);
        for (const seq of this.#waiting.keys()) if (seq <= parsed.upTo && !missing.has(seq)) this.#waiting.delete(seq);
      } else {
        this.#seq = Math.max(this.#seq, parsed.seq);
        this.#waiting.set(parsed.seq, parsed);
      }
    }
  }
}

const parseLine = (line: string): OutboxMessage | { upTo: number; missing: number[] } | null => {
  if (line === "") return null;
  try {
    return JSON.parse(line) as OutboxMessage | { upTo: number; missing: number[] };
  } catch {
    return null;
  }
};
