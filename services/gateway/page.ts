/** Cuts one page out of a sorted list; the cursor is the key of the last item, so that insertions neither repeat nor hide others. */
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const DEFAULT_LIMIT = 100;

const encode = (key: string): string => Buffer.from(key, "utf8").toString("base64url");
const decode = (cursor: string): string => Buffer.from(cursor, "base64url").toString("utf8");

/** Items must be in the order of their keys; keys are unique. */
const pageOf = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: PageRequest,
): { readonly items: Item[]; readonly next: string | null } => {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const after = request.cursor === undefined ? null : decode(request.cursor);
  const rest = after === null ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, next: rest.length > limit && last !== undefined ? encode(keyOf(last)) : null };
};

/** Sorts by key, then cuts. */
export const sortedPageOf = <Item>(items: Iterable<Item>, keyOf: (item: Item) => string, request: PageRequest) =>
  pageOf(
    [...items].toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)),
    keyOf,
    request,
  );
