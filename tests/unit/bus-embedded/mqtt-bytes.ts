/** Hand-made MQTT packets for tests that say what no client library would. */

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

export const packetOf = (first: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const header = [first];
  let rest = body.length;
  do {
    header.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), body]);
};

export const connectOf = (device: string, secret: string, version = 4, keepAliveS = 0): Buffer =>
  packetOf(
    0x10,
    text("MQTT"),
    Buffer.from([version, 0xc2, keepAliveS >> 8, keepAliveS & 0xff]),
    Buffer.from(version === 5 ? [0] : []),
    text(device),
    text(device),
    text(secret),
  );

export interface PublishParts {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly packetId?: number;
  readonly qos?: 0 | 1 | 2;
  /** MQTT 5 properties without their length. */
  readonly properties?: readonly number[];
}

export const publishOf = ({ topic, payload, packetId = 1, qos = 1, properties }: PublishParts): Buffer =>
  packetOf(
    0x30 | (qos << 1),
    text(topic),
    Buffer.from(qos === 0 ? [] : [packetId >> 8, packetId & 0xff]),
    Buffer.from(properties === undefined ? [] : [properties.length, ...properties]),
    Buffer.from(payload),
  );

export const PUBACK_1 = Buffer.from([0x40, 2, 0, 1]);
export const PINGREQ = Buffer.from([0xc0, 0]);
export const PINGRESP = Buffer.from([0xd0, 0]);
/** CONNACK of MQTT 3.1.1: accepted, no session. */
export const CONNACK = Buffer.from([0x20, 2, 0, 0]);
