/** Puts the parts together and starts them in order: the only place that knows which adapters exist. */
import { randomBytes, randomUUID } from "node:crypto";
import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpointFile } from "#adapters/checkpoint-file/open-checkpoint-file.ts";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { openClinicalClock } from "#adapters/clock-system/open-clinical-clock.ts";
import { openHttpSender } from "#adapters/http-sender-undici/open-http-sender.ts";
import { openIdentitySqlite } from "#adapters/identity-sqlite/open-identity-sqlite.ts";
import { openJournalSegments } from "#adapters/journal-segments/open-journal-segments.ts";
import { openLedgerSqlite } from "#adapters/ledger-sqlite/open-ledger-sqlite.ts";
import { createPasswordArgon2 } from "#adapters/password-argon2/password-argon2.ts";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { startEvaluate } from "#alerting/evaluate.ts";
import { buildAsyncApi } from "#contracts/asyncapi.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import type { PastEntry } from "#core/journal-entry.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import { DAY, HOUR, type EpochMs } from "#core/time.ts";
import { openGateway } from "#gateway/open-gateway.ts";
import { startLiveReadings } from "#ingest/live-readings.ts";
import { openReceive } from "#ingest/receive.ts";
import { startStoreReadings } from "#ingest/store-readings.ts";
import type { DemoUser } from "#gateway/gateway-deps.ts";
import { needsFirstAdministrator } from "#gateway/first-administrator.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { ClinicalClock } from "#ports/clock.ts";
import type { IdentityVault } from "#ports/identity-vault.ts";
import type { Registry } from "#ports/registry.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { CommittedEvents, Ledger } from "#ports/ledger.ts";
import type { PasswordHasher } from "#ports/password-hasher.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import { startDispatcher } from "#webhooks/dispatch.ts";
import { createAlertMeter } from "./alert-meter.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ServerConfig } from "./config/config.ts";
import { openReadings } from "./open-readings.ts";
import { createOperatorFigures } from "./operator-figures.ts";
import { openBus } from "./open-bus.ts";
import { createReadiness } from "./readiness.ts";
import { watchParts } from "./watch-parts.ts";

/** Raw readings of continuous metrics; spot readings are their own roll-up and are kept as long as those. */
const RETENTION = { rawMs: 90 * DAY, spotMs: 5 * 365 * DAY };
const CLINICAL_FLOOR = "clinical_floor";

export interface SystemOptions {
  readonly config: ServerConfig;
  readonly demo: boolean;
  /** Clinical seconds a real one; 1 outside the demo. */
  readonly speed: number;
  readonly version: string;
  readonly dashboardFolder: string | null;
  readonly diagnostics: Diagnostics;
  /** The system cannot go on (another process took the data directory): the process should end. */
  readonly onFatal: (error: Error) => void;
  /** Runs when everything can be read and changed, before anything listens; may refuse the start. Returns the demo's sign-ins, if there are any. */
  readonly beforeListening: (parts: InnerParts) => Promise<readonly DemoUser[]>;
}

/** What a command may furnish or check before the doors open. */
export interface InnerParts {
  readonly accounts: Accounts;
  readonly registry: Registry;
  readonly vault: IdentityVault;
  readonly hasher: PasswordHasher;
  readonly commands: ClinicalCommands;
  readonly clinicalClock: ClinicalClock;
  readonly ledger: Pick<Ledger, "openAlerts">;
}

