/** Password hasher on Node's argon2id (46 MiB, 1 pass, RFC 9106), one at a time so that the thread pool and the memory stay free for others. */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import type { PasswordHasher } from "#ports/password-hasher.ts";

/**
 * As strong as 19 MiB in 2 passes (OWASP lists both). Beyond 32 MiB the C library maps a block and gives it back at once;
 * smaller ones it keeps, in every thread that ever hashed: 115 MiB after a few sign-ins.
 */
const MEMORY_KIB = 47_104;
const PASSES = 1;
const LANES = 1;
const TAG_BYTES = 32;
const AT_ONCE = 1;
const MOST_WAITING = 64;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const derive = (password: string, nonce: Uint8Array, { memory, passes, parallelism }: Parameters, tagLength: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    argon2(
      "argon2id",
      { message: Buffer.from(password.normalize("NFKC"), "utf8"), nonce, memory, passes, parallelism, tagLength },
      (error: Error | null, key: Buffer) => (error === null ? resolve(key) : reject(error)),
    );
  });

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replaceAll("=", "");

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,88})$/;

const parsePhc = (hash: string): { readonly cost: Parameters; readonly nonce: Buffer; readonly tag: Buffer } | null => {
  const found = PHC.exec(hash);
  if (found === null) return null;
  const [, memory = "", passes = "", parallelism = "", nonce = "", tag = ""] = found;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    nonce: Buffer.from(nonce, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
};

/** Runs at most `AT_ONCE` jobs, lets `MOST_WAITING` wait, and refuses the rest. */
const createGate = () => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Result>(job: () => Promise<Result>): Promise<Result | "busy"> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING) return "busy";
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};

const COST: Parameters = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES };

export const createPasswordArgon2 = (): PasswordHasher => {
  const gate = createGate();
  return {
    async hash(password) {
      const nonce = randomBytes(16);
      const tag = await gate(() => derive(password, nonce, COST, TAG_BYTES));
      if (tag === "busy") return null;
      return `$argon2id$v=19$m=${String(MEMORY_KIB)},t=${String(PASSES)},p=${String(LANES)}$${base64(nonce)}$${base64(tag)}`;
    },
    async verify(password, hash) {
      const parsed = parsePhc(hash);
      // A damaged hash matches nothing, and takes the time of a comparison all the same.
      if (parsed === null) return this.pretend(password);
      const tag = await gate(() => derive(password, parsed.nonce, parsed.cost, parsed.tag.length).catch(() => null));
      if (tag === "busy") return "busy";
      return tag !== null && tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag) ? "match" : "mismatch";
    },
    async pretend(password) {
      const tag = await gate(() => derive(password, randomBytes(16), COST, TAG_BYTES));
      return tag === "busy" ? "busy" : "mismatch";
    },
  };
};
