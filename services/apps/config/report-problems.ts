/** Prints one clear line per problem, with its code and what to do, and gives the exit code. */
import { configErrors } from "#contracts/errors/config.ts";
import type { ConfigProblem } from "./config.ts";

/** sysexits EX_CONFIG. */
export const EXIT_CONFIG = 78;

export const describeProblem = ({ name, code, detail }: ConfigProblem): string => {
  const known = (configErrors as Readonly<Record<string, { readonly next: string }>>)[code];
  return `homeward: ${name}: ${detail}. ${known?.next ?? ""} (${code})`;
};

export const reportProblems = (problems: readonly ConfigProblem[]): void => {
  for (const problem of problems) process.stderr.write(`${describeProblem(problem)}\n`);
};
