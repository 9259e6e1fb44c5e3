/** Everything the gateway is given; it makes nothing that outlives it. */
import type { DeviceId } from "#core/ids.ts";
import type { DeviceConfig } from "#core/people.ts";
import type { SignedIn } from "#gateway/sign-in/sessions.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { ClinicalClock, TransportClock } from "#ports/clock.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { GrantOutcome } from "#ports/device-provisioning.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { HttpSender } from "#ports/http-sender.ts";
import type { IdentityVault } from "#ports/identity-vault.ts";
import type { FeedCursor, Ledger } from "#ports/ledger.ts";
import type { Outbox } from "#ports/outbox.ts";
import type { PasswordHasher } from "#ports/password-hasher.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import type { Registry } from "#ports/registry.ts";

/** A made-up person whose password is no secret. */
export interface DemoUser {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly institution: string;
  readonly displayName?: string;
}

export interface GatewayConfig {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Marks cookies Secure and `__Host-`; true behind TLS, ours or a proxy's. */
  readonly cookieSecure: boolean;
  /** Origins besides our own whose pages may use the cookie, e.g. a development server. */
  readonly allowedOrigins: readonly string[];
  /** Folder of the built dashboard; null: none is served. */
  readonly dashboardFolder: string | null;
  readonly demo: boolean;
  /** The demonstration's sign-ins, for one click each; never given to anyone unless `demo`. */
  readonly demoUsers?: readonly DemoUser[];
  readonly version: string;
  /** Bearer token for `/health/ready` and `/metrics` alone; absent: sessions only. */
  readonly metricsToken?: string;
  /** Calls a minute and user; at least 600, 3,000 unless told. */
  readonly callsPerMinute?: number;
  /** A one-time link for the first administrator; absent: there is one. */
  readonly setupToken?: string;
}

interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
}

export interface GatewayDeps {
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
  readonly vault: IdentityVault;
  readonly readings: ReadingStore;
  readonly commands: ClinicalCommands;
  readonly sender: Pick<HttpSender, "refusal">;
  readonly hasher: PasswordHasher;
  readonly clinicalClock: ClinicalClock;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly config: GatewayConfig;
  /** Has an external broker know the device's secret; absent: this server checks it itself. */
  readonly grantDevice?: (device: DeviceConfig, secret: string) => Promise<GrantOutcome>;
  /** Ends a device's broker session now. */
  readonly disconnectDevice: (device: DeviceId) => void;
  /** Something was queued in the outbox. */
  readonly onDelivery: () => void;
  readonly ready: () => ReadinessReport | Promise<ReadinessReport>;
  /** The document of `/api/asyncapi.json`. */
  readonly asyncApi: unknown;
  /** Alerts up to the cursor reached this person's screen. */
  readonly onLiveReceipt?: (viewer: SignedIn, cursor: FeedCursor) => void;
}
