/**
 * Lets a program start with its code already compiled. Plain JavaScript, because the compiler for types, once loaded, stays in memory:
 * 20 MB in each of the server's five threads.
 */
import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import module from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "../../..");
const folder = join(root, "node_modules/.cache/homeward");
const SOURCES = ["services", "simulators", "package-lock.json"];

const newestOf = (path) => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestOf(join(path, name))));
};

const threads = () => globSync("services/adapters/*/*-worker.ts", { cwd: root }).map((name) => pathToFileURL(join(root, name)).href);
/** Compiling is what counts: outside a thread most of them refuse to run. */
const LOAD = "await Promise.allSettled(process.argv.slice(1).map((file) => import(file)));";

/** What was compiled serves only processes with the same flags of V8; those that watch or measure stay with this one. */
const flags = process.execArgv.filter((flag) => !/^--(inspect|cpu-prof|heap-prof)/.test(flag));

/** Compiles everything once in processes of their own, so that this one never needs the compiler. */
const warm = (main) => {
  const mark = join(folder, `${hash("sha1", [process.version, main, ...flags].join(" "))}.mark`);
  const changed = Math.max(...SOURCES.map((name) => newestOf(join(root, name))));
  if (existsSync(mark) && statSync(mark).mtimeMs >= changed) return;
  mkdirSync(folder, { recursive: true });
  const settings = { cwd: root, env: { ...process.env, NODE_COMPILE_CACHE: folder }, stdio: "ignore" };
  // Its help is said after everything was loaded and before anything is done.
  spawnSync(process.execPath, [...flags, main, "--help"], settings);
  spawnSync(process.execPath, [...flags, "--input-type=module", "--eval", LOAD, ...threads()], settings);
  writeFileSync(mark, "");
};

/** For the program in `main` and the threads and processes it starts. */
export const useCompileCache = (main) => {
  try {
    warm(main);
    module.enableCompileCache(folder);
    process.env.NODE_COMPILE_CACHE = folder;
  } catch {
    // A folder that cannot be written costs memory, nothing else.
  }
};
