/** Starts a program of this folder by its name, `launch.mjs start --json`, with its code compiled before. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { useCompileCache } from "./config/use-compile-cache.mjs";

const [node, , program = "start", ...rest] = process.argv;
const main = join(import.meta.dirname, `${program}-main.ts`);
useCompileCache(main);
process.argv = [node, main, ...rest];
await import(pathToFileURL(main).href);
