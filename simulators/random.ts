/** Seeded randomness: the same seed tells the same story. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Standard normal. */
  normal(): number;
  between(low: number, high: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** An independent stream, named: adding one consumer does not change the others. */
  fork(name: string): Random;
}

/** xoshiro128** seeded through splitmix32. */
export const createRandom = (seed: number): Random => {
  const state = new Uint32Array(4);
  let mix = seed >>> 0;
  for (let index = 0; index < 4; index++) {
    mix = (mix + 0x9e3779b9) >>> 0;
    let word = mix;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    state[index] = (word ^ (word >>> 15)) >>> 0;
  }
  let spare: number | null = null;
  const rotate = (value: number, by: number): number => ((value << by) | (value >>> (32 - by))) >>> 0;
  const word = (): number => {
    const [a, b, c, d] = state as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const third = (c ^ a) >>> 0;
    const fourth = (d ^ b) >>> 0;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = third ^ (b << 9);
    state[3] = rotate(fourth, 11);
    return result;
  };
  const random: Random = {
    next: () => word() / 4_294_967_296,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      const angle = 2 * Math.PI * random.next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    between: (low, high) => low + (high - low) * random.next(),
    chance: (p) => random.next() < p,
    fork(name) {
      let hash = (seed ^ 0x811c9dc5) >>> 0;
      for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
      return createRandom(hash);
    },
  };
  return random;
};
