/** Test suites by what they need: nothing (`test`), recordings, real servers and a browser (`real`), long fault loops (`faults`). */
import { defineConfig } from "vitest/config";

const suite = (name: string, include: string[], testTimeout: number) => ({
  extends: true as const,
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: "node" as const },
});

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      suite("test", ["tests/{unit,properties,contract,architecture,system}/**/*.test.ts"], 60_000),
      suite("recordings", ["tests/recordings/**/*.test.ts"], 300_000),
      suite("real", ["tests/{integration,e2e,examples}/**/*.test.ts"], 300_000),
      suite("faults", ["tests/faults/**/*.test.ts"], 3_600_000),
    ],
  },
});
