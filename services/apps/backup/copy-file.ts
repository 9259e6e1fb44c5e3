/** Copies an open file piece by piece, syncs the copy and says what was copied. */
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";

const PIECE = 1024 * 1024;

export interface CopiedFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Reads `source` from its beginning as far as it reaches now; the copy must not exist. */
export const copyFile = async (source: FileHandle, target: string): Promise<CopiedFile> => {
  const { size } = await source.stat();
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(PIECE);
  const copy = await open(target, "wx", 0o600);
  let bytes = 0;
  try {
    while (bytes < size) {
      const { bytesRead } = await source.read(piece, 0, Math.min(PIECE, size - bytes), bytes);
      if (bytesRead === 0) break;
      const part = piece.subarray(0, bytesRead);
      hash.update(part);
      for (let written = 0; written < bytesRead;) written += (await copy.write(part, written)).bytesWritten;
      bytes += bytesRead;
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
  return { bytes, sha256: hash.digest("hex") };
};

export const copyFileNamed = async (source: string, target: string): Promise<CopiedFile> => {
  const file = await open(source, "r");
  try {
    return await copyFile(file, target);
  } finally {
    await file.close();
  }
};

/** What a file holds, without copying it. */
export const fingerprint = async (path: string): Promise<CopiedFile> => {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(PIECE);
  const file = await open(path, "r");
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, bytes);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
};
