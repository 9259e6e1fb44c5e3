/** Reads back what `ByteWriter` wrote; anything that does not fit is a `JournalRecordError`, never a wrong value. */
import { JournalRecordError } from "#contracts/journal-record/journal-record-error.ts";

// Without `ignoreBOM` a leading U+FEFF would vanish.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new JournalRecordError("the entry ends too early");
    this.#at = at + count;
    return at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new JournalRecordError("a length is not a number");
  }

  /** A copy: the entry outlives the buffer it came from. */
  raw(): Uint8Array {
    const size = this.varint();
    const at = this.#take(size);
    return this.#bytes.slice(at, at + size);
  }

  text(): string {
    const header = this.varint();
    const size = Math.floor(header / 2);
    const at = this.#take(size);
    if (size === 0) return "";
    if (header % 2 === 1) {
      let text = "";
      for (let index = at; index + 1 < at + size; index += 2) text += String.fromCharCode(this.#view.getUint16(index, true));
      return text;
    }
    try {
      return decoder.decode(this.#bytes.subarray(at, at + size));
    } catch (cause) {
      throw new JournalRecordError("a text is not UTF-8", { cause });
    }
  }

  floats(count: number): Float32Array {
    const at = this.#take(count * 4);
    const values = new Float32Array(count);
    for (let index = 0; index < count; index++) values[index] = this.#view.getFloat32(at + index * 4, true);
    return values;
  }

  /** Nothing may follow the last field. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new JournalRecordError("the entry is longer than its fields");
  }
}
