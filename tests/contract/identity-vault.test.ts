/** The promises of the identity vault port, kept by the sealed SQLite file. */
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openIdentitySqlite } from "#adapters/identity-sqlite/open-identity-sqlite.ts";
import type { PatientId } from "#core/ids.ts";
import type { Identity, IdentityVault } from "#ports/identity-vault.ts";
import { tempFolder } from "./ledger-fixture.ts";

const p1 = "p1" as PatientId;
const p2 = "p2" as PatientId;
const WANG = {
  name: "王秀英 Wang Xiuying",
  phone: "13800001111",
  nationalId: "110101194001011234",
  birthDate: "1940-01-01",
  address: "Harbour Lane 5",
};

const open = async (folder: string): Promise<IdentityVault> => {
  const vault = await openIdentitySqlite({ folder });
  onTestFinished(() => vault[Symbol.asyncDispose]());
  return vault;
};
/** All bytes on disk, one character each. */
const everything = async (folder: string): Promise<string> => {
  const files = (await readdir(folder)).filter((name) => name.includes("sqlite"));
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  return contents.map((bytes) => bytes.toString("latin1")).join("\n");
};

describe("the identity vault", () => {
  test("gives back what was put, one or many, also after a restart", async () => {
    const folder = await tempFolder();
    const first = await open(folder);
    await first.put(p1, WANG);
    await first.put(p2, { name: "Li" });
    await first.put(p2, { name: "Li Wei" });
    await first[Symbol.asyncDispose]();
    const vault = await open(folder);
    expect(await vault.get(p1)).toEqual(WANG);
    expect(await vault.many([p2, p1, "p3" as PatientId])).toEqual(
      new Map<PatientId, Identity>([
        [p1, WANG],
        [p2, { name: "Li Wei" }],
      ]),
    );
    expect(await vault.get("p3" as PatientId)).toBeNull();
  });

  test("shows nothing to who copied its files without the key", async () => {
    const folder = await tempFolder();
    const vault = await open(folder);
    await vault.put(p1, WANG);
    const bytes = await everything(folder);
    for (const value of Object.values(WANG)) {
      expect(bytes).not.toContain(value);
      expect(bytes).not.toContain(Buffer.from(value).toString("latin1"));
    }
    expect((await stat(join(folder, "identity.key"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "identity.sqlite"))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).every((name) => name.startsWith("identity"))).toBe(true);

    await vault[Symbol.asyncDispose]();
    const stolen = join(folder, "copy");
    await mkdir(stolen);
    await copyFile(join(folder, "identity.sqlite"), join(stolen, "identity.sqlite"));
    await expect(open(stolen)).rejects.toMatchObject({ code: "identity_key_missing" });
    await writeFile(join(stolen, "identity.key"), "00".repeat(32));
    await expect(open(stolen)).rejects.toMatchObject({ code: "identity_key_wrong" });
    await writeFile(join(stolen, "identity.key"), "short");
    await expect(open(stolen)).rejects.toMatchObject({ code: "identity_key_wrong" });
  });

  test("never makes a new key for records that had another", async () => {
    const folder = await tempFolder();
    const vault = await open(folder);
    await vault.put(p1, WANG);
    await vault[Symbol.asyncDispose]();
    await rm(join(folder, "identity.key"));
    await expect(open(folder)).rejects.toMatchObject({ code: "identity_key_missing" });
  });

  test("leaves nothing of an erased patient behind, and everybody else", async () => {
    const folder = await tempFolder();
    const vault = await open(folder);
    await vault.put(p2, { name: "Li" });
    await vault.put(p1, WANG);
    const sealedOf = (): Uint8Array | undefined => {
      const db = new DatabaseSync(join(folder, "identity.sqlite"), { readOnly: true });
      const row = db.prepare("SELECT sealed, wrapped FROM identities WHERE patient = 'p1'").get();
      db.close();
      return row?.["wrapped"] as Uint8Array | undefined;
    };
    const wrapped = Buffer.from(sealedOf() ?? []).toString("latin1");
    expect(await everything(folder)).toContain(wrapped);
    await vault.erase(p1);
    await vault.erase("nobody" as PatientId);
    expect(await vault.get(p1)).toBeNull();
    expect(await vault.get(p2)).toEqual({ name: "Li" });
    expect(await everything(folder)).not.toContain(wrapped);
  });

  test("refuses a record that was moved to another patient", async () => {
    const folder = await tempFolder();
    const vault = await open(folder);
    await vault.put(p1, WANG);
    await vault[Symbol.asyncDispose]();
    const db = new DatabaseSync(join(folder, "identity.sqlite"));
    db.exec("UPDATE identities SET patient = 'p2'");
    db.close();
    await expect((await open(folder)).get(p2)).rejects.toMatchObject({ code: "identity_unreadable" });
  });
});
