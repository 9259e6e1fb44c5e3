/** MQTT topics `homeward/v1/{site}/{device}/{channel}` (contract section 2). */
import type { DeviceId, SiteId } from "#core/ids.ts";

export type Channel = "telemetry" | "waveform" | "status" | "receipt" | "command";

export interface Topic {
  readonly site: SiteId;
  readonly device: DeviceId;
  readonly channel: Channel;
}

const ROOT = "homeward/v1";
const TOPIC = /^homeward\/v1\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})\/(telemetry|waveform|status|receipt|command)$/;

/** Null for anything but one of our topics. */
export const parseTopic = (topic: string): Topic | null => {
  const match = topic.length > 200 ? null : TOPIC.exec(topic);
  if (match === null) return null;
  return { site: match[1] as SiteId, device: match[2] as DeviceId, channel: match[3] as Channel };
};

/** What every topic of a device begins with. */
export const topicPrefix = (site: string, device: string): string => `${ROOT}/${site}/${device}/`;
export const topicOf = (site: string, device: string, channel: Channel): string => `${topicPrefix(site, device)}${channel}`;
export const receiptTopic = (site: string, device: string): string => topicOf(site, device, "receipt");
export const commandTopic = (site: string, device: string): string => topicOf(site, device, "command");

/** What a server behind another broker subscribes to for one channel of every device. */
export const topicFilter = (channel: Channel): string => `${ROOT}/+/+/${channel}`;
