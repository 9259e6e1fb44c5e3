/** Why a webhook address is refused or a delivery failed. */
import { defineErrors } from "#contracts/errors/error-definition.ts";

export const WEBHOOK_ERRORS = defineErrors({
  webhook_url_invalid: {
    status: 422,
    title: "The webhook address is not an absolute http or https URL.",
    next: "Give an address such as https://receiver.example/hooks, without user name, password or fragment.",
  },
  webhook_address_refused: {
    status: 422,
    title: "Webhooks may not reach this address.",
    next: "Use a public https address, or ask the operator to add the host to HOMEWARD_WEBHOOK_ALLOW.",
  },
  webhook_host_unknown: {
    status: 422,
    title: "The host of the webhook address could not be resolved.",
    next: "Check the spelling of the host name, or try again when its DNS answers.",
  },
  webhook_unknown: {
    status: 404,
    title: "There is no such webhook in your institution.",
    next: "List the webhooks with GET /api/v1/webhooks.",
  },
  webhook_ended: {
    status: 409,
    title: "This webhook subscription has ended.",
    next: "Make a new subscription with POST /api/v1/webhooks.",
  },
  delivery_unknown: {
    status: 404,
    title: "There is no such delivery in your institution.",
    next: "List deliveries with GET /api/v1/webhooks/{id}/deliveries.",
  },
});
