/** Why an address is no webhook address. A name that leads inside and one that leads nowhere read the same: nobody maps our network with it. */
import { defineErrors } from "#contracts/errors/error-definition.ts";

export const WEBHOOK_ERRORS = defineErrors({
  webhook_url_invalid: {
    title: "This is not an absolute https URL without user name and password.",
    next: "Give an address such as https://receiver.example/hooks.",
  },
  webhook_needs_https: {
    title: "Plain http is only for hosts that the operator allowed.",
    next: "Use https, or ask the operator to add the host to HOMEWARD_WEBHOOK_ALLOW.",
  },
  webhook_not_public: {
    title: "This host has no public address.",
    next: "Check its spelling, or ask the operator to add it to HOMEWARD_WEBHOOK_ALLOW.",
  },
  webhook_port_refused: {
    title: "This port is not one of a web server.",
    next: "Use port 443, or another above 1023 that no other well-known service has.",
  },
});
export type WebhookErrorCode = keyof typeof WEBHOOK_ERRORS;
