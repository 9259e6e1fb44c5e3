/** A follower's checkpoint as one JSON file, replaced whole: written beside, synced, renamed. */
import { open, readFile, rename } from "node:fs/promises";
import type { CheckpointFile } from "#ports/checkpoint-file.ts";

const VERSION = 1;

/** Opens the checkpoint kept at `path`; nothing is created before the first `save`. */
export const openCheckpointFile = (path: string): CheckpointFile => ({
  async load() {
    try {
      const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
      if (!isCheckpoint(parsed) || parsed.version !== VERSION) return null;
      return { position: parsed.position, state: parsed.state };
    } catch {
      // Missing, torn or foreign: the journal is the truth, it is only read from further back.
      return null;
    }
  },
  async save(position, state) {
    const beside = `${path}.new`;
    const file = await open(beside, "w");
    try {
      await file.writeFile(JSON.stringify({ version: VERSION, position, state }));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  },
});

const isCheckpoint = (value: unknown): value is { version: number; position: number; state: unknown } =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  "position" in value &&
  typeof value.position === "number" &&
  "state" in value;
