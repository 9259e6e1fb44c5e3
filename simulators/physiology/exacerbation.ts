/** Courses of getting worse and better, as published: each answers the episodes of a story (domain 5.6). */
import type { Episode, Offsets } from "../people/episode.ts";

/** When day 0 of a course is, and how long its days last: 1,440 min as in life, less for a story told fast. */
export interface Onset {
  readonly dayZeroMin: number;
  readonly dayMin?: number;
}

type Course = readonly (readonly [minute: number, value: number])[];

/** One signal's course as an episode: its highest value is the height, the rest shares of it. */
const follow = (kind: string, signal: keyof Offsets, course: Course): Episode => {
  const neutral = signal.endsWith("Factor") ? 1 : 0;
  const [peakMin, peak] = course.reduce((most, node) => (Math.abs(node[1] - neutral) > Math.abs(most[1] - neutral) ? node : most));
  const height = peak - neutral;
  return {
    kind,
    onsetMin: course[0]?.[0] ?? 0,
    peakMin,
    endMin: course.at(-1)?.[0] ?? 0,
    offsets: { [signal]: peak },
    course: course.map(([minute, value]) => [minute, height === 0 ? 0 : (value - neutral) / height]),
  };
};

/** Values of a table at its days; nothing for signals that do not move. */
const table = (kind: string, days: readonly number[], { dayZeroMin, dayMin = 1_440 }: Onset, rows: Offsets | TableRows): Episode[] =>
  Object.entries(rows as TableRows).map(([signal, values]) =>
    follow(
      kind,
      signal as keyof Offsets,
      days.map((day, index) => [dayZeroMin + day * dayMin, values[index] ?? 0]),
    ),
  );

type TableRows = Partial<Record<keyof Offsets, readonly number[]>>;

const COPD_DAYS = [-7, -5, -3, -2, -1, 0, 1, 3, 5, 7, 10, 14];
const COPD_ROWS: TableRows = {
  symptoms: [0, 1, 3, 4, 5.5, 6.5, 6, 4.5, 3, 2, 1, 0],
  pulse: [1, 3, 6, 8, 10, 12, 11, 7, 4, 3, 1, 0],
  respRate: [0, 0.5, 2, 3, 4, 5, 4, 3, 2, 1, 0, 0],
  rescueFactor: [1, 1.3, 1.8, 2.2, 2.6, 3, 2.8, 2, 1.6, 1.3, 1.1, 1],
  stepsFactor: [1, 0.9, 0.7, 0.6, 0.45, 0.35, 0.35, 0.5, 0.6, 0.75, 0.9, 1],
  coughFactor: [1, 1.2, 1.6, 1.9, 2.2, 2.5, 2.3, 1.8, 1.5, 1.3, 1.1, 1],
};
const COPD_BY_SEVERITY = {
  mild: {
    spo2: [0, -0.3, -1, -1.5, -2, -2, -2, -1, -0.5, 0, 0, 0],
    pefFactor: [1, 0.98, 0.96, 0.95, 0.94, 0.93, 0.93, 0.95, 0.97, 0.99, 1, 1],
  },
  severe: {
    spo2: [0, -0.5, -2, -3, -5, -7, -6, -4, -2.5, -1.5, -0.5, 0],
    pefFactor: [1, 0.96, 0.92, 0.89, 0.86, 0.82, 0.83, 0.88, 0.92, 0.95, 0.98, 1],
  },
} as const satisfies Record<string, TableRows>;
const COPD_FEVER: TableRows = { coreTemp: [0, 0, 0.4, 0.7, 1, 1.2, 0.8, 0.3, 0, 0, 0, 0] };

/** Day 0: treatment starts; signs from a week before to two weeks after. */
export const copdExacerbation = (
  onset: Onset & { readonly severity: "mild" | "severe"; /** In 30 % of events. */ readonly fever?: boolean },
): Episode[] =>
  table(`copd_exacerbation_${onset.severity}`, COPD_DAYS, onset, {
    ...COPD_ROWS,
    ...COPD_BY_SEVERITY[onset.severity],
    ...(onset.fever === true ? COPD_FEVER : {}),
  });

/** Day 0: the cold begins; complaints come before the peak flow falls, in a straight line both ways. */
export const viralAsthma = (onset: Onset & { /** Peak flow at the worst, share of the own. */ readonly worst?: number }): Episode[] =>
  table("asthma_viral", [0, 1, 2, 5, 6, 9, 12], onset, {
    symptoms: [0, 2, 3, 5, 5, 2, 0],
    pefFactor: [1, 1, 0.95, onset.worst ?? 0.65, onset.worst ?? 0.65, 0.85, 1],
    pulse: [0, 2, 3, 6, 6, 2, 0],
    respRate: [0, 0, 1, 3, 3, 1, 0],
    coughFactor: [1, 1.5, 2, 2.5, 2.5, 1.5, 1],
    rescueFactor: [1, 1.5, 2.5, 4, 4, 2, 1],
    stepsFactor: [1, 0.9, 0.8, 0.6, 0.6, 0.8, 1],
  });

