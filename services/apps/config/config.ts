/** What the environment may say, once checked. */
export interface ServerConfig {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** An external broker; null: the embedded one. */
  readonly broker: BrokerConfig | null;
  /** Where readings are kept; null: the embedded store. */
  readonly influx: InfluxConfig | null;
  readonly dataDir: string;
  readonly journalMaxBytes: number;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly webhookAllow: readonly string[];
  readonly admin: { readonly username: string; readonly password: string } | null;
  /** Bearer token for `/health/ready` and `/metrics` alone; null: a session is needed. */
  readonly metricsToken: string | null;
  readonly logLevel: string;
}

/** Where an external broker is, and how the server signs in there. */
export interface BrokerConfig {
  /** `mqtt://` or `mqtts://`, without credentials. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** PEM of the authority that signed the broker's certificate; null: the system's own. */
  readonly ca: string | null;
  readonly provisioning: "dynsec" | "none";
}

/** An InfluxDB 2 and what we may do there. */
export interface InfluxConfig {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly rollupBucket: string;
  readonly token: string;
  /** Null: `token` may read as well. */
  readonly readToken: string | null;
}

export interface ConfigProblem {
  /** The variable or option. */
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}
