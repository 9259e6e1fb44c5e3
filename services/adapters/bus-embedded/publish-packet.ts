/** Decodes a PUBLISH in place: offsets and numbers only, nothing is copied and no text is made. */

export interface PublishFields {
  qos: 0 | 1 | 2;
  retain: boolean;
  topicStart: number;
  topicLength: number;
  /** 0 with QoS 0. */
  packetId: number;
  /** MQTT 5 topic alias, 0 when there is none. */
  alias: number;
  payloadStart: number;
}

export const createPublishFields = (): PublishFields => ({
  qos: 0,
  retain: false,
  topicStart: 0,
  topicLength: 0,
  packetId: 0,
  alias: 0,
  payloadStart: 0,
});

/** Lengths of the properties a client's PUBLISH may have (MQTT 5, 3.3.2.3). */
const PAYLOAD_FORMAT = 0x01;
const MESSAGE_EXPIRY = 0x02;
const CONTENT_TYPE = 0x03;
const RESPONSE_TOPIC = 0x08;
const CORRELATION_DATA = 0x09;
const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;

const readLength = (bytes: Buffer, at: number, end: number): number =>
  at + 2 > end ? -1 : ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

/** The position behind a two-byte length and its bytes, or -1. */
const skipString = (bytes: Buffer, at: number, end: number): number => {
  const length = readLength(bytes, at, end);
  return length < 0 || at + 2 + length > end ? -1 : at + 2 + length;
};

/** The position behind the property at `at`, or -1 for one that may not stand here. */
const readProperty = (into: PublishFields, bytes: Buffer, at: number, end: number): number => {
  const value = at + 1;
  switch (bytes[at]) {
    case PAYLOAD_FORMAT:
      return value + 1;
    case MESSAGE_EXPIRY:
      return value + 4;
    case CONTENT_TYPE:
    case RESPONSE_TOPIC:
    case CORRELATION_DATA:
      return skipString(bytes, value, end);
    case USER_PROPERTY: {
      const second = skipString(bytes, value, end);
      return second < 0 ? -1 : skipString(bytes, second, end);
    }
    case TOPIC_ALIAS: {
      const alias = readLength(bytes, value, end);
      // Twice, or zero, is a protocol error [MQTT-3.3.2-8].
      if (alias < 1 || into.alias !== 0) return -1;
      into.alias = alias;
      return value + 2;
    }
    default:
      return -1;
  }
};

const readProperties = (into: PublishFields, bytes: Buffer, at: number, end: number): number => {
  let length = 0;
  let position = at;
  for (let shift = 0; ; shift += 7) {
    if (shift > 21 || position >= end) return -1;
    const byte = bytes[position] as number;
    position += 1;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const stop = position + length;
  if (stop > end) return -1;
  while (position < stop) {
    position = readProperty(into, bytes, position, stop);
    if (position < 0 || position > stop) return -1;
  }
  return position;
};

/** Fills `into` from the packet `bytes[start, end)`; false when it is malformed. */
export const decodePublish = (into: PublishFields, bytes: Buffer, start: number, body: number, end: number, version: number): boolean => {
  const first = bytes[start] as number;
  const qos = (first >> 1) & 3;
  // [MQTT-3.3.1-4]
  if (qos === 3) return false;
  const topicLength = readLength(bytes, body, end);
  let at = body + 2 + topicLength;
  if (topicLength < 0 || at > end) return false;
  let packetId = 0;
  if (qos > 0) {
    packetId = readLength(bytes, at, end);
    // Missing, or zero [MQTT-2.2.1-3].
    if (packetId < 1) return false;
    at += 2;
  }
  into.alias = 0;
  if (version === 5) {
    at = bytes[at] === 0 && at < end ? at + 1 : readProperties(into, bytes, at, end);
    if (at < 0) return false;
  }
  into.qos = qos as 0 | 1 | 2;
  into.retain = (first & 1) === 1;
  into.topicStart = body + 2;
  into.topicLength = topicLength;
  into.packetId = packetId;
  into.payloadStart = at;
  return true;
};
