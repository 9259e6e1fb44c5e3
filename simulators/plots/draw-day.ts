/** A day of one persona as a picture: a panel for each thing its devices measure, the night shaded, sessions, walks and puffs marked. */
import { type EpochMs, HOUR, MINUTE } from "#core/time.ts";
import type { Persona } from "../people/persona.ts";
import type { Doing, LivedDay } from "./live-day.ts";
import { drawTrace, drawZoom, path } from "./draw-trace.ts";
import { type Panel, panelsOf, type Reading, readingsOf } from "./panel.ts";

/** One unit of width is one minute. */
const LEFT = 200;
const RIGHT = 20;
const TOP = 96;
const HIGH = 104;
const LOW = 74;
const GAP = 16;
const BOTTOM = 34;

export interface DayPicture {
  readonly persona: Persona;
  readonly day: LivedDay;
  readonly seed: number;
  readonly zoneOffsetMs: number;
}

export const drawDay = ({ persona, day, seed, zoneOffsetMs }: DayPicture): string => {
  const panels = panelsOf(day);
  const minutes = Math.round((day.to - day.from) / MINUTE);
  const tall = ({ draw }: Panel): number => (draw.as === "trace" || draw.as === "wave" || draw.as === "zoom" ? HIGH : LOW);
  const height = TOP + panels.reduce((sum, panel) => sum + tall(panel) + GAP, 0) + BOTTOM;
  const width = LEFT + minutes + RIGHT;
  const end = height - BOTTOM - GAP;
  let y = TOP;
  const drawn = panels.map((panel) => {
    const at = y;
    y += tall(panel) + GAP;
    return `<g transform="translate(${LEFT} ${at})">${drawPanel(panel, day, tall(panel), minutes)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">`,
    `<title id="t">${persona.title.en}: a simulated day</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="head" x="20" y="34">${persona.title.en} · ${persona.title.zh}</text>`,
    `<text class="note" x="20" y="56">${persona.key}, seed ${seed}. Simulated person, simulated devices. Line: mean of a minute; shade: lowest to highest; amber: the device doubts it; red below: no signal.</text>`,
    `<g transform="translate(${LEFT} 0)">`,
    ...nights(day).map(
      ({ from, to }) => `<rect class="night" x="${from}" y="${TOP - 26}" width="${to - from}" height="${end - TOP + 26}"/>`,
    ),
    hours(day, zoneOffsetMs, minutes, end),
    strip(day),
    "</g>",
    ...drawn,
    "</svg>\n",
  ].join("\n");
};

const minuteOf = (day: LivedDay, t: EpochMs): number => round((t - day.from) / MINUTE, 1);
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const nights = (day: LivedDay): { readonly from: number; readonly to: number }[] =>
  day.doings
    .filter(({ activity }) => activity === "asleep")
    .map(({ from, to }) => ({ from: Math.round(minuteOf(day, from)), to: Math.round(minuteOf(day, to)) }));

const hours = (day: LivedDay, zoneOffsetMs: number, minutes: number, end: number): string => {
  const marks: string[] = [];
  for (let minute = 0; minute <= minutes; minute += 180) {
    const hour = ((day.from + zoneOffsetMs + minute * MINUTE) / HOUR) % 24;
    marks.push(
      `<path class="hour" d="M${minute} ${TOP - 26}V${end}"/><text class="tick mid" x="${minute}" y="${end + 20}">${String(hour).padStart(2, "0")}:00</text>`,
    );
  }
  return marks.join("");
};

/** What the person does, over the panels: walks, prescribed sessions, puffs. */
const strip = (day: LivedDay): string => {
  const block = ({ from, to, activity, exercise }: Doing): string => {
    if (activity !== "walking" && activity !== "exercising") return "";
    const x = minuteOf(day, from);
    const name = exercise === null ? "walk" : exercise.replaceAll("_", " ");
    return `<rect class="${activity}" x="${x}" y="${TOP - 24}" width="${Math.max(1, round(minuteOf(day, to) - x, 1))}" height="9"><title>${name}</title></rect>`;
  };
  const puffs = (metric: string): string =>
    (day.samples.get(`smart_inhaler ${metric}`) ?? [])
      .map(({ t }) => `<path class="${metric}" d="M${minuteOf(day, t)} ${TOP - 4}l-4-8h8z"/>`)
      .join("");
  return day.doings.map(block).join("") + puffs("inhaler_controller") + puffs("inhaler_rescue") + LEGEND;
};

const LEGEND = [
  ["walking", "walk"],
  ["exercising", "session"],
]
  .map(
    ([kind, name], index) =>
      `<rect class="${kind}" x="${-180 + 62 * index}" y="72" width="9" height="9"/><text class="tick" x="${-167 + 62 * index}" y="81">${name}</text>`,
  )
  .join("");

const drawPanel = (panel: Panel, day: LivedDay, height: number, minutes: number): string => {
  const series = panel.draw.of.map((kind) => readingsOf(day, kind));
  const bars = panel.draw.as === "bars" ? sums(series[0] ?? [], day, panel.draw.minutes, panel.draw.counts) : [];
  const values = panel.draw.as === "bars" ? bars : series.flat().flatMap(({ value }) => (value === null ? [] : [value]));
  const { low, high, step } = scaleOf(panel.scale, values);
  const yOf = (value: number): number => round(height - (height * (value - low)) / (high - low), 1);
  const ticks: string[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step)
    ticks.push(
      `<path class="rule" d="M0 ${yOf(value)}H${minutes}"/><text class="tick end" x="-8" y="${yOf(value) + 4}">${round(value, 2)}</text>`,
    );
  const drawing = {
    trace: () => series.map((readings) => drawTrace(readings, day, yOf, height)).join(""),
    wave: () => series.map((readings) => drawTrace(readings, day, yOf, null)).join(""),
    zoom: () => drawZoom(series[0] ?? [], panel.draw.as === "zoom" ? panel.draw.seconds : 1, minutes, yOf),
    dots: () => series.map((readings, index) => drawDots(readings, day, yOf, index)).join(""),
    span: () => drawSpans(series, day, yOf),
    bars: () => drawBars(bars, panel.draw.as === "bars" ? panel.draw.minutes : 1, yOf, height),
  }[panel.draw.as]();
  return `${ticks.join("")}<text class="name" x="-180" y="${height / 2 - 2}">${panel.title}</text><text class="tick" x="-180" y="${height / 2 + 14}">${panel.unit}</text><g class="${panel.ink}">${drawing}</g>`;
};

/** Round numbers round the values. */
const scaleOf = ([least, most]: readonly [number, number], values: readonly number[]) => {
  const low = values.reduce((a, b) => Math.min(a, b), least);
  const high = values.reduce((a, b) => Math.max(a, b), most);
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return { low: Math.min(low, Math.floor(low / (step / 2)) * (step / 2)), high: Math.ceil(high / (step / 2)) * (step / 2), step };
};

const drawDots = (readings: readonly Reading[], day: LivedDay, yOf: (value: number) => number, index: number): string =>
  readings
    .flatMap(({ t, value, isDoubted }) =>
      value === null
        ? []
        : [`<circle class="dot${index}${isDoubted ? " doubted" : ""}" cx="${minuteOf(day, t)}" cy="${yOf(value)}" r="3"/>`],
    )
    .join("");

const drawSpans = ([upper = [], lower = []]: readonly (readonly Reading[])[], day: LivedDay, yOf: (value: number) => number): string =>
  upper
    .flatMap(({ t, value, isDoubted }, index) => {
      const other = lower[index]?.value ?? null;
      if (value === null || other === null) return [];
      const x = minuteOf(day, t);
      return [
        `<path class="span${isDoubted ? " doubted" : ""}" d="M${x - 4} ${yOf(value)}h8m-4 0V${yOf(other)}m-4 0h8"/><text class="tick" x="${x + 8}" y="${yOf((value + other) / 2) + 4}">${value}/${other}</text>`,
      ];
    })
    .join("");

/** What came together in each stretch; `counts`: the series is a count that begins again at midnight. */
const sums = (readings: readonly Reading[], day: LivedDay, minutes: number, counts: boolean): number[] => {
  const stretches = Array.from<number>({ length: Math.round((day.to - day.from) / MINUTE / minutes) }).fill(0);
  let before: number | null = null;
  for (const { t, value } of readings) {
    if (value === null) continue;
    const index = Math.floor((t - day.from - 1) / (minutes * MINUTE));
    const more: number = !counts ? value : before === null ? 0 : value < before ? value : value - before;
    before = value;
    stretches[index] = (stretches[index] ?? 0) + more;
  }
  return stretches;
};

const drawBars = (bars: readonly number[], minutes: number, yOf: (value: number) => number, height: number): string =>
  path(
    "bar",
    bars.map((value, index) => (value === 0 ? "" : `M${index * minutes + 1} ${height}V${yOf(value)}h${minutes - 2}V${height}z`)).join(""),
  );

const colours = (dark: boolean): string => {
  const inks = dark
    ? { oxygen: "#5cc8f2", heart: "#f2859b", breath: "#7fd6a3", warmth: "#f0a868", move: "#b79cf2", machine: "#a9b4c2" }
    : { oxygen: "#0f6f9e", heart: "#b3284a", breath: "#1c7a49", warmth: "#a8560b", move: "#6741b8", machine: "#4c5866" };
  const [paper, text, quiet, rule, night, amber, red] = dark
    ? ["#12171d", "#e6ebf0", "#9aa6b2", "#2b343d", "#1d2731", "#e0a93a", "#ff6b61"]
    : ["#ffffff", "#1b2127", "#5b6670", "#e3e7eb", "#eef2f7", "#d08a00", "#c62a1f"];
  return [
    ...Object.entries(inks).map(([ink, colour]) => `.${ink}{color:${colour}}`),
    `.paper{fill:${paper}}.head,.name{fill:${text}}.note,.tick{fill:${quiet}}.rule,.hour{stroke:${rule}}.night{fill:${night}}`,
    `.doubt{stroke:${amber}}.off{stroke:${red}}.doubted{fill:${paper};stroke:${amber}}`,
    `.walking{fill:${inks.move}}.exercising{fill:${inks.warmth}}.inhaler_controller{fill:${inks.breath}}.inhaler_rescue{fill:${red}}`,
  ].join("");
};

const STYLE = [
  "text{font-family:system-ui,'Noto Sans CJK SC',sans-serif;font-size:13px}.head{font-size:20px;font-weight:600}.name{font-weight:600}.mid{text-anchor:middle}.end{text-anchor:end}",
  "path{fill:none}.line{stroke:currentColor;stroke-width:1.3}.band{stroke:currentColor;stroke-opacity:.32}.doubt{stroke-opacity:.6}.off{stroke-width:3}.bar,.dot0,.dot1{fill:currentColor}.dot1{fill-opacity:.45}.span{stroke:currentColor;stroke-width:1.6}",
  colours(false),
  `@media(prefers-color-scheme:dark){${colours(true)}}`,
].join("");
