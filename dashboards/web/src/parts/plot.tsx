/** The drawing of one pane: line with envelope, dots, steps or bars, over bands, hatched gaps and limits. Made once, then only fed. */
import { useEffect, useRef, type ReactElement } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "../data/pane-columns.ts";
import type { PanePlan } from "../data/pane-plan.ts";

export interface PlotState {
  readonly draw: PanePlan["draw"];
  /** Token of the line, e.g. `--s-spo2`. */
  readonly stroke: string;
  readonly columns: Columns;
  readonly lower: Columns | null;
  readonly compared: Columns | null;
  readonly from: number;
  readonly edge: number;
  readonly min: number;
  readonly max: number;
  readonly xTicks: readonly { readonly t: number; readonly midnight: boolean }[];
  readonly yTicks: readonly number[];
  readonly target: readonly [number, number] | null;
  readonly own: readonly [number, number] | null;
  readonly lines: readonly number[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly window: { readonly from: number; readonly to: number; readonly token: string } | null;
  readonly limits: readonly { readonly value: number; readonly from: number; readonly to: number }[];
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const HATCH = 7;
/** Raw points show as dots when they stand this far apart. */
const DOTS_FROM_PX = 2.5;

interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
  readonly x: (t: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const brushOf = (plot: uPlot): Brush => {
  const { ctx, bbox } = plot;
  return {
    context: ctx,
    ratio: devicePixelRatio,
    x: (t) => plot.valToPos(t, "x", true),
    y: (value) => plot.valToPos(value, "y", true),
    left: bbox.left,
    right: bbox.left + bbox.width,
    top: bbox.top,
    bottom: bbox.top + bbox.height,
  };
};

const stroked = ({ context, ratio }: Brush, color: string, width: number, dash: readonly number[], trace: () => void): void => {
  context.strokeStyle = color;
  context.lineWidth = width * ratio;
  context.setLineDash(dash.map((length) => length * ratio));
  context.beginPath();
  trace();
  context.stroke();
  context.setLineDash([]);
};

const hatch = (brush: Brush, from: number, to: number): void => {
  const { context, ratio, top, bottom } = brush;
  const left = Math.max(brush.left, brush.x(from));
  const right = Math.min(brush.right, Math.max(brush.x(to), left + 2 * ratio));
  if (right <= brush.left || left >= brush.right) return;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  const height = bottom - top;
  stroked(brush, token("--gap"), 2.4, [], () => {
    for (let x = left - height - ((left - height) % (HATCH * ratio)); x < right; x += HATCH * ratio) {
      context.moveTo(x, bottom);
      context.lineTo(x + height, top);
    }
  });
  context.restore();
};

/** Below the line: window of the evidence, grid, bands, gaps. */
const drawUnder = (brush: Brush, state: PlotState): void => {
  const { context, left, right, top, bottom, x, y } = brush;
  const level = (value: number): number => Math.round(y(Math.min(state.max, Math.max(state.min, value)))) + 0.5;
  const across = (values: readonly number[]) => () => {
    for (const value of values) {
      context.moveTo(left, level(value));
      context.lineTo(right, level(value));
    }
  };
  if (state.window !== null) {
    const from = x(state.window.from);
    context.save();
    context.globalAlpha = 0.16;
    context.fillStyle = token(state.window.token);
    context.fillRect(from, top, Math.max(2 * brush.ratio, x(state.window.to) - from), bottom - top);
    context.restore();
  }
  if (state.target !== null) {
    context.fillStyle = token("--band-target");
    context.fillRect(left, level(state.target[1]), right - left, level(state.target[0]) - level(state.target[1]));
  }
  if (state.own !== null) {
    if (state.target === null) {
      context.save();
      context.globalAlpha = 0.1;
      context.fillStyle = token(state.stroke);
      context.fillRect(left, level(state.own[1]), right - left, level(state.own[0]) - level(state.own[1]));
      context.restore();
    }
    context.save();
    context.globalAlpha = 0.75;
    stroked(brush, token(state.stroke), 1, [4, 4], across(state.own));
    context.restore();
  }
  stroked(brush, token("--grid"), 1, [], () => {
    across(state.yTicks)();
    for (const { t } of state.xTicks) {
      const at = Math.round(x(t)) + 0.5;
      context.moveTo(at, top);
      context.lineTo(at, bottom);
    }
  });
  if (state.lines.length > 0) stroked(brush, token("--edge"), 1, [2, 3], across(state.lines));
  for (const gap of state.gaps) hatch(brush, gap.from, gap.to);
};

/** Above the line: the other period, pairs, limits. */
const drawOver = (brush: Brush, state: PlotState): void => {
  const { context, x, y } = brush;
  context.save();
  context.beginPath();
  context.rect(brush.left, brush.top, brush.right - brush.left, brush.bottom - brush.top);
  context.clip();
  const { compared, lower, columns } = state;
  if (compared !== null)
    stroked(brush, token("--ink-2"), 1.2, [3, 3], () => {
      let pen = false;
      compared.t.forEach((t, index) => {
        const value = compared.mean[index];
        if (typeof value !== "number") pen = false;
        else if (pen) context.lineTo(x(t), y(value));
        else {
          context.moveTo(x(t), y(value));
          pen = true;
        }
      });
    });
  if (lower !== null) {
    const upper = new Map(columns.t.map((t, index) => [t, columns.mean[index]]));
    stroked(brush, token(state.stroke), 2.4, [], () => {
      lower.t.forEach((t, index) => {
        const [low, high] = [lower.mean[index], upper.get(t)];
        if (typeof low !== "number" || typeof high !== "number") return;
        const half = 3.5 * brush.ratio;
        context.moveTo(x(t), y(low));
        context.lineTo(x(t), y(high));
        for (const value of [low, high]) {
          context.moveTo(x(t) - half, y(value));
          context.lineTo(x(t) + half, y(value));
        }
      });
    });
  }
  // A doubtful sample is a hollow dot, whatever else the pane draws.
  if (columns.rough.size > 0)
    columns.t.forEach((t, index) => {
      const value = columns.mean[index];
      if (typeof value !== "number" || !columns.rough.has(t)) return;
      context.beginPath();
      context.arc(x(t), y(value), 3.2 * brush.ratio, 0, 2 * Math.PI);
      context.fillStyle = token("--surface");
      context.fill();
      context.strokeStyle = token(state.stroke);
      context.lineWidth = 1.3 * brush.ratio;
      context.stroke();
    });
  stroked(brush, token("--ink"), 1.3, [5, 3], () => {
    for (const { value, from, to } of state.limits) {
      const level = Math.round(y(value)) + 0.5;
      context.moveTo(Math.max(brush.left, x(from)), level);
      context.lineTo(Math.min(brush.right, x(to)), level);
    }
  });
  context.restore();
};

const pathsOf = (draw: PanePlan["draw"]): uPlot.Series.PathBuilder | undefined => {
  if (draw === "steps") return uPlot.paths.stepped?.({ align: 1 });
  if (draw === "bars") return uPlot.paths.bars?.({ size: [0.7, 14, 2] });
  return draw === "dots" ? () => null : undefined;
};

export const Plot = ({ state, label }: { readonly state: PlotState; readonly label: string }): ReactElement => {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(state);
  const made = useRef<uPlot | null>(null);
  const { draw } = state;
  useEffect(() => {
    latest.current = state;
    const { t, min, max, mean } = state.columns;
    made.current?.setData([[...t], [...min], [...max], [...mean]] as uPlot.AlignedData);
  }, [state]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const now = (): PlotState => latest.current;
    const stroke = (): string => token(now().stroke);
    const size = () => ({ width: Math.max(60, element.clientWidth), height: Math.max(20, element.clientHeight) });
    const sparse = (plot: uPlot): boolean => {
      const { columns, from, edge } = now();
      return (columns.spacingMs / (edge - from)) * (plot.bbox.width / devicePixelRatio) > DOTS_FROM_PX;
    };
    const paths = pathsOf(draw);
    const { t, min, max, mean } = now().columns;
    const plot = new uPlot(
      {
        ...size(),
        cursor: { show: false },
        legend: { show: false },
        padding: [0, 0, 0, 0],
        scales: { x: { time: false, range: () => [now().from, now().edge] }, y: { range: () => [now().min, now().max] } },
        axes: [{ show: false }, { show: false }],
        series: [
          {},
          { stroke: "transparent", points: { show: false } },
          { stroke: "transparent", points: { show: false } },
          {
            stroke,
            width: draw === "bars" ? 0 : 1.6,
            ...(draw === "bars" ? { fill: stroke } : {}),
            ...(paths === undefined ? {} : { paths }),
            points: {
              show: (own) => (draw === "dots" ? now().lower === null : draw === "line" && sparse(own)),
              size: draw === "dots" ? 7 : 4,
              width: 0,
              fill: stroke,
              stroke,
            },
            spanGaps: false,
          },
        ],
        bands: draw === "line" ? [{ series: [2, 1], fill: () => `color-mix(in srgb, ${stroke()} 22%, transparent)` }] : [],
        hooks: { drawClear: [(own) => drawUnder(brushOf(own), now())], draw: [(own) => drawOver(brushOf(own), now())] },
      },
      [[...t], [...min], [...max], [...mean]] as uPlot.AlignedData,
      element,
    );
    made.current = plot;
    const fit = (): void => {
      const { width, height } = size();
      if (width !== plot.width || height !== plot.height) plot.setSize({ width, height });
    };
    const resize = new ResizeObserver(fit);
    resize.observe(element);
    // Colours are read from the page while drawing: another theme draws again, and so does paper.
    const repaint = (): void => {
      fit();
      plot.redraw(false);
    };
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    element.addEventListener("repaint", repaint);
    return () => {
      resize.disconnect();
      theme.disconnect();
      element.removeEventListener("repaint", repaint);
      made.current = null;
      plot.destroy();
    };
  }, [draw]);
  // A drawing made here is the image: there is no file for an <img>.
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
  return <div ref={box} className="plot" role="img" aria-label={label} />;
};
