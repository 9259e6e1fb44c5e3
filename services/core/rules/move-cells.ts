/** Moves a stretch of a typed array to the beginning of another, or of itself. */
type Cells = Uint8Array | Int16Array | Uint32Array | Float64Array;

export const moveCells = (from: Cells, first: number, count: number, into: Cells): void => {
  if (from === into) into.copyWithin(0, first, first + count);
  else into.set(from.subarray(first, first + count));
};
