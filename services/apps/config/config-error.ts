/** A start that cannot go on because of how it was set up: one line for the operator, no stack trace. */
import type { ConfigProblem } from "./config.ts";

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problem: ConfigProblem;

  constructor(problem: ConfigProblem, options?: ErrorOptions) {
    super(`${problem.name}: ${problem.detail}`, options);
    this.problem = problem;
  }
}
