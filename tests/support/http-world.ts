/** A gateway on real stores and moved clocks, with two alliances of staff; every answer is held against the contract's schemas. */
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Compile } from "typebox/compile";
import { createVirtualClocks, type VirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { openIdentitySqlite } from "#adapters/identity-sqlite/open-identity-sqlite.ts";
import { openLedgerSqlite, type LedgerSqlite } from "#adapters/ledger-sqlite/open-ledger-sqlite.ts";
import { createPasswordArgon2 } from "#adapters/password-argon2/password-argon2.ts";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { CALLS } from "#contracts/http/calls.ts";
import type { Call } from "#contracts/http/call.ts";
import { ROLES, type Role } from "#core/access/roles.ts";
import type { InstitutionId, UserId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { GatewayConfig, GatewayDeps } from "#gateway/gateway-deps.ts";
import { openGateway, type Gateway } from "#gateway/open-gateway.ts";
import type { Institution } from "#ports/accounts.ts";
import { createCollectingDiagnostics, type CollectingDiagnostics } from "./collecting-diagnostics.ts";
import { createTestCommands, type TestCommands } from "./http-commands.ts";

export const PASSWORD = "correct horse battery";

/** Institutions: a northern alliance of three tiers, and a stranger in the south. */
const INSTITUTIONS: readonly { readonly id: string; readonly tier: Exclude<Tier, "T0" | "E">; readonly alliance: string }[] = [
  { id: "north-t1", tier: "T1", alliance: "north" },
  { id: "north-t2", tier: "T2", alliance: "north" },
  { id: "north-t3", tier: "T3", alliance: "north" },
  { id: "south-t1", tier: "T1", alliance: "south" },
];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

interface Question {
  readonly token?: string | null;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpWorld extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly deps: GatewayDeps;
  readonly clocks: VirtualClocks;
  readonly commands: TestCommands;
  readonly ledger: LedgerSqlite;
  readonly diagnostics: CollectingDiagnostics;
  readonly disconnected: string[];
  /** Bearer token of the user `<institution>.<role>`. */
  token(institution: string, role: Role): Promise<string>;
  ask(method: string, path: string, question?: Question): Promise<Answer>;
}

const patternOf = ({ path }: Call): RegExp => new RegExp(`^${path.replaceAll(".", String.raw`\.`).replaceAll(/\{\w+\}/g, "[^/]+")}$`);
const checked = CALLS.map((call) => ({ call, pattern: patternOf(call), check: call.answer === undefined ? null : Compile(call.answer) }));

/** An answer outside its own contract is a failure of whatever test saw it. */
const holdAgainstContract = (method: string, path: string, answer: Answer): void => {
  const found = checked.find(({ call, pattern }) => call.method === method && pattern.test(path.split("?")[0] ?? ""));
  if (answer.status >= 400) {
    if (!(answer.headers["content-type"] ?? "").startsWith("application/problem+json") && answer.status !== 503)
      throw new Error(`${method} ${path} answered ${String(answer.status)} without a problem document: ${answer.text}`);
    return;
  }
  if (found?.check === undefined || found.check === null || method === "HEAD" || found.call.produces !== undefined) return;
  if (answer.status !== found.call.status) throw new Error(`${method} ${path} answered ${String(answer.status)}`);
  if (!found.check.Check(answer.json)) {
    const errors = JSON.stringify([...found.check.Errors(answer.json)].slice(0, 3));
    throw new Error(`${method} ${path} is outside its contract: ${errors}\n${answer.text.slice(0, 500)}`);
  }
};

const send = (url: string, method: string, path: string, { token, body, raw, headers }: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = httpRequest(`${url}${path}`, {
      method,
      agent: false,
      headers: {
        ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) }),
        ...(token === undefined || token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const isJson = /json/.test(response.headers["content-type"] ?? "") && text !== "";
        const json = isJson ? (JSON.parse(text) as Answer["json"]) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.end(payload);
  });

const EMPTY_INSTITUTION: Institution = {
  id: "first" as InstitutionId,
  name: { en: "First", zh: "第一" },
  tier: "T1",
  alliance: "first",
  site: "site-first",
  timeZone: "Asia/Shanghai",
  version: 1,
};

/** One hash for everybody: the tests are about doors, not about the time a hash takes. */
const passwordHash = createPasswordArgon2().hash(PASSWORD);

const populate = async ({ accounts }: LedgerSqlite): Promise<void> => {
  const hash = (await passwordHash) ?? "";
  for (const { id, tier, alliance } of INSTITUTIONS) {
    const institution = id as InstitutionId;
    await accounts.putInstitution({
      id: institution,
      name: { en: id, zh: id },
      tier,
      alliance,
      site: `site-${id}`,
      timeZone: "Asia/Shanghai",
      version: 1,
    });
    await Promise.all(
      ROLES.map((role) =>
        accounts.putUser({
          id: `u-${id}-${role}` as UserId,
          username: `${id}.${role}`,
          displayName: role,
          institution,
          roles: [role],
          passwordHash: hash,
          disabled: false,
          version: 1,
        }),
      ),
    );
  }
};

export const openHttpWorld = async (
  options: { readonly config?: Partial<GatewayConfig>; readonly deps?: Partial<GatewayDeps>; readonly empty?: boolean } = {},
): Promise<HttpWorld> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-http-"));
  const clocks = createVirtualClocks();
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  let ids = 0;
  const ledger = stack.use(
    await openLedgerSqlite({
      file: join(folder, "ledger.sqlite"),
      now: () => clocks.transport.now(),
      randomId: () => `random-${String(++ids)}`,
    }),
  );
  const readings = stack.use(await openReadingsSqlite({ file: join(folder, "readings.sqlite") }));
  const vault = stack.use(await openIdentitySqlite({ folder }));
  if (options.empty === true) await ledger.accounts.putInstitution(EMPTY_INSTITUTION);
  else await populate(ledger);
  const diagnostics = createCollectingDiagnostics();
  const commands = createTestCommands(ledger.ledger, () => clocks.clinical.now());
  const disconnected: string[] = [];
  const deps: GatewayDeps = {
    ledger: ledger.ledger,
    registry: ledger.registry,
    accounts: ledger.accounts,
    outbox: ledger.outbox,
    vault,
    readings,
    commands,
    sender: { refusal: (url) => Promise.resolve(url.startsWith("https://") ? null : "Plain http is refused.") },
    hasher: createPasswordArgon2(),
    clinicalClock: clocks.clinical,
    transportClock: clocks.transport,
    diagnostics,
    config: {
      host: "127.0.0.1",
      port: 0,
      cookieSecure: false,
      allowedOrigins: [],
      dashboardFolder: null,
      demo: false,
      version: "0.0.0-test",
      callsPerMinute: 1_000_000,
      ...options.config,
    },
    disconnectDevice: (device) => void disconnected.push(device),
    onDelivery: () => {},
    ready: () => ({ ready: true, checks: { journal: { ok: true } } }),
    asyncApi: { asyncapi: "3.0.0" },
    ...options.deps,
  };
  const gateway = stack.use(await openGateway(deps));
  const tokens = new Map<string, Promise<string>>();
  const ask: HttpWorld["ask"] = async (method, path, question = {}) => {
    const answer = await send(gateway.url, method, path, question);
    holdAgainstContract(method, path, answer);
    return answer;
  };
  return {
    gateway,
    deps,
    clocks,
    commands,
    ledger,
    diagnostics,
    disconnected,
    ask,
    token(institution, role) {
      const username = `${institution}.${role}`;
      let token = tokens.get(username);
      if (token === undefined) {
        token = ask("POST", "/api/v1/sessions", { body: { username, password: PASSWORD } }).then(({ json }) => String(json["token"]));
        tokens.set(username, token);
      }
      return token;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
