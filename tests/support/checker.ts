/** Checks from outside that nothing was lost, doubled or altered: stored readings, alerts with their versions, and webhook deliveries. */
import { expect } from "vitest";
import type { Api } from "./api.ts";
import type { OracleEpisode, OracleSample } from "./oracle.ts";
import type { WebhookSink } from "./webhook-sink.ts";

export interface AlertItem {
  readonly id: string;
  readonly version: number;
  readonly patient: string;
  readonly rule: { readonly id: string };
  readonly severity: string;
  readonly status: string;
  readonly latched: boolean;
  readonly late: boolean;
  readonly recurrences: number;
  readonly onsetAt: number;
  readonly raisedAt: number;
}

export interface AlertHistory extends AlertItem {
  readonly history: readonly { readonly version: number; readonly type: string | null; readonly status: string; readonly late: boolean }[];
}

/** Asks again and again until the answer is there; the time is a bound on a broken machine, not on the product. */
export const until = async <Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  withinMs = 60_000,
): Promise<Found> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`never came within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Every stored value of a metric, oldest first, from the export. */
export const storedSamples = async (
  house: { readonly http: string },
  admin: Api,
  patient: string,
  metric: string,
): Promise<OracleSample[]> => {
  const answer = await fetch(`${house.http}/api/v1/patients/${patient}/export?format=csv&metric=${metric}`, {
    headers: { authorization: `Bearer ${admin.token}` },
  });
  expect(answer.status).toBe(200);
  const [header = "", ...lines] = (await answer.text()).trim().split(/\r?\n/);
  const columns = header.split(",");
  const t = columns.indexOf("t");
  const value = columns.indexOf("value");
  expect([t, value], `columns ${header}`).not.toContain(-1);
  return lines
    .map((line) => line.split(","))
    .map((cells) => ({ t: Number(cells[t]), value: Number(cells[value]) }))
    .sort((a, b) => a.t - b.t);
};

/** I1: what was receipted is stored once, with its value; nothing else is there. Waits for the store to follow the journal. */
export const checkStored = async (
  house: { readonly http: string },
  admin: Api,
  patient: string,
  metric: string,
  sent: readonly OracleSample[],
): Promise<void> => {
  let stored: OracleSample[] = [];
  await until(`${sent.length} values of ${patient}`, async () => {
    stored = await storedSamples(house, admin, patient, metric);
    return stored.length >= sent.length;
  }).catch(() => undefined);
  expect(stored.length, `values of ${patient}`).toBe(sent.length);
  expect(stored).toEqual(sent);
  const from = sent[0]?.t ?? 0;
  const to = (sent.at(-1)?.t ?? 0) + 1;
  const { points } = await admin.get<{ points: { n: number; min: number; max: number }[] }>(
    `/patients/${patient}/series?metric=${metric}&from=${from}&to=${to}`,
  );
  expect(points.reduce((sum, { n }) => sum + n, 0)).toBe(new Set(sent.map(({ t }) => t)).size);
  expect(Math.min(...points.map(({ min }) => min))).toBe(Math.min(...sent.map(({ value }) => value)));
  expect(Math.max(...points.map(({ max }) => max))).toBe(Math.max(...sent.map(({ value }) => value)));
};

/** I3: one alert for each episode the oracle names, none besides, versions without holes. */
export const checkAlerts = async (viewer: Api, patient: string, episodes: readonly OracleEpisode[]): Promise<AlertHistory[]> => {
  const wanted = episodes.map(({ rule, severity, onsetAt, cleared }) => ({ rule, severity, onsetAt, cleared }));
  let found: AlertItem[] = [];
  const shown = () =>
    found
      .map(({ rule, severity, onsetAt, status }) => ({ rule: rule.id, severity, onsetAt, cleared: status === "cleared" }))
      .sort((a, b) => a.rule.localeCompare(b.rule));
  const isThere = async () => {
    found = (await viewer.get<{ items: AlertItem[] }>(`/alerts?patient=${patient}&limit=100`)).items;
    return JSON.stringify(shown()) === JSON.stringify(wanted);
  };
  await until(`alerts of ${patient}`, isThere, 20_000).catch(() => undefined);
  expect(shown(), `alerts of ${patient}`).toEqual(wanted);
  const histories = await Promise.all(found.map(({ id }) => viewer.get<AlertHistory>(`/alerts/${id}`)));
  for (const { history, version, recurrences, id } of histories) {
    expect(
      history.map((step) => step.version).sort((a, b) => a - b),
      id,
    ).toEqual(history.map((_, index) => index + 1));
    expect(version).toBe(history.length);
    expect(recurrences).toBe(0);
    expect(history.filter(({ type }) => type === "alert.raised").length, id).toBeLessThanOrEqual(1);
  }
  return histories;
};

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly alert: string;
  readonly version: number;
}

export const deliveriesOf = (sink: WebhookSink): Delivery[] =>
  sink.requests.flatMap(({ headers, body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { alert: string | null; version: number } };
    return data.alert === null || data.alert === undefined
      ? []
      : [{ id: String(headers["webhook-id"]), type, alert: data.alert, version: data.version }];
  });

/** I11: every transition arrived at least once, one id each on every attempt, versions never step back inside an alert. */
export const checkDeliveries = async (sink: WebhookSink, histories: readonly AlertHistory[]): Promise<void> => {
  for (const { id, history } of histories) {
    const due = history.filter(({ type }) => type !== null);
    await until(`${due.length} deliveries of ${id}`, () => {
      const got = deliveriesOf(sink).filter(({ alert }) => alert === id);
      return due.every(({ version, type }) => got.some((delivery) => delivery.version === version && delivery.type === type));
    });
    const got = deliveriesOf(sink).filter(({ alert }) => alert === id);
    const ids = new Map<string, string>();
    let newest = 0;
    for (const delivery of got) {
      const key = `${delivery.version} ${delivery.type}`;
      expect(due.map(({ version, type }) => `${version} ${type}`)).toContain(key);
      expect(ids.get(key) ?? delivery.id, `webhook-id of ${id} ${key}`).toBe(delivery.id);
      ids.set(key, delivery.id);
      expect(delivery.version, `order of ${id}`).toBeGreaterThanOrEqual(newest);
      newest = delivery.version;
    }
    expect(new Set(ids.values()).size).toBe(ids.size);
  }
};
