/** What the splitter must know of a CONNECT: the protocol version and the keep alive, which it takes over from aedes. */

export interface ConnectPacket {
  /** 3 (MQTT 3.1), 4 (3.1.1) or 5; anything else is refused with CONNACK 0x01. */
  readonly version: number;
  readonly keepAliveS: number;
}

const NAMES = new Map([
  [4, "MQTT"],
  [6, "MQIsdp"],
]);

/**
 * Reads the variable header at `body` and sets its keep alive to 0 in place: telemetry never reaches aedes, whose own
 * timer would take a device that only sends telemetry for dead. Undefined when it is no CONNECT of MQTT.
 */
export const takeOverConnect = (bytes: Buffer, body: number, end: number): ConnectPacket | undefined => {
  if (end - body < 2) return undefined;
  const nameLength = bytes.readUInt16BE(body);
  const name = NAMES.get(nameLength);
  const versionAt = body + 2 + nameLength;
  // Version, flags and keep alive follow the name.
  if (name === undefined || versionAt + 4 > end) return undefined;
  if (bytes.toString("latin1", body + 2, versionAt) !== name) return undefined;
  const version = bytes.readUInt8(versionAt) & 0x7f;
  const keepAliveS = bytes.readUInt16BE(versionAt + 2);
  bytes.writeUInt16BE(0, versionAt + 2);
  return { version, keepAliveS };
};
