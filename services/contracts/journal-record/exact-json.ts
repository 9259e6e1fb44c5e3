/** JSON that keeps NaN, the infinities and -0, which plain JSON turns into null and 0. */
const MARK = "\u0000number";
const ESCAPED_MARK = JSON.stringify(MARK).slice(1, -1);

const nameOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

export const encodeExactJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "number" && (!Number.isFinite(item) || Object.is(item, -0)) ? { [MARK]: nameOf(item) } : item,
  );

export const decodeExactJson = (text: string): unknown => {
  if (!text.includes(ESCAPED_MARK)) return JSON.parse(text);
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || !Object.hasOwn(item, MARK)) return item;
    const name = (item as Record<string, unknown>)[MARK];
    return typeof name === "string" ? Number(name) : item;
  });
};
