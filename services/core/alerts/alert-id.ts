/** The id of an alert follows from what it is about, so that a replay makes the same one (semantics 6.3). */
import type { AlertId } from "#core/ids.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const mixed = (value: number): number => {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Four 32-bit lanes over the characters, each seeded and mixed on its own, then folded into one another. */
const hash128 = (text: string): [number, number, number, number] => {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x452821e6];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193) ^ (d >>> 15);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (a >>> 13);
    c = Math.imul(c ^ code, 0x27d4eb2f) ^ (b >>> 11);
    d = Math.imul(d ^ code, 0x165667b1) ^ (c >>> 17);
  }
  a = mixed(a ^ b ^ text.length);
  b = mixed(b ^ c ^ a);
  c = mixed(c ^ d ^ b);
  d = mixed(d ^ a ^ c);
  return [mixed(a ^ d), b, c, d];
};

/** `al-` and 26 characters of base 32. */
export const alertId = (subject: string, rule: string, onsetAt: number, ordinal: number): AlertId => {
  const lanes = hash128(`${subject}|${rule}|${onsetAt}|${ordinal}`);
  let bits = 0n;
  for (const lane of lanes) bits = (bits << 32n) | BigInt(lane);
  let text = "";
  for (let index = 0; index < 26; index++) {
    text = (ALPHABET[Number(bits & 31n)] as string) + text;
    bits >>= 5n;
  }
  return `al-${text}` as AlertId;
};
