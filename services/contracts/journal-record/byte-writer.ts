/** A growing little-endian buffer: what the codec writes into, record after record, without allocating for each. */

// `take` may replace `bytes` and `view`: it is called before they are looked at, never inside an expression that did already.
const encoder = new TextEncoder();

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Bytes written; set it back to forget what came after. */
  length = 0;

  constructor(buffer: ArrayBuffer = new ArrayBuffer(4096)) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Makes room for `count` more bytes, returns where they begin and counts them as written. */
  take(count: number): number {
    const at = this.length;
    if (at + count > this.bytes.length) this.#grow(at + count);
    this.length = at + count;
    return at;
  }

  #grow(needed: number): void {
    let size = this.bytes.length || 64;
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  u8(value: number): void {
    const at = this.take(1);
    this.bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.take(2);
    this.view.setUint16(at, value, true);
  }

  i32(value: number): void {
    const at = this.take(4);
    this.view.setInt32(at, value, true);
  }

  f64(value: number): void {
    const at = this.take(8);
    this.view.setFloat64(at, value, true);
  }

  /** Whole number from 0 to 2^32 - 1, seven bits a byte. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.u8((rest & 127) | 128);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  raw(value: Uint8Array): void {
    this.varint(value.length);
    const at = this.take(value.length);
    this.bytes.set(value, at);
  }

  /** Length × 2, then UTF-8; + 1 and UTF-16 for text that UTF-8 cannot carry (a lone surrogate): what came in must come out. */
  text(value: string): void {
    const start = this.length;
    const size = value.length;
    this.varint(size * 2);
    const at = this.take(size);
    const bytes = this.bytes;
    let index = 0;
    for (; index < size; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) break;
      bytes[at + index] = code;
    }
    if (index < size) {
      this.length = start;
      this.#wideText(value);
    }
  }

  #wideText(value: string): void {
    if (value.isWellFormed()) {
      const utf8 = encoder.encode(value);
      this.varint(utf8.length * 2);
      const at = this.take(utf8.length);
      this.bytes.set(utf8, at);
      return;
    }
    this.varint(value.length * 4 + 1);
    for (let index = 0; index < value.length; index++) this.u16(value.charCodeAt(index));
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
