// Links the pinned Node of the platform package into node_modules/.bin, where npm 9 and 10 leave it out.
import { existsSync, symlinkSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

const bin = join("node_modules", ".bin");
const link = join(bin, "node");
if (existsSync(bin) && !existsSync(link) && process.platform !== "win32") {
  const pinned = readdirSync("node_modules").find((name) => /^node-(linux|darwin)-/.test(name));
  const target = pinned && join("node_modules", pinned, "bin", "node");
  if (target && existsSync(target)) symlinkSync(relative(bin, target), link);
}
