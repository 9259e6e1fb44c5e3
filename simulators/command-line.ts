/** What the simulators' commands share: options read strictly, problems said in one line, a progress line on a terminal. */
import { parseArgs } from "node:util";
import { simulatorErrors } from "#contracts/errors/simulators.ts";
import { configErrors } from "#contracts/errors/config.ts";
import { isTopicSafe } from "#core/ids.ts";

/** sysexits EX_USAGE. */
const EXIT_USAGE = 64;

export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** Parses `--name value` and `--flag`; answers --help; ends the process with one clear line on anything else. */
export const readOptions = (help: string, names: readonly string[], flags: readonly string[]): Options => {
  const options: Record<string, { type: "string" | "boolean" }> = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" }]),
    ...[...flags, "help"].map((name) => [name, { type: "boolean" }]),
  ]);
  try {
    const { values } = parseArgs({ args: joined(process.argv.slice(2), names), options, strict: true, allowPositionals: false });
    if (values["help"] === true) {
      process.stdout.write(help);
      process.exit(0);
    }
    return values;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const known = code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE";
    // The parser's advice goes over several lines: its first sentence says what is wrong.
    return refuse(known ? "cli_bad_option" : "cli_unknown_option", message.split(/\.?\s*\n|\. /)[0] as string, EXIT_USAGE);
  }
};

/** A value may begin with a dash (a secret does, once in a while): only another option's name is not taken for one. */
const joined = (given: readonly string[], names: readonly string[]): string[] => {
  const args: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const [word, next] = [given[index] as string, given[index + 1]];
    if (next === undefined || next.startsWith("--") || !names.some((name) => word === `--${name}`)) args.push(word);
    else {
      args.push(`${word}=${next}`);
      index += 1;
    }
  }
  return args;
};

/** One clear line with the code and what to do, then the exit code. */
export const refuse = (code: string, detail: string, exitCode = 1): never => {
  complain(code, detail);
  process.exit(exitCode);
};

/** The same line, where the command still has something to do. */
export const complain = (code: string, detail: string): void => {
  const known = ({ ...configErrors, ...simulatorErrors } as Readonly<Record<string, { readonly next: string }>>)[code];
  process.stderr.write(`homeward: ${detail}. ${known?.next ?? ""} (${code})\n`);
};

export const refuseOption = (name: string, detail: string): never => refuse("cli_bad_option", `--${name} ${detail}`, EXIT_USAGE);

export const refuseMissing = (option: string): never => refuse("cli_missing_option", `${option} is missing`, EXIT_USAGE);

export const required = (options: Options, name: string): string => {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : refuseMissing(`--${name}`);
};

export const optional = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
};

/** A site or a device as it stands in a topic; missing unless there is one to take otherwise. */
export const topicPart = (options: Options, name: "site" | "device", otherwise?: string): string => {
  const value = optional(options, name) ?? otherwise ?? required(options, name);
  return isTopicSafe(value) ? value : refuseOption(name, `"${value}" is not an id of letters, digits, _ and -`);
};

/** One line that is rewritten on a terminal; elsewhere a line every ten seconds. */
export const createProgressLine = (): { show(text: string): void; end(): void } => {
  const terminal = process.stderr.isTTY;
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const now = performance.now();
      if (now - lastAt < (terminal ? 100 : 10_000)) return;
      lastAt = now;
      process.stderr.write(terminal ? `\r\u001b[2K${text}` : `${text}\n`);
    },
    end() {
      if (terminal) process.stderr.write("\r\u001b[2K");
    },
  };
};

/** A reader that goes away (`| head`) ends the command, not with a stack trace. */
export const endQuietlyOnBrokenPipe = (): void => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
  });
};
