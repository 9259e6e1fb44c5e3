/** Every problem an HTTP answer can name: the stable `code` members of `application/problem+json` (RFC 9457). */
import { defineErrors } from "#contracts/errors/error-definition.ts";

export const HTTP_ERRORS = defineErrors({
  malformed_json: { status: 400, title: "The body is not JSON.", next: "Send one JSON object in UTF-8." },
  invalid_request: { status: 400, title: "The request does not have the expected form.", next: "Correct the members listed in errors." },
  malformed_request: {
    status: 400,
    title: "The request cannot be read.",
    next: "Check the address, the headers and the length of the body.",
  },
  not_signed_in: {
    status: 401,
    title: "You are not signed in.",
    next: "Sign in with POST /api/v1/sessions and send the token as Authorization: Bearer …, or the session cookie.",
  },
  wrong_credentials: {
    status: 401,
    title: "User name or password is wrong.",
    next: "Try again, or ask your administrator for a new password.",
  },
  not_allowed: {
    status: 403,
    title: "Your role does not allow this.",
    next: "Ask someone with the permission named in detail, or your administrator.",
  },
  not_yours_to_change: {
    status: 403,
    title: "This patient belongs to another institution.",
    next: "You may see the patient and act on the alerts; ask the patient's own institution for the change.",
  },
  cross_site: {
    status: 403,
    title: "The request came from another site.",
    next: "Use the dashboard on this server, or sign in with a bearer token instead of the cookie.",
  },
  setup_closed: {
    status: 403,
    title: "The set-up link is not valid.",
    next: "Use the newest link the server printed; after the first administrator exists there is none.",
  },
  not_found: {
    status: 404,
    title: "There is no such thing, or you may not see it.",
    next: "Check the id, and that it belongs to your institution.",
  },
  unknown_route: {
    status: 404,
    title: "There is no such address.",
    next: "Read /api/docs for the addresses there are.",
  },
  method_not_allowed: {
    status: 405,
    title: "This address does not know the method.",
    next: "Use one of the methods in the Allow header.",
  },
  alert_changed: {
    status: 409,
    title: "The alert changed since the version you saw.",
    next: "Look at the alert in the member alert, and act again with its version if it is still right.",
  },
  version_conflict: {
    status: 409,
    title: "It changed since the version you saw.",
    next: "Read it again and repeat your change with the current version.",
  },
  device_exists: {
    status: 409,
    title: "A device with this id exists or existed.",
    next: "Choose another id, or leave it out to get a random one.",
  },
  username_taken: { status: 409, title: "The user name is taken.", next: "Choose another one." },
  last_administrator: {
    status: 409,
    title: "This is the institution's last administrator.",
    next: "Make another administrator first.",
  },
  patient_not_active: {
    status: 409,
    title: "The patient is not active any more.",
    next: "A discharged or erased patient cannot be changed; enrol the patient again.",
  },
  too_large: { status: 413, title: "The body is larger than 1 MiB.", next: "Send less in one request." },
  wrong_content_type: {
    status: 415,
    title: "The body's content type is not understood.",
    next: "Send Content-Type: application/json.",
  },
  headers_too_large: { status: 431, title: "The headers are too large.", next: "Send fewer or shorter headers." },
  limit_required: {
    status: 422,
    title: "The profile custom_target needs a lower limit.",
    next: "Send spo2LowerLimit from 83 to 94, set by a clinician.",
  },
  limit_not_expected: {
    status: 422,
    title: "A lower limit belongs to the profile custom_target alone.",
    next: "Leave spo2LowerLimit out, or choose custom_target.",
  },
  metric_not_in_catalogue: {
    status: 422,
    title: "The metric is not in the catalogue.",
    next: "Use a key of the metric catalogue.",
  },
  unknown_time_zone: { status: 422, title: "The time zone is not known.", next: "Use an IANA name such as Asia/Shanghai." },
  value_out_of_range: {
    status: 422,
    title: "A value lies outside the metric's hard limits.",
    next: "Check the value and its unit.",
  },
  bad_time_range: {
    status: 422,
    title: "The time range makes no sense.",
    next: "Let from lie before to, in ms since 1970, and the range within ten years.",
  },
  act_refused: {
    status: 422,
    title: "The alert does not allow this act now.",
    next: "Read reason and the alert in the member alert.",
  },
  limit_unsafe: {
    status: 422,
    title: "This limit could hide danger.",
    next: "Stay within the bounds named in detail.",
  },
  webhook_address_refused: {
    status: 422,
    title: "Webhooks may not reach this address.",
    next: "Use an https address on the public internet, or let an operator allow the host.",
  },
  password_too_weak: {
    status: 422,
    title: "The password is too easy to guess.",
    next: "Use at least 8 characters that are neither the user name nor a common password.",
  },
  too_many_requests: { status: 429, title: "Too many requests.", next: "Wait as long as Retry-After says." },
  too_many_sign_ins: {
    status: 429,
    title: "Too many sign-ins failed.",
    next: "Wait as long as Retry-After says, then try again.",
  },
  internal_error: {
    status: 500,
    title: "Something went wrong on the server.",
    next: "Try again; if it stays, tell an operator the time and the member instance.",
  },
  not_implemented_yet: {
    status: 501,
    title: "This call is documented and not built yet.",
    next: "See the changelog for the version that brings it.",
  },
  journal_unavailable: {
    status: 503,
    title: "The server cannot record changes at the moment.",
    next: "Nothing was changed. Try again in a while.",
  },
  broker_unavailable: {
    status: 503,
    title: "The message broker cannot be told of the device at the moment.",
    next: "The device's old secret, if it had one, still holds. Try again when the broker is back.",
  },
  store_unavailable: {
    status: 503,
    title: "Readings cannot be read at the moment.",
    next: "Try again in a while; alerts are not affected.",
  },
  too_busy: { status: 503, title: "Too many sign-ins at once.", next: "Wait as long as Retry-After says, then try again." },
});

export type HttpErrorCode = keyof typeof HTTP_ERRORS;
