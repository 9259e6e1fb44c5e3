/** The vault's key file: 256 random bits, made once, readable by the server's user alone. */
import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { IdentityError } from "#contracts/errors/identity.ts";

const SIZE = 32;

const hasCode = (cause: unknown, code: string): boolean => cause instanceof Error && "code" in cause && cause.code === code;

/** Null when there is none. */
export const readVaultKey = async (file: string): Promise<Buffer | null> => {
  try {
    const key = Buffer.from((await readFile(file, "utf8")).trim(), "hex");
    if (key.length !== SIZE) throw new IdentityError("identity_key_wrong");
    return key;
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return null;
    throw cause;
  }
};

/** On disk, folder entry included, before anything is sealed with it. */
export const makeVaultKey = async (file: string): Promise<Buffer> => {
  const key = randomBytes(SIZE);
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(`${key.toString("hex")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const folder = await open(dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return key;
};
