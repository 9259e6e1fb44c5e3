/** Test suites by what they need: nothing (`test`), recordings, real servers and a browser (`real`), long fault loops (`faults`). */
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What `npm test` starts comes up with its code already compiled, in the folder of the server itself (decision 5). */
const COMPILED = { NODE_COMPILE_CACHE: resolve(import.meta.dirname, "node_modules/.cache/homeward") };

const suite = (name: string, include: string[], testTimeout: number, env: Readonly<Record<string, string>> = {}) => ({
  extends: true as const,
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: "node" as const, env },
});

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      suite("test", ["tests/{unit,properties,contract,architecture,system}/**/*.test.ts"], 60_000, COMPILED),
      suite("recordings", ["tests/recordings/**/*.test.ts"], 300_000),
      suite("real", ["tests/{integration,e2e,examples}/**/*.test.ts"], 300_000),
      suite("faults", ["tests/faults/**/*.test.ts"], 3_600_000),
    ],
  },
});
