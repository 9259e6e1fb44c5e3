/** Branded identifiers: strings that were checked once, at the edge, and cannot be mixed up afterwards. */
export type Brand<Value, Name extends string> = Value & { readonly __brand: Name };

/** `[A-Za-z0-9_-]{1,64}`; stands in MQTT topics, never a name. */
export type DeviceId = Brand<string, "DeviceId">;
export type SiteId = Brand<string, "SiteId">;
/** Random pseudonymous id of a patient; only the identity vault knows who. */
export type PatientId = Brand<string, "PatientId">;
export type InstitutionId = Brand<string, "InstitutionId">;
export type UserId = Brand<string, "UserId">;
export type AlertId = Brand<string, "AlertId">;

const TOPIC_SAFE = /^[A-Za-z0-9_-]{1,64}$/;

/** True when the text may stand as `{site}` or `{device}` in a topic (contract section 2). */
export const isTopicSafe = (text: string): boolean => TOPIC_SAFE.test(text);
