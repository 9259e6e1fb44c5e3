/** Reads what strace saw of a server: when bytes left on sockets and when journal files became durable, in the order it happened. */
import { basename } from "node:path";

/** strace's options that this reader understands; the log comes last. */
export const straceCommand = (log: string, ...more: readonly string[]): string[] => [
  "strace",
  // The tracer as a grandchild: the process that was started is the server itself.
  "-D",
  "-f",
  "--seccomp-bpf",
  "-q",
  "-xx",
  "-s",
  "65536",
  "-e",
  "trace=accept4,openat,pwrite64,write,writev,fdatasync,fsync,ftruncate",
  ...more,
  "-o",
  log,
];

export type TraceEvent =
  /** Entered: the bytes may be on the wire from here on. */
  | { readonly kind: "sent"; readonly fd: number; readonly bytes: Buffer }
  | { readonly kind: "accepted"; readonly fd: number }
  /** Returned. What of each journal file would survive a power cut from here on: name → bytes. */
  | { readonly kind: "synced"; readonly durable: ReadonlyMap<string, number> }
  | { readonly kind: "sync-failed"; readonly file: string };

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex");
const stringsIn = (text: string): Buffer => Buffer.concat([...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = ""]) => unhex(hex)));

/** Writes count when they begin, everything else when it has returned: the reading that is hardest on the server. */
export const readTrace = (trace: string): TraceEvent[] => {
  const events: TraceEvent[] = [];
  const begun = new Map<string, string>();
  const names = new Map<number, string>();
  const written = new Map<string, number>();
  const covered = new Map<string, number>();
  const durable = new Map<string, number>();
  const entered = (text: string): void => {
    const match = /^writev?\((\d+), /.exec(text);
    if (match !== null) events.push({ kind: "sent", fd: Number(match[1]), bytes: stringsIn(text) });
  };
  const returned = (text: string): void => {
    const name = text.slice(0, text.indexOf("("));
    const result = Number(/= (-?\d+)/.exec(text.slice(text.lastIndexOf(")")))?.[1] ?? Number.NaN);
    const fd = Number(/^\w+\((\d+)/.exec(text)?.[1]);
    if (name === "accept4" && result >= 0) events.push({ kind: "accepted", fd: result });
    else if (name === "openat" && result >= 0) {
      const path = stringsIn(text).toString();
      if (path.endsWith(".segment") || path.endsWith("/journal")) names.set(result, basename(path));
      else names.delete(result);
    } else if (name === "pwrite64" && names.has(fd) && result > 0) {
      const file = names.get(fd) as string;
      const offset = Number(/, (\d+)\)/.exec(text.slice(text.lastIndexOf('"')))?.[1]);
      written.set(file, Math.max(written.get(file) ?? 0, offset + result));
    } else if (name === "fdatasync" && names.has(fd)) {
      const file = names.get(fd) as string;
      if (result !== 0) {
        events.push({ kind: "sync-failed", file });
        return;
      }
      covered.set(file, written.get(file) ?? 0);
      if (!durable.has(file)) return;
      durable.set(file, covered.get(file) ?? 0);
      events.push({ kind: "synced", durable: new Map(durable) });
    } else if (name === "fsync" && names.get(fd) === "journal" && result === 0) {
      // The folder's entries are durable: files that were synced exist after the cut.
      for (const [file, size] of covered) durable.set(file, size);
      events.push({ kind: "synced", durable: new Map(durable) });
    }
  };
  for (const line of trace.split("\n")) {
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(said);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(said);
    if (unfinished !== null) {
      begun.set(thread, unfinished[1] ?? "");
      entered(unfinished[1] ?? "");
    } else if (resumed !== null) returned((begun.get(thread) ?? "") + (resumed[1] ?? ""));
    else {
      entered(said);
      returned(said);
    }
  }
  return events;
};
