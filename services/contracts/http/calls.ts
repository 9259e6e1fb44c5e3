/** The registry of every call the server answers: routes, OpenAPI and the tests' matrices are made from it. */
import type { Call } from "./call.ts";
import * as alerts from "./alert-calls.ts";
import * as devices from "./device-calls.ts";
import * as institutions from "./institution-calls.ts";
import * as operations from "./operation-calls.ts";
import * as patients from "./patient-calls.ts";
import * as readings from "./reading-calls.ts";
import * as rules from "./rule-calls.ts";
import * as sessions from "./session-calls.ts";
import * as setup from "./setup-calls.ts";
import * as users from "./user-calls.ts";
import * as webhooks from "./webhook-calls.ts";

const isCall = (value: unknown): value is Call => typeof value === "object" && value !== null && "access" in value && "method" in value;

export const CALLS: readonly Call[] = [
  sessions,
  patients,
  readings,
  devices,
  alerts,
  rules,
  webhooks,
  users,
  institutions,
  operations,
  setup,
].flatMap((area) => Object.values<unknown>(area).filter(isCall));
