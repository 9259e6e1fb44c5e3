/** `npm run docs`: writes the pages that are generated from the code: error codes, figures for operators and third-party notices. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderErrors } from "#contracts/render-errors.ts";
import { renderMetrics } from "#contracts/render-metrics.ts";
import { renderNotices } from "./render-notices.ts";
import { root } from "./run-server.ts";

writeFileSync(join(root, "docs/errors.md"), renderErrors());
writeFileSync(join(root, "docs/metrics.md"), renderMetrics());
writeFileSync(
  join(root, "NOTICES.md"),
  renderNotices(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Parameters<typeof renderNotices>[0]),
);
