/** What the journal and its worker thread say to each other. */

export interface NewSegment {
  readonly path: string;
  readonly header: Uint8Array;
  readonly salt: number;
}

export type CommitRequest = {
  /** Opened before the records are written; the segment before it is closed. */
  readonly open: NewSegment | null;
  /** Position of the first record. */
  readonly first: number;
  /** Records with lengths and payloads; positions and checksums are the worker's to fill in. Moved, not copied. */
  readonly buffer: ArrayBuffer;
  readonly length: number;
};

export type CommitReply =
  | { readonly ok: true; readonly buffer: ArrayBuffer }
  /** The segment is closed and must not be used again. */
  | { readonly ok: false; readonly buffer: ArrayBuffer; readonly code: string; readonly message: string };