/** Opens everything, oldest part first; the broker last, so that nothing is received before it can be kept. */
export const openSystem = async (options: SystemOptions) => {
  const { config, diagnostics } = options;
  const { dataDir } = config;
  await prepareFolder(dataDir);
  await using opened = new AsyncDisposableStack();
  const transportClock = createTransportClock();
  const readiness = createReadiness();

  const journal = opened.use(
    await openJournalSegments({
      folder: join(dataDir, "journal"),
      maxBytes: config.journalMaxBytes,
      now: () => transportClock.now(),
      diagnostics,
    }),
  );
  const stored = opened.use(
    await openLedgerSqlite({ file: join(dataDir, "ledger.sqlite"), now: () => transportClock.now(), randomId: randomUUID, diagnostics }),
  );
  const { ledger, registry, accounts, outbox } = stored;
  const vault = opened.use(await openIdentitySqlite({ folder: dataDir }));
  const stopping = new AbortController();
  let storeRefused: (reason: string | null) => void = () => {};
  const onRefused = (reason: string | null): void => storeRefused(reason);
  const readings = opened.use(await openReadings({ config, clock: transportClock, diagnostics, stopping: stopping.signal, onRefused }));
  const sender = opened.use(openHttpSender({ allow: config.webhookAllow }));
  const hasher = createPasswordArgon2();

  const floor = accounts.setting(CLINICAL_FLOOR);
  const clinicalClock = opened.use(
    openClinicalClock({
      speed: options.speed,
      transport: transportClock,
      floor: floor === null ? null : Number(floor),
      persist: (reached) => accounts.putSetting(CLINICAL_FLOOR, String(reached)),
    }),
  );

  const storing = opened.use(
    startStoreReadings({
      journal,
      store: readings,
      institutionOf: (device) => registry.institutionOfDevice(device),
      clock: transportClock,
      diagnostics,
      onBehind: (seconds) => readiness.set("store_behind", seconds === null, seconds === null ? undefined : `${seconds} s behind`),
    }),
  );
  opened.defer(() => stopping.abort());
  let publish: (events: CommittedEvents) => void = () => {};
  const evaluator = opened.use(
    await startEvaluate({
      journal,
      ledger,
      createEngine: (restore) => createEngine({ rules: shippedRules, restore }),
      clinicalClock,
      transportClock,
      diagnostics,
      onCommitted: (events) => publish(events),
      onReplayed: (newestAt) => (newestAt === null ? undefined : clinicalClock.raise(newestAt)),
      onBehind: (behind) => {
        readiness.set("alerting_behind", !behind, behind ? "behind the journal" : undefined);
        if (behind) clinicalClock.hold();
        else clinicalClock.release();
      },
      onTrouble: (troubled) => readiness.set("ledger_failing", !troubled, troubled ? "cannot be written" : undefined),
      onStopped: (error) => {
        readiness.set("alerting_behind", false, error.message);
        options.onFatal(error);
      },
    }),
  );
  storeRefused = (reason) => {
    readiness.set("store_refused", reason === null, reason ?? undefined);
    void evaluator.condition({ condition: "store_refused", active: reason !== null });
  };
  await shipRules(evaluator, ledger, clinicalClock.now());
  const demoUsers = await options.beforeListening({ accounts, registry, vault, hasher, commands: evaluator, clinicalClock, ledger });
  const receive = opened.use(
    await openReceive({
      journal,
      registry,
      units: createUcumConverter(),
      clinicalClock,
      transportClock,
      diagnostics,
      checkpoint: openCheckpointFile(join(dataDir, "receive.json")),
      retention: RETENTION,
    }),
  );
  const dispatcher = startDispatcher({
    outbox,
    sender,
    transportClock,
    diagnostics,
    onExhausted: (subscription, delivery) =>
      evaluator.condition({
        condition: "webhook_exhausted",
        active: true,
        institution: subscription.institution,
        detail: `${subscription.id} ${delivery.type}`,
      }),
  });
  opened.defer(() => dispatcher.close());
  const openedBus = opened.use(
    await openBus({ config, receive, registry, accounts, commands: evaluator, readiness, clock: transportClock, diagnostics }).catch(
      portInUse("HOMEWARD_MQTT_PORT"),
    ),
  );
  const { bus, grant: grantDevice, disconnect: disconnectDevice } = openedBus;

  const setupToken = needsFirstAdministrator(accounts) ? randomBytes(24).toString("base64url") : undefined;
  const gateway = await openGateway({
    ledger,
    registry,
    accounts,
    outbox,
    vault,
    readings,
    commands: evaluator,
    sender,
    hasher,
    clinicalClock,
    transportClock,
    diagnostics,
    config: {
      host: config.httpHost,
      port: config.httpPort,
      ...(config.tls === null ? {} : { tls: config.tls }),
      cookieSecure: config.tls !== null,
      allowedOrigins: [],
      dashboardFolder: options.dashboardFolder,
      demo: options.demo,
      demoUsers,
      version: options.version,
      ...(setupToken === undefined ? {} : { setupToken }),
      ...(config.metricsToken === null ? {} : { metricsToken: config.metricsToken }),
    },
    ...(grantDevice === undefined ? {} : { grantDevice }),
    disconnectDevice,
    onDelivery: () => dispatcher.wake(),
    ready: () => readiness.report(journal.stats()),
    asyncApi: buildAsyncApi({ version: options.version }),
  }).catch(portInUse("HOMEWARD_HTTP_PORT"));
  opened.defer(() => gateway.close());
  const meter = createAlertMeter(clinicalClock, diagnostics);
  publish = ({ feed, queued }) => {
    meter.committed(feed);
    gateway.hub.publish(feed);
    if (gateway.hub.isWatched) meter.shown(feed);
    if (queued) dispatcher.wake();
  };
  opened.defer(
    startLiveReadings({ journal, registry, isWatched: () => gateway.hub.isWatched, publish: (reading) => gateway.hub.reading(reading) }),
  );
  readiness.onChange((part, ok, detail) => gateway.hub.system({ condition: part, active: !ok, at: clinicalClock.now(), detail }));
  opened.defer(watchParts({ journal, outbox, readiness, transportClock, diagnostics }));
  const uncollect = diagnostics.collect?.(
    createOperatorFigures({
      version: options.version,
      dataDir,
      journal,
      stored: () => storing.position,
      applied: () => evaluator.applied(),
      ledger,
      outbox,
      registry,
      readiness,
      bus,
      clinicalNow: () => clinicalClock.now(),
      wallNow: () => transportClock.now(),
    }),
  );
  opened.defer(() => uncollect?.());

  const prune = (now: EpochMs): void =>
    void readings
      .prune({ rawBefore: now - RETENTION.rawMs, spotBefore: now - RETENTION.spotMs, rollupsBefore: now - RETENTION.spotMs })
      .catch((cause: unknown) => diagnostics.warn("prune_failed", {}, cause));
  const pruning = transportClock.every(HOUR, () => prune(clinicalClock.now()));
  opened.defer(() => pruning.cancel());

  const parts = opened.move();
  return {
    http: gateway.url,
    mqtt: bus.url,
    setupToken: setupToken ?? null,
    clinicalClock,
    accounts,
    /** Alerts of before the first start that are over; nowhere but in the demo. */
    tellPast: async (events: PastEntry["events"]): Promise<boolean> => options.demo && isOver(events) && (await evaluator.tellPast(events)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
};

export type System = Awaited<ReturnType<typeof openSystem>>;

/** The shipped rules enter the journal like any other change of rules, once for each version: a replay knows what was in force. */
const shipRules = async (commands: ClinicalCommands, ledger: Ledger, at: EpochMs): Promise<void> => {
  const known = new Map(ledger.rules().map((rule) => [rule.id, rule.version]));
  const news = shippedRules.filter((rule) => (known.get(rule.id) ?? 0) < rule.version);
  await Promise.all(
    news.map((rule) => commands.change({ kind: "rule", at, actor: { user: "system", institution: null, roles: [] }, rule })),
  );
};

/** Nothing of it may ask for anybody: its last word on each alert is that it ended. */
const isOver = (events: PastEntry["events"]): boolean => {
  const last = new Map(events.flatMap((event) => (event.kind === "alert" ? [[event.alert.id, event.alert] as const] : [])));
  return [...last.values()].every(({ status, latched }) => status === "closed" || (status === "cleared" && !latched));
};

const prepareFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new ConfigError({ name: "HOMEWARD_DATA_DIR", code: "config_data_dir", detail: `"${folder}" cannot be used` }, { cause });
  }
};

const portInUse =
  (name: string) =>
  (cause: unknown): never => {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") throw new ConfigError({ name, code: "config_port_in_use", detail: "the port is taken" }, { cause });
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
      throw new ConfigError(
        { name: name.replace("PORT", "HOST"), code: "config_bad_host", detail: "this machine has no such address" },
        { cause },
      );
    if (code === "EACCES")
      throw new ConfigError({ name, code: "config_port_in_use", detail: "the port may not be used by this user" }, { cause });
    throw cause;
  };
