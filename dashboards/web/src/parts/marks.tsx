/** Shapes that say severity, state and tier without colour: inline SVG, digits inside, edges dark enough alone. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing made here is the image: there is no file for an <img> */
import type { ReactElement } from "react";
import type { TileState } from "../data/reading-state.ts";
import type { Severity, WireAlert } from "../data/wire.ts";
import { useWords } from "../rooms/house-context.ts";

const SHAPES: Readonly<Record<Severity, ReactElement>> = {
  S1: <path d="M7 1.5h6L18.5 7v6L13 18.5H7L1.5 13V7z" />,
  S2: <path d="M10 1.8 19 18H1z" strokeLinejoin="round" />,
  S3: <circle cx="10" cy="10" r="8.4" />,
  S4: <path d="M10 1.5 18.5 10 10 18.5 1.5 10z" />,
  T: <rect x="2" y="2" width="16" height="16" rx="1.5" />,
};

export const SeverityMark = ({
  severity,
  status,
  flash = false,
  size = 20,
}: {
  readonly severity: Severity;
  readonly status: WireAlert["status"];
  readonly flash?: boolean;
  readonly size?: number;
}): ReactElement => {
  const words = useWords();
  const quiet = status !== "open";
  return (
    <svg
      className={`mark mark-${severity}${flash && !quiet ? " flash" : ""}`}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      role="img"
      aria-label={`${severity} ${words.severities[severity]}, ${words.statuses[status]}`}
    >
      {SHAPES[severity]}
      <text x="10" y={severity === "S2" ? 16 : 14.2} textAnchor="middle">
        {severity.replace("S", "")}
      </text>
    </svg>
  );
};

const ICONS: Readonly<Record<string, ReactElement>> = {
  degraded: <path d="M2 10c2-4 4-4 6 0s4 4 6 0" />,
  stale: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.5 1.5" />
    </>
  ),
  off_body: <path d="M6 14V4.5a1.5 1.5 0 0 1 3 0V9c2 0 3 1 3 3v2M3 3l10 11" />,
  silent: <circle cx="8" cy="8" r="6" strokeDasharray="3 2.2" />,
  frozen: <path d="M2.5 6h11M2.5 10h11" />,
  paused: <path d="M5.5 3v10M10.5 3v10" strokeWidth="2.4" />,
  never_started: <circle cx="8" cy="8" r="6" strokeDasharray="0.1 2.6" strokeLinecap="round" strokeWidth="1.8" />,
  live: <path d="M4.500 3.500 12.500 8l-8 4.500z" fill="currentColor" stroke="none" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" strokeWidth="2" />,
  phone: <path d="M3 3h3l1.2 3-1.6 1.2a8 8 0 0 0 3.2 3.2L10 8.8l3 1.2v3c-6 .5-10.500-4-10-10z" />,
  sound: <path d="M3 6.200v3.600h2.200L8.500 12.500v-9L5.200 6.200zM10.500 6a3 3 0 0 1 0 4M12 4.200a5.500 5.500 0 0 1 0 7.600" />,
  mute: <path d="M3 6.200v3.600h2.200L8.500 12.500v-9L5.200 6.200zM10.500 6.200l3.500 3.600M14 6.200l-3.500 3.600" />,
  search: <path d="M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300 14 14" />,
  more: <path d="M3.500 8h.1M8 8h.1M12.500 8h.1" strokeWidth="2.600" strokeLinecap="round" />,
  back: <path d="M10 3 5 8l5 5" />,
  home: <path d="M2.500 7.500 8 3l5.500 4.500V13.500h-11z" />,
  bell: <path d="M4 11.500V7a4 4 0 0 1 8 0v4.500zM2.500 11.500h11M7 14h2" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  T0: <path d="M2.500 7.500 8 3l5.500 4.500V13.500h-11z" />,
  T1: <path d="M2 9h12v4H2z" />,
  T2: <path d="M3 5h10v8H3zM3 9h10" />,
  T3: <path d="M4 2h8v11H4zM4 5.700h8M4 9.300h8" />,
  E: <path d="M6 2h4v4h4v4h-4v4H6v-4H2V6h4z" />,
};

export const Icon = ({
  name,
  label,
  size = 14,
}: {
  readonly name: string;
  readonly label?: string;
  readonly size?: number;
}): ReactElement => (
  <svg
    className="icon"
    viewBox="0 0 16 16"
    width={size}
    height={size}
    {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
  >
    {ICONS[name]}
  </svg>
);

export const StateMark = ({ state }: { readonly state: TileState }): ReactElement | null => {
  const words = useWords();
  return state === "live" ? null : <Icon name={state} label={words.states[state]} />;
};

/** Patterns every chart may fill with; once a page. */
export const Patterns = (): ReactElement => (
  <svg className="patterns" width="0" height="0" aria-hidden="true">
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="2" height="6" className="hatch-line" />
      </pattern>
    </defs>
  </svg>
);