/** `startMin`: the first tightness; the worst after two hours, half of it gone after a day. */
export const suddenAsthma = ({ startMin, worst = 0.5 }: { readonly startMin: number; readonly worst?: number }): Episode[] => {
  const hour = 60;
  const at = [0, 0.5, 1, 2, 4, 24, 72, 168].map((hours) => hours * hour);
  const fall = (share: number): number => 1 - (1 - worst) * share;
  return table(
    "asthma_sudden",
    at,
    { dayZeroMin: startMin, dayMin: 1 },
    {
      symptoms: [0, 4, 6, 8, 6, 3, 1, 0],
      pefFactor: [1, fall(0.4), fall(0.75), fall(1), fall(0.9), fall(0.5), fall(0.2), 1],
      respRate: [0, 3, 6, 10, 7, 3, 1, 0],
      pulse: [0, 8, 18, 30, 22, 8, 2, 0],
      // Late: the lungs compensate long.
      spo2: [0, 0, -1, -5, -4, -1, 0, 0],
      rescueFactor: [1, 4, 6, 6, 6, 4, 2, 1],
      coughFactor: [1, 2, 3, 3, 2.5, 2, 1.3, 1],
      stepsFactor: [1, 0.5, 0.15, 0.05, 0.1, 0.4, 0.7, 1],
    },
  );
};

/** Day 1: fever; saturation falls from day 5, breathing answers a day later: a hypoxia that is not felt. */
export const covidLikeHypoxia = (onset: Onset & { readonly severity: "moderate" | "severe" }): Episode[] => {
  const severe = onset.severity === "severe";
  const days = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 21];
  return table(`covid_like_${onset.severity}`, days, onset, {
    coreTemp: [0, 1.6, 2, 2, 1.9, 1.8, 1.2, 0.6, 0.3, 0.2, 0, 0, 0, 0],
    spo2: severe ? [0, 0, 0, 0, 0, -2.5, -5, -7.5, -9, -9, -6, -4, -1, 0] : [0, 0, 0, 0, 0, -1, -2, -3, -4, -4, -3, -2, -0.5, 0],
    pulse: severe ? [0, 14, 17, 17, 16, 18, 20, 22, 24, 24, 16, 10, 3, 0] : [0, 13, 15, 15, 14, 15, 15, 15, 15, 14, 10, 6, 2, 0],
    respRate: severe ? [0, 1, 1, 1, 1, 1, 2.5, 5, 8, 9, 7, 4, 1, 0] : [0, 1, 1, 1, 1, 1, 1, 2, 3, 3, 2, 1, 0, 0],
    symptoms: [0, 3, 4, 4, 4, 4.5, 5, 5, 5.5, 5, 3.5, 2.5, 1, 0],
    coughFactor: [1, 2, 3, 3, 3, 3, 3, 3, 3, 2.5, 2, 1.6, 1.2, 1],
    stepsFactor: [1, 0.4, 0.25, 0.25, 0.2, 0.2, 0.17, 0.17, 0.17, 0.2, 0.3, 0.5, 0.8, 1],
  });
};

/** Somebody turns the oxygen up: the body of a person who keeps CO2 does the rest over hours. */
export const hypercapnicDrift = ({
  startMin,
  hours,
  litres = 1,
}: {
  readonly startMin: number;
  readonly hours: number;
  readonly litres?: number;
}): Episode[] => {
  const end = startMin + hours * 60;
  return [
    follow("hypercapnic_drift", "oxygenFlow", [
      [startMin, 0],
      [startMin + 0.5, litres],
      [end - 0.5, litres],
      [end, 0],
    ]),
    // Headache and drowsiness come with the CO2.
    follow("hypercapnic_drift", "symptoms", [
      [startMin, 0],
      [startMin + 90, 0.5],
      [Math.max(startMin + 91, end - 60), 3],
      [Math.max(startMin + 92, end + 240), 0],
    ]),
  ];
};

/** A knee gets infected: pain, fever and stiffness within three days, better again under treatment. */
export const kneeInfection = (onset: Onset): Episode[] =>
  table("knee_infection", [0, 1, 2, 3, 6, 10, 16], onset, {
    painRest: [0, 1, 2, 3, 3, 1.5, 0],
    coreTemp: [0, 0.4, 0.9, 1.5, 1.4, 0.4, 0],
    kneeFlexion: [0, -4, -8, -12, -12, -8, 0],
    symptoms: [0, 1, 2, 3.5, 3, 1.5, 0],
    stepsFactor: [1, 0.8, 0.55, 0.35, 0.35, 0.6, 1],
  });

/** A fall; `stillS` beyond 60 s: nobody gets up. */
export const fallEpisode = ({
  atMin,
  impactG = 3.8,
  stillS,
}: {
  readonly atMin: number;
  readonly impactG?: number;
  readonly stillS: number;
}): Episode[] => [
  {
    kind: "fall",
    onsetMin: atMin,
    peakMin: atMin + 1,
    endMin: atMin + 24 * 60,
    offsets: { painRest: 2, stepsFactor: 0.4 },
    fall: { impactG, stillS },
  },
];

/** Hypoxia within minutes that recovers under care; pulse and breathing answer it. */
export const acuteHypoxia = ({
  startMin,
  peakMin,
  endMin,
  points,
}: {
  readonly startMin: number;
  readonly peakMin: number;
  readonly endMin: number;
  readonly points: number;
}): Episode[] => [
  {
    kind: "acute_hypoxia",
    onsetMin: startMin,
    peakMin,
    endMin,
    offsets: {
      spo2: -points,
      pulse: 2.4 * points,
      respRate: 0.8 * points,
      symptoms: 5,
      stepsFactor: 0.1,
      coughFactor: 2.5,
      rescueFactor: 4,
    },
  },
];
