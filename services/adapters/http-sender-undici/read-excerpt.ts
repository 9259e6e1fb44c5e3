/** Reads at most 64 KiB of an answer and keeps the first KiB for the delivery log (reliability S53). */

const READ_LIMIT = 65_536;
const KEEP = 1_024;

/** Control and direction-changing characters would let a receiver forge what an operator reads. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]+/gu;

export const readExcerpt = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let read = 0;
  // Leaving the loop early destroys the body, and with it the connection.
  for await (const chunk of body) {
    read += chunk.length;
    if (keptBytes < KEEP) {
      const part = chunk.subarray(0, KEEP - keptBytes);
      kept.push(part);
      keptBytes += part.length;
    }
    if (read >= READ_LIMIT) break;
  }
  return new TextDecoder().decode(Buffer.concat(kept)).replace(UNPRINTABLE, " ").trim();
};
