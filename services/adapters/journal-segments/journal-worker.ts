/** The thread that writes: stamps the records of a commit, appends them and returns after fdatasync, so that a slow disk never stalls the event loop. */
import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort } from "node:worker_threads";
import type { CommitReply, CommitRequest, NewSegment } from "#adapters/journal-segments/commit-protocol.ts";
import { stampRecords } from "#contracts/journal-record/record-frame.ts";

interface OpenSegment {
  readonly fd: number;
  readonly path: string;
  readonly salt: number;
  /** End of what is durable. */
  settled: number;
}

let segment: OpenSegment | null = null;

const writeAll = (fd: number, bytes: Uint8Array, length: number, offset: number): void => {
  let done = 0;
  while (done < length) done += writeSync(fd, bytes, done, length - done, offset + done);
};

const ignoringFailure = (work: () => void): void => {
  try {
    work();
  } catch {
    // Best effort on a disk that just failed: nothing of it is trusted either way.
  }
};

const openSegment = ({ path, header, salt }: NewSegment): OpenSegment => {
  const fd = openSync(path, "wx", 0o600);
  const opened = { fd, path, salt, settled: 0 };
  try {
    writeAll(fd, header, header.length, 0);
  } catch (cause) {
    abandon(opened);
    throw cause;
  }
  return opened;
};

/** After a failed fdatasync the kernel may call the lost pages clean: cut them off, close, never look back. */
const abandon = ({ fd, path, settled }: OpenSegment): void => {
  ignoringFailure(() => ftruncateSync(fd, settled));
  ignoringFailure(() => closeSync(fd));
  if (settled === 0) ignoringFailure(() => unlinkSync(path));
};

/** A file exists only once its folder's entry is durable. */
const syncFolder = (path: string): void => {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

const commit = ({ open, first, buffer, length }: CommitRequest): CommitReply => {
  try {
    let at: number;
    if (open) {
      const before = segment;
      segment = null;
      if (before) ignoringFailure(() => closeSync(before.fd));
      segment = openSegment(open);
      at = open.header.length;
    } else {
      if (segment === null) throw new Error("no segment is open");
      at = segment.settled;
    }
    const bytes = new Uint8Array(buffer);
    stampRecords(bytes, length, first, segment.salt);
    writeAll(segment.fd, bytes, length, at);
    fdatasyncSync(segment.fd);
    if (open) syncFolder(open.path);
    segment.settled = at + length;
    return { ok: true, buffer };
  } catch (cause) {
    if (segment) abandon(segment);
    segment = null;
    const { code = "unknown", message } = cause as NodeJS.ErrnoException;
    return { ok: false, buffer, code, message };
  }
};

const port = parentPort;
port?.on("message", (request: CommitRequest | "close") => {
  if (request === "close") {
    const last = segment;
    if (last) ignoringFailure(() => closeSync(last.fd));
    port.close();
    return;
  }
  const reply = commit(request);
  port.postMessage(reply, [reply.buffer]);
});
