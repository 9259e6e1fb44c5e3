/** Bytes of a checkpoint: a writer that grows and a reader that follows it, both little-endian. */
type Cells = Float64Array | Float32Array | Uint32Array | Int16Array | Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class ByteWriter {
  #bytes = new Uint8Array(512);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  #room(size: number): number {
    const at = this.#length;
    const end = at + size;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = end;
    return at;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  floats(values: Float64Array): void {
    this.u32(values.length);
    this.block(values);
  }

  /** The array's own memory as it is: every machine we run on is little-endian, as the rest of the format is. */
  block(values: Cells): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.u32(bytes.length);
    // First the room: it may move the bytes elsewhere.
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  json(value: unknown): void {
    this.text(JSON.stringify(value) ?? "null");
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(size: number): number {
    const at = this.#at;
    this.#at = at + size;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  floats(): Float64Array {
    const values = new Float64Array(this.u32());
    this.block(values);
    return values;
  }

  /** Fills the array with what `block` wrote. */
  block(into: Cells): void {
    const at = this.#take(into.byteLength);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(this.#bytes.subarray(at, at + into.byteLength));
  }

  text(): string {
    const length = this.u32();
    const at = this.#take(length);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** What `json` wrote; the caller names its shape, for the bytes are our own. */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
