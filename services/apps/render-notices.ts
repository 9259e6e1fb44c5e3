/** Third-party notices: every package that runs in production, with its version and licence, from the lock file. */

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>>;
}

/** Markdown of `NOTICES.md`. */
export const renderNotices = (lock: Lock): string => {
  const rows = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.startsWith("node_modules/") && dev !== true)
    .map(([path, { version, license }]) => `| ${path.split("node_modules/").at(-1)} | ${version} | ${license ?? "see the package"} |`);
  return [
    "# Third-party notices",
    "",
    "Homeward is licensed under Apache-2.0. It builds on these packages, each under its own licence; the texts come with the packages.",
    "",
    "| package | version | licence |",
    "|---|---|---|",
    ...new Set(rows.sort()),
    "",
  ].join("\n");
};
