/**
 * The identity vault on `identity.sqlite`, sealed under `identity.key` beside it: a copied database alone shows nothing.
 * Each patient has a data key of their own, kept only wrapped, so that erasing it makes every copy of the record unreadable.
 */
import { randomBytes } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IdentityError } from "#contracts/errors/identity.ts";
import type { PatientId } from "#core/ids.ts";
import type { Identity, IdentityVault } from "#ports/identity-vault.ts";
import { IDENTITY_CREATE, IDENTITY_SCHEMA, IDENTITY_SQL } from "./identity-sql.ts";
import { seal, unseal } from "./seal.ts";
import { makeVaultKey, readVaultKey } from "./vault-key.ts";

const CHECK_TEXT = "homeward identity vault";

const openKey = async (db: DatabaseSync, file: string): Promise<Buffer> => {
  const check = db.prepare(IDENTITY_SQL.check).get()?.["value"];
  const known = await readVaultKey(file);
  if (check instanceof Uint8Array) {
    if (known === null) throw new IdentityError("identity_key_missing");
    try {
      unseal(known, check, "check");
    } catch (cause) {
      throw new IdentityError("identity_key_wrong", { cause });
    }
    return known;
  }
  const key = known ?? (await makeVaultKey(file));
  db.prepare(IDENTITY_SQL.putCheck).run(seal(key, Buffer.from(CHECK_TEXT), "check"));
  return key;
};

export const openIdentitySqlite = async (options: { readonly folder: string }): Promise<IdentityVault> => {
  const file = join(options.folder, "identity.sqlite");
  const db = new DatabaseSync(file, { timeout: 5_000 });
  let key: Buffer;
  try {
    await chmod(file, 0o600);
    // A rollback journal, deleted with each commit, keeps no old page behind; freed pages are overwritten.
    db.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
    if (Number(db.prepare("PRAGMA user_version").get()?.["user_version"]) > IDENTITY_SCHEMA) throw new IdentityError("identity_too_new");
    db.exec(IDENTITY_CREATE);
    key = await openKey(db, join(options.folder, "identity.key"));
  } catch (cause) {
    db.close();
    throw cause;
  }

  const get = db.prepare(IDENTITY_SQL.get);
  const many = db.prepare(IDENTITY_SQL.many);
  const put = db.prepare(IDENTITY_SQL.put);
  const erase = db.prepare(IDENTITY_SQL.erase);

  const read = (row: Record<string, unknown>): [PatientId, Identity] => {
    const patient = String(row["patient"]) as PatientId;
    const dataKey = unseal(key, row["wrapped"] as Uint8Array, `key:${patient}`);
    return [patient, JSON.parse(unseal(dataKey, row["sealed"] as Uint8Array, `identity:${patient}`).toString("utf8")) as Identity];
  };

  return {
    put: async (patient, identity) => {
      const dataKey = randomBytes(32);
      const sealed = seal(dataKey, Buffer.from(JSON.stringify(identity), "utf8"), `identity:${patient}`);
      put.run(patient, seal(key, dataKey, `key:${patient}`), sealed);
    },
    get: async (patient) => {
      const row = get.get(patient);
      return row === undefined ? null : read(row)[1];
    },
    many: async (patients) => new Map(many.all(JSON.stringify(patients)).map(read)),
    erase: async (patient) => void erase.run(patient),
    async [Symbol.asyncDispose]() {
      if (db.isOpen) db.close();
      key.fill(0);
    },
  };
};
