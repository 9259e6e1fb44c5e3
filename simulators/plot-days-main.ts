/** `npm run plots`: draws a day of each persona for `docs/simulators.md`; the same seed draws the same pictures. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HOUR } from "#core/time.ts";
import { endQuietlyOnBrokenPipe } from "./command-line.ts";
import { personas } from "./people/personas.ts";
import { drawDay } from "./plots/draw-day.ts";
import { liveDay } from "./plots/live-day.ts";

const SEED = 7;
const ZONE = 8 * HOUR;
/** Everybody keeps the plan, so that everything is to be seen. A Tuesday, noon to noon, so that the night is in one piece. */
const FROM = Date.UTC(2026, 2, 3, 12) - ZONE;
const DAY_S = 86_400;
/** Devices are put on in the morning before. */
const BEFORE_S = 5 * 3_600;

endQuietlyOnBrokenPipe();
const folder = new URL("../docs/images/simulators/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const persona of personas) {
  const day = liveDay({ persona, seed: SEED, from: FROM, seconds: DAY_S, before: BEFORE_S, zoneOffsetMs: ZONE, adherence: 1 });
  const picture = drawDay({ persona, day, seed: SEED, zoneOffsetMs: ZONE });
  const file = fileURLToPath(new URL(`${persona.key}.svg`, folder));
  writeFileSync(file, picture);
  process.stdout.write(`${persona.key}.svg ${Math.round(picture.length / 1_024)} KiB\n`);
}
