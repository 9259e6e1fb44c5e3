/** Reads the tags a rule cares about out of a sample's canonical tag text, remembered per text. */
export interface TagReading {
  readonly side: string;
  readonly context: "rest" | "sleep" | "exercise" | "recovery" | "unknown" | null;
  readonly oxygen: "air" | "o2" | null;
}

const NONE: TagReading = { side: "", context: null, oxygen: null };
const CONTEXTS: readonly string[] = ["rest", "sleep", "exercise", "recovery", "unknown"];
const REMEMBERED = 4_096;
const readings = new Map<string, TagReading>();

export const readTags = (tags: string): TagReading => {
  if (tags === "") return NONE;
  const known = readings.get(tags);
  if (known !== undefined) return known;
  const fields = new Map(tags.split(";").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
  const context = fields.get("context") ?? "";
  const oxygen = fields.get("oxygen");
  const reading: TagReading = {
    side: fields.get("side") ?? "",
    context: CONTEXTS.includes(context) ? (context as TagReading["context"]) : null,
    oxygen: oxygen === "air" || oxygen === "o2" ? oxygen : null,
  };
  if (readings.size >= REMEMBERED) readings.clear();
  readings.set(tags, reading);
  return reading;
};
