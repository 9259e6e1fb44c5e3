/** What the environment may say, once checked. */
export interface ServerConfig {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly mqttHost: string;
  readonly mqttPort: number;
  readonly dataDir: string;
  readonly journalMaxBytes: number;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly webhookAllow: readonly string[];
  readonly admin: { readonly username: string; readonly password: string } | null;
  readonly logLevel: string;
}

export interface ConfigProblem {
  /** The variable or option. */
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}
