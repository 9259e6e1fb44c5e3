/** What outlives a connection of a device: its rate, its open QoS 2 exchanges, and where it last signed in from. */
import { TokenBucket } from "./token-bucket.ts";

export interface DeviceState {
  readonly bucket: TokenBucket;
  /** QoS 2 packet ids taken over and not yet released by PUBREL [MQTT-4.3.3-10]. */
  readonly unreleased: Set<number>;
}

export const createDeviceState = (perSecond: number, burst: number, now: number): DeviceState => ({
  bucket: new TokenBucket(perSecond, burst, now),
  unreleased: new Set(),
});
