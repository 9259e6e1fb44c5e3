/** Holds the code to the import table: a wrong import fails with the sentence that says where it belongs. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Room, forbidden, rooms } from "./import-table.ts";

const root = resolve(import.meta.dirname, "../..");
const aliases = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { imports: Record<string, string> };

const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => posix.join(entry.parentPath.slice(root.length + 1), entry.name));

const files = [...filesUnder("services"), ...filesUnder("simulators")];

const roomOf = (file: string): Room | undefined =>
  rooms.filter((room) => file.startsWith(room.folder)).sort((a, b) => b.folder.length - a.folder.length)[0];

const importsOf = (file: string): string[] => {
  const text = readFileSync(join(root, file), "utf8");
  return [
    ...text.matchAll(/(?:^|[;\n])\s*(?:import|export)\s[^"';]*?from\s*"([^"]+)"|\bimport\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g),
  ].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
};

/** The file of this repository an import names, or null for a package. */
const target = (from: string, specifier: string): string | null => {
  if (specifier.startsWith(".")) return posix.normalize(posix.join(dirname(from), specifier));
  if (!specifier.startsWith("#")) return null;
  const alias = Object.entries(aliases.imports).find(([key]) => specifier.startsWith(key.replace("*", "")));
  return alias === undefined
    ? `unknown alias ${specifier}`
    : specifier.replace(alias[0].replace("*", ""), alias[1].replace("./", "").replace("*", ""));
};

const complaint = (file: string, room: Room, specifier: string): string | null => {
  const path = target(file, specifier);
  if (path === null) {
    if (specifier.startsWith("node:")) return room.node ? null : `${file} imports ${specifier}: ${room.why}.`;
    const allowed =
      room.packages === "*" ||
      room.packages.some(
        (name) => specifier === name || (name.endsWith("/") && specifier.startsWith(name)) || specifier.startsWith(`${name}/`),
      );
    return allowed ? null : `${file} imports the package ${specifier}: ${room.why}.`;
  }
  const own = room.folder === "services/adapters/" ? posix.join(room.folder, file.split("/")[2] as string, "/") : room.folder;
  return path.startsWith(own) || room.rooms.some((prefix) => path.startsWith(prefix)) ? null : `${file} imports ${path}: ${room.why}.`;
};

describe("the import table", () => {
  test("every file lives in a room of the table", () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  test("no file imports what its room may not", () => {
    const complaints = files.flatMap((file) => {
      const room = roomOf(file);
      return room === undefined
        ? []
        : importsOf(file)
            .map((specifier) => complaint(file, room, specifier))
            .filter((text) => text !== null);
    });
    expect(complaints).toEqual([]);
  });

  test("the table catches a wrong import", () => {
    const core = roomOf("services/core/time.ts") as Room;
    expect(complaint("services/core/time.ts", core, "node:fs")).toContain("the core is pure");
    expect(complaint("services/core/time.ts", core, "#adapters/x/y.ts")).toContain("the core is pure");
    const adapter = roomOf("services/adapters/a/b.ts") as Room;
    expect(complaint("services/adapters/a/b.ts", adapter, "../c/d.ts")).toContain("never knows another adapter");
    expect(complaint("services/adapters/a/b.ts", adapter, "./d.ts")).toBeNull();
  });
});

describe("what must not stand in a room", () => {
  test.each(forbidden.map((rule) => [`${rule.folder} ${String(rule.pattern)}`, rule] as const))("%s", (_, rule) => {
    const found = files
      .filter((file) => file.startsWith(rule.folder) && !rule.except.some((prefix) => file.startsWith(prefix)))
      .filter((file) => rule.pattern.test(withoutComments(readFileSync(join(root, file), "utf8"))))
      .map((file) => `${file}: ${rule.lesson}.`);
    expect(found).toEqual([]);
  });

  test("files open with one sentence of purpose", () => {
    const silent = files.filter((file) => !/^(#![^\n]*\n)?(\/\*\*?|\/\/)/.test(readFileSync(join(root, file), "utf8")));
    expect(silent).toEqual([]);
  });

  test("no file of the project names a machine's path or a registry host", () => {
    const named = files.filter((file) =>
      /\/(work|home|root)\/[a-z]|registry\.npmjs|verdaccio/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(named).toEqual([]);
  });
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/[^\n]*/g, "$1");
