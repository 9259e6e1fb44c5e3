/** The few packets that do not come from aedes: acknowledgements, deliveries, DISCONNECT. */

export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBCOMP = 0x70;

export const PINGRESP = Buffer.from([0xd0, 0]);
/** CONNACK "unacceptable protocol version" [MQTT-3.1.2-2]. */
export const CONNACK_BAD_VERSION = Buffer.from([0x20, 2, 0, 1]);

/** MQTT 5 reason codes used here (MQTT 5, 2.4). */
export const REASON = {
  notAuthorized: 0x87,
  malformed: 0x81,
  protocolError: 0x82,
  serverShuttingDown: 0x8b,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  administrativeAction: 0x98,
} as const;

export type Reason = (typeof REASON)[keyof typeof REASON];

/** Each item is `(kind << 16) | packetId`; four bytes a packet mean success in MQTT 3.1.1 and 5 alike. */
export const encodeAcknowledgements = (items: readonly number[]): Buffer => {
  const bytes = Buffer.allocUnsafe(items.length * 4);
  for (let index = 0, at = 0; index < items.length; index += 1, at += 4) {
    const item = items[index] as number;
    bytes[at] = item >> 16;
    bytes[at + 1] = 2;
    bytes[at + 2] = (item >> 8) & 0xff;
    bytes[at + 3] = item & 0xff;
  }
  return bytes;
};

/** An acknowledgement of MQTT 5 that says no. */
export const encodeRefusal = (kind: number, packetId: number, reason: Reason): Buffer =>
  Buffer.from([kind, 3, packetId >> 8, packetId & 0xff, reason]);

export const encodeDisconnect = (reason: Reason): Buffer => Buffer.from([0xe0, 1, reason]);

const lengthBytes = (length: number): number => (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4);

/** A PUBLISH to a device. `properties` are the MQTT 5 properties with their length, empty for MQTT 3.1.1; `packetId` 0 means QoS 0. */
export const encodePublish = (topic: Buffer, properties: Buffer, packetId: number, payload: string): Buffer => {
  const payloadLength = Buffer.byteLength(payload);
  const length = 2 + topic.length + (packetId === 0 ? 0 : 2) + properties.length + payloadLength;
  const bytes = Buffer.allocUnsafe(1 + lengthBytes(length) + length);
  bytes[0] = packetId === 0 ? 0x30 : 0x32;
  let at = 1;
  for (let rest = length; ;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    bytes[at] = rest > 0 ? byte | 0x80 : byte;
    at += 1;
    if (rest === 0) break;
  }
  at = bytes.writeUInt16BE(topic.length, at);
  at += topic.copy(bytes, at);
  if (packetId !== 0) at = bytes.writeUInt16BE(packetId, at);
  at += properties.copy(bytes, at);
  bytes.write(payload, at);
  return bytes;
};
