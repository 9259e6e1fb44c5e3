/** Every stable error code of the product, by where a person meets it; `docs/errors.md` lists exactly these. */
import { BACKUP_ERRORS } from "./errors/backup.ts";
import { configErrors } from "./errors/config.ts";
import type { ErrorDefinition } from "./errors/error-definition.ts";
import { HTTP_ERRORS } from "./errors/http.ts";
import { IDENTITY_ERRORS } from "./errors/identity.ts";
import { ingestErrors } from "./errors/ingest.ts";
import { INFLUX_ERRORS } from "./errors/influx.ts";
import { JOURNAL_ERRORS } from "./errors/journal.ts";
import { LEDGER_ERRORS } from "./errors/ledger.ts";
import { LIVE_ERRORS } from "./errors/live.ts";
import { simulatorErrors } from "./errors/simulators.ts";
import { WEBHOOK_ERRORS } from "./errors/webhooks.ts";

export interface ErrorChapter {
  readonly heading: string;
  readonly errors: Readonly<Record<string, ErrorDefinition>>;
}

export const errorCatalogue: readonly ErrorChapter[] = [
  { heading: "HTTP answers", errors: HTTP_ERRORS },
  { heading: "Live feed", errors: LIVE_ERRORS },
  { heading: "Webhook addresses", errors: WEBHOOK_ERRORS },
  { heading: "Quarantine", errors: ingestErrors },
  { heading: "Starting: environment and options", errors: configErrors },
  { heading: "Data directory: journal", errors: JOURNAL_ERRORS },
  { heading: "Data directory: ledger", errors: LEDGER_ERRORS },
  { heading: "Data directory: identities", errors: IDENTITY_ERRORS },
  { heading: "Backup and restore", errors: BACKUP_ERRORS },
  { heading: "InfluxDB", errors: INFLUX_ERRORS },
  { heading: "Simulators and replay", errors: simulatorErrors },
];
