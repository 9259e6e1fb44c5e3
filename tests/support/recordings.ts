/** Where the recorded data lies that the `recordings` suite runs on. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** `HOMEWARD_RECORDINGS`, else the folder that lies beside the repository. */
export const recordingsFolder = (): string => {
  const named = process.env["HOMEWARD_RECORDINGS"];
  const folder = named === undefined || named === "" ? join(dirname(repository), "shared", "data") : resolve(named);
  if (!existsSync(folder)) {
    throw new Error(
      `No recorded data at ${folder}: set HOMEWARD_RECORDINGS to the folder that holds hostile-json, device-payloads and the others.`,
    );
  }
  return folder;
};
