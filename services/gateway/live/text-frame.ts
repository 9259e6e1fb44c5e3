/** A JSON text as the bytes of one WebSocket message, made once and shared by every viewer: server frames are not masked [RFC 6455 5.2]. */

const FIN_TEXT = 0x81;

export const encodeTextFrame = (message: unknown): Buffer => {
  const text = Buffer.from(typeof message === "string" ? message : JSON.stringify(message), "utf8");
  const size = text.length;
  const head = size < 126 ? Buffer.allocUnsafe(2) : size < 65_536 ? Buffer.allocUnsafe(4) : Buffer.allocUnsafe(10);
  head[0] = FIN_TEXT;
  if (size < 126) {
    head[1] = size;
  } else if (size < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, text]);
};
