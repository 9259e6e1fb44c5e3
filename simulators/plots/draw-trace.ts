/** A signal over the day: the mean of each minute over a band from its lowest to its highest value, what the device doubts apart. */
import { MINUTE } from "#core/time.ts";
import type { LivedDay } from "./live-day.ts";
import type { Reading } from "./panel.ts";

type Scale = (value: number) => number;

/** Values of one minute. */
class Tally {
  n = 0;
  #sum = 0;
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.n += 1;
    this.#sum += value;
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
  }

  get mean(): number {
    return this.#sum / this.n;
  }
}

interface Minute {
  readonly sure: Tally;
  readonly doubted: Tally;
  missing: number;
}

/** Below `floor` it is marked where there is no signal; null: not marked. */
export const drawTrace = (readings: readonly Reading[], day: LivedDay, yOf: Scale, floor: number | null): string => {
  const sure = new Pen();
  const doubted = new Pen();
  let off = "";
  for (const [index, minute] of minutesOf(readings, day).entries()) {
    if (minute === undefined) continue;
    const x = index + 0.5;
    sure.draw(x, minute.sure, yOf, minute.sure.n > 0);
    doubted.draw(x, minute.doubted, yOf, minute.sure.n === 0);
    if (floor !== null && minute.missing > minute.sure.n + minute.doubted.n) off += `M${index} ${floor + 4}h1`;
  }
  return path("band", sure.band) + path("doubt", doubted.band + doubted.line) + path("line", sure.line) + path("off", off);
};

const minutesOf = (readings: readonly Reading[], day: LivedDay): (Minute | undefined)[] => {
  const minutes = Array.from<Minute | undefined>({ length: Math.round((day.to - day.from) / MINUTE) });
  for (const { t, value, isDoubted } of readings) {
    const index = Math.floor((t - day.from - 1) / MINUTE);
    if (index < 0 || index >= minutes.length) continue;
    const minute = (minutes[index] ??= { sure: new Tally(), doubted: new Tally(), missing: 0 });
    if (value === null || !Number.isFinite(value)) minute.missing += 1;
    else (isDoubted ? minute.doubted : minute.sure).add(value);
  }
  return minutes;
};

/** The first `seconds` of a curve, over the whole width. */
export const drawZoom = (readings: readonly Reading[], seconds: number, width: number, yOf: Scale): string => {
  const first = readings[0];
  if (first === undefined) return "";
  const until = first.t + seconds * 1_000;
  // Five values a second are enough for an eye.
  const shown = readings.filter(({ t }, index) => t <= until && index % 10 === 0);
  const points = shown.flatMap(({ t, value }) =>
    value === null ? [] : [`${round((width * (t - first.t)) / (seconds * 1_000))} ${yOf(value)}`],
  );
  return path("line", `M${points.join("L")}`);
};

/** Writes lines in relative steps, short to write down, broken where a minute is missing. */
class Pen {
  line = "";
  band = "";
  #x = Number.NaN;
  #y = 0;

  draw(x: number, { n, low, high, mean }: Tally, yOf: Scale, isJoined: boolean): void {
    if (n === 0) return;
    const [top, bottom] = [yOf(high), yOf(low)];
    if (bottom - top >= 1.2 || !isJoined) this.band += `M${x} ${top}V${Math.max(bottom, round(top + 0.8))}`;
    if (isJoined) this.#to(x, yOf(mean));
  }

  #to(x: number, y: number): void {
    const dy = round(y - this.#y);
    const follows = x === this.#x + 1;
    this.line += follows ? `l1${dy < 0 ? "" : " "}${dy}` : `M${x} ${y}`;
    this.#x = x;
    this.#y = follows ? round(this.#y + dy) : y;
  }
}

const round = (value: number): number => Number(value.toFixed(1));

export const path = (kind: string, d: string): string => (d === "" ? "" : `<path class="${kind}" d="${d}"/>`);
