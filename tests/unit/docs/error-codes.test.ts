/** A code that nothing can answer is a promise nobody keeps. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCatalogue } from "#contracts/error-catalogue.ts";
import { repository } from "#tests/support/start-homeward.ts";

const isDefinition = (file: string): boolean =>
  file.startsWith("services/contracts/errors/") || file === "services/core/samples/quarantine-reason.ts";

test("every code of the catalogue is used somewhere besides its definition", () => {
  const sources = globSync("{services,simulators}/**/*.ts", { cwd: repository })
    .filter((file) => !isDefinition(file))
    .map((file) => readFileSync(join(repository, file), "utf8"))
    .join("\n");
  const unused = errorCatalogue.flatMap(({ errors }) => Object.keys(errors)).filter((code) => !sources.includes(`"${code}"`));
  expect(unused).toEqual([]);
});
