/** Builds the dashboard before the server opens when it is missing or older than its sources; never during a request. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Diagnostics } from "#ports/diagnostics.ts";

/** Returns the folder to serve; null when there is none and it cannot be built (the API works all the same). */
export const buildDashboard = async (root: string, diagnostics: Diagnostics): Promise<string | null> => {
  const source = join(root, "dashboards/web");
  const built = join(source, "dist");
  const index = join(built, "index.html");
  const builtAt = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (builtAt > 0 && builtAt >= newestIn(source)) return built;
  try {
    await runBuild(source);
    return built;
  } catch (cause) {
    diagnostics.error("dashboard_build_failed", {}, cause);
    return builtAt > 0 ? built : null;
  }
};

/** In a process of its own: the bundler's memory and threads would otherwise stay with the server. */
const runBuild = async (source: string): Promise<void> => {
  const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")));
  await promisify(execFile)(process.execPath, [vite, "build", source, "--config", join(source, "vite.config.ts"), "--logLevel", "error"]);
};

/** The dashboard imports the contracts and the core: a change there makes it stale too. */
const newestIn = (source: string): number =>
  Math.max(
    ...["src", "index.html", "vite.config.ts", "../../services/contracts", "../../services/core"].map((name) =>
      newestOf(join(source, name)),
    ),
  );

const newestOf = (path: string): number => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestOf(join(path, name))));
};
