/** Hashes of the newest numbers of a counter: 16 bits each in a ring that grows on demand, so at most 128 KiB for 65,536 numbers. */
export class RecentHashes {
  readonly #limit: number;
  /** Slot `seq % length`; 0: nothing known. Valid for numbers in `(top − length, top]`. */
  #ring = new Uint16Array(64);
  #top = -1;
  #bottom = -1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.#ring = new Uint16Array(64);
    this.#top = -1;
    this.#bottom = -1;
  }

  /** True when this number is remembered with another hash. */
  differs(seq: number, hash: number): boolean {
    const known = this.#known(seq);
    return known !== 0 && known !== short(hash);
  }

  remembers(seq: number): boolean {
    return this.#known(seq) !== 0;
  }

  #known(seq: number): number {
    return seq > this.#top || seq <= this.#top - this.#ring.length ? 0 : (this.#ring[seq % this.#ring.length] as number);
  }

  put(seq: number, hash: number): void {
    if (this.#top < 0) {
      this.#top = seq;
      this.#bottom = seq;
    } else if (seq > this.#top) {
      this.#fit(seq);
      this.#advance(seq);
    } else if (seq <= this.#top - this.#ring.length) return;
    this.#ring[seq % this.#ring.length] = short(hash);
  }

  #fit(seq: number): void {
    const wanted = Math.min(this.#limit, seq - this.#bottom + 1);
    let length = this.#ring.length;
    while (length < wanted) length *= 2;
    if (length === this.#ring.length) return;
    const grown = new Uint16Array(length);
    for (let number = Math.max(this.#bottom, this.#top - this.#ring.length + 1); number <= this.#top; number++) {
      grown[number % length] = this.#ring[number % this.#ring.length] as number;
    }
    this.#ring = grown;
  }

  /** Numbers jumped over are unknown. */
  #advance(seq: number): void {
    if (seq - this.#top >= this.#ring.length) this.#ring.fill(0);
    else for (let number = this.#top + 1; number < seq; number++) this.#ring[number % this.#ring.length] = 0;
    this.#top = seq;
  }
}

/** 0 means "nothing known", so no hash may be 0. */
const short = (hash: number): number => hash & 0xffff || 1;
