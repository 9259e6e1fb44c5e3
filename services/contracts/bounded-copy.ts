/** A copy of what a device wrote that is safe to keep, compare and serialise: nesting, members and text are bounded. */
const DEPTH = 6;
const MEMBERS = 64;
const TEXT = 1_024;

/** Content beyond the bounds becomes "…"; an ordinary sample is copied whole. */
export const boundedCopy = (value: unknown, depth = DEPTH): unknown => {
  if (typeof value === "string") return value.length > TEXT ? `${value.slice(0, TEXT)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) {
    const items = value.slice(0, MEMBERS).map((item) => boundedCopy(item, depth - 1));
    return value.length > MEMBERS ? [...items, "…"] : items;
  }
  const copy: [string, unknown][] = [];
  for (const key in value) {
    if (copy.length === MEMBERS) {
      copy.push(["…", "…"]);
      break;
    }
    copy.push([key.length > TEXT ? `${key.slice(0, TEXT)}…` : key, boundedCopy((value as Record<string, unknown>)[key], depth - 1)]);
  }
  // fromEntries defines own members, so a member named __proto__ stays a member.
  return Object.fromEntries(copy);
};
