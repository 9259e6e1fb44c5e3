/** What the live feed answers to a hand-shake or a frame it does not accept. */
import { defineErrors } from "#contracts/errors/error-definition.ts";

export const LIVE_ERRORS = defineErrors({
  live_sign_in_required: {
    status: 401,
    title: "The live feed needs a sign-in.",
    next: "Send a bearer token in the Authorization header, or the subprotocols homeward.v1 and ticket.<one-time ticket>.",
  },
  live_ticket_invalid: {
    status: 401,
    title: "The ticket is unknown, used or older than 30 seconds.",
    next: "Get a new one with POST /api/v1/live-tickets and use it at once.",
  },
  live_origin_refused: {
    status: 403,
    title: "This page may not open the live feed.",
    next: "Open the dashboard at the server's own address, or ask the operator to allow this origin.",
  },
  live_not_allowed: {
    status: 403,
    title: "This account may not use the live feed.",
    next: "Ask an administrator of your institution for a role that may.",
  },
  live_token_in_url: {
    status: 400,
    title: "A token or ticket stood in the address.",
    next: "Treat it as leaked: sign out, sign in again, and send it in a header.",
  },
  live_not_found: {
    status: 404,
    title: "No WebSocket is offered at this address.",
    next: "Connect to /api/v1/live.",
  },
  live_too_many_connections: {
    status: 503,
    title: "The live feed has no room for another viewer.",
    next: "Close connections that are not needed, or try again later.",
  },
  live_bad_frame: {
    title: "The frame is not a JSON object of the live protocol.",
    next: "Send one of subscribe, unsubscribe and receipt as described at /api/asyncapi.json.",
  },
  live_too_many_subscriptions: {
    title: "This connection has 32 subscriptions already.",
    next: "Unsubscribe from one, or ask for several patients in one subscription.",
  },
  live_unknown_subscription: {
    title: "There is no subscription with this id on this connection.",
    next: "Use the id that was sent in subscribe.",
  },
});
