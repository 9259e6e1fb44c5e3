/** Blows of one session must agree: at least three, the best two close together; else they are degraded (domain 4.6, ATS/ERS). */
import { metricCode } from "#core/metrics/catalogue.ts";
import { type DurationMs, type EpochMs, MINUTE } from "#core/time.ts";
import { QUALITY, type Sample } from "./sample.ts";
import { tagValue } from "./tags.ts";

const FEV1 = metricCode("fev1");
const FVC = metricCode("fvc");
const PEF = metricCode("pef");
/** Made of FEV1 and FVC: no better than they are. */
const DERIVED = new Set([metricCode("fev1_fvc"), metricCode("fev1_pct_pred")]);

const BLOWS = 3;
const LITRES_APART = 0.15;
/** For lungs that hold no more than a litre. */
const SMALL_FVC = 1;
const SMALL_LITRES_APART = 0.1;
const PEF_APART = 40;
/** Further apart than this they are two sessions (D). */
const PAUSE: DurationMs = 15 * MINUTE;
/** 4.15 against 4.00 is 150 mL, whatever binary fractions say. */
const NOISE = 1e-9;

/**
 * The samples of one message. Blows of a session can be told where they are numbered from 1 (tag `n`) and there are at least two:
 * a single value is a set of blows whose best the device chose (semantics 5.10) and stays as it is, and so do rows of a diary,
 * of which only the repeats are numbered.
 */
export const doubtUnrepeatable = (samples: readonly Sample[]): readonly Sample[] => {
  let numbered = 0;
  for (let index = 0; index < samples.length; index++) if (isBlow(samples[index] as Sample)) numbered++;
  if (numbered < 2) return samples;
  const blows = samples.filter(isBlow);
  const fvc = sessionsOf(blows, FVC);
  const doubted = new Set<Sample>();
  const moments = new Set<EpochMs>();
  const doubt = (session: readonly Sample[], apart: number): void => {
    if (isRepeatable(session, apart)) return;
    for (const blow of session) {
      doubted.add(blow);
      if (blow.metric !== PEF) moments.add(blow.t);
    }
  };
  for (const session of fvc) doubt(session, apartFor(session));
  for (const session of sessionsOf(blows, FEV1)) doubt(session, apartFor(fvc.find((other) => overlaps(session, other)) ?? NO_BLOWS));
  for (const session of sessionsOf(blows, PEF)) doubt(session, PEF_APART);
  if (doubted.size === 0) return samples;
  return samples.map((sample) => {
    if (sample.quality !== QUALITY.good) return sample;
    return doubted.has(sample) || (DERIVED.has(sample.metric) && moments.has(sample.t)) ? { ...sample, quality: QUALITY.degraded } : sample;
  });
};

const NO_BLOWS: readonly Sample[] = [];

const isBlow = ({ metric, quality, identity }: Sample): boolean =>
  identity !== "" && (metric === FEV1 || metric === FVC || metric === PEF) && quality !== QUALITY.bad && numberOf(identity) > 0;

const numberOf = (identity: string): number => Number(tagValue(identity, "n") ?? 0);

/** Runs that count up from 1 without a long pause; a lone blow is no session. */
const sessionsOf = (blows: readonly Sample[], metric: number): (readonly Sample[])[] => {
  const ordered = blows.filter((blow) => blow.metric === metric).sort((a, b) => a.t - b.t || numberOf(a.identity) - numberOf(b.identity));
  const sessions: Sample[][] = [];
  let last: Sample | undefined;
  for (const blow of ordered) {
    const session = sessions.at(-1);
    const goesOn = last !== undefined && numberOf(blow.identity) > numberOf(last.identity) && blow.t - last.t <= PAUSE;
    if (session !== undefined && goesOn) session.push(blow);
    else sessions.push([blow]);
    last = blow;
  }
  return sessions.filter((session) => session.length > 1 && numberOf(session[0]?.identity ?? "") === 1);
};

const isRepeatable = (session: readonly Sample[], apart: number): boolean => {
  const [best = 0, second = 0] = session.map(({ value }) => value).sort((a, b) => b - a);
  return session.length >= BLOWS && best - second <= apart + NOISE;
};

const apartFor = (fvc: readonly Sample[]): number =>
  fvc.length > 0 && fvc.every(({ value }) => value <= SMALL_FVC) ? SMALL_LITRES_APART : LITRES_APART;

const overlaps = (a: readonly Sample[], b: readonly Sample[]): boolean => {
  const [from, to] = [a[0]?.t ?? 0, a.at(-1)?.t ?? 0];
  return b.some(({ t }) => t >= from - PAUSE && t <= to + PAUSE);
};
