/** The first minutes of the demo, as a stranger meets them: a story under way, and a past that somebody dealt with. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Alert } from "#core/alerts/alert.ts";
import { DAY, MINUTE, SECOND } from "#core/time.ts";
import { type Api, signIn } from "#tests/support/api.ts";
import { until } from "#tests/support/checker.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";

/** Faster than life, for nobody waits two minutes for a test; told by the clinical clock, the story is the same. */
const ARGS = ["--seed", "7", "--speed", "6"];
const WITHIN_MS = 200_000;

interface Series {
  readonly points: readonly { readonly t: number; readonly n: number }[];
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
}
interface Known {
  readonly rule: string;
  readonly patient: string | null;
  readonly onsetS: number;
}

const alertsOf = async (api: Api, query = ""): Promise<Alert[]> => (await api.get<{ items: Alert[] }>(`/alerts?limit=200${query}`)).items;
const seriesOf = (api: Api, patient: string, metric: string, from: number, to: number): Promise<Series> =>
  api.get<Series>(`/patients/${patient}/series?metric=${metric}&from=${from}&to=${to}&maxPoints=3000`);
const isUrgent = ({ severity, status }: Alert): boolean => (severity === "S1" || severity === "S2") && status !== "closed";

const startStory = async (dataDir: string, more: readonly string[] = []): Promise<{ house: Homeward; api: Api; readyAt: number }> => {
  const house = await startHomeward({ dataDir, args: [...ARGS, ...more] });
  const { now: readyAt } = (await (await fetch(`${house.http}/api/v1/time`)).json()) as { now: number };
  return { house, api: await signIn(house, "community_nurse", "inst-t1-willow"), readyAt };
};

/** The first urgent alert, and every one that is over, by what they are about. */
const hearStory = async ({ api, readyAt }: { api: Api; readyAt: number }) => {
  const urgent = await until("an urgent alert by itself", async () => (await alertsOf(api)).find(isUrgent), WITHIN_MS);
  const about = ({ rule, patient, onsetAt }: Alert): Known => ({ rule: rule.id, patient, onsetS: (onsetAt - readyAt) / SECOND });
  const past = (await alertsOf(api)).filter((alert) => alert.raisedAt < readyAt - 60 * MINUTE);
  return { now: about(urgent), raisedS: (urgent.raisedAt - readyAt) / SECOND, past };
};

test("the same seed tells the same story, with a past that is whole and told once", { timeout: 3 * WITHIN_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-story-"));
  const [one, other] = [join(folder, "one"), join(folder, "other")];
  try {
    const first = await startStory(one);
    const second = await startStory(other, ["--history", "1h"]);
    try {
      const { api, readyAt } = first;
      // Everything of before is there: alerts and the last scene's readings.
      await until("the past", async () => (await alertsOf(api)).filter(({ rule }) => rule.id === "SPO2-T1").length === 1, 120_000);
      const [to, from] = [readyAt - 11 * MINUTE, readyAt - DAY + MINUTE];
      const spo2 = await seriesOf(api, "p_demo_02", "spo2", from, to);
      const minutes = Math.floor((to - from) / MINUTE);
      expect(spo2.points.reduce((sum, { n }) => sum + n, 0)).toBeGreaterThanOrEqual(minutes - 2);
      expect(spo2.gaps.filter(({ reason }) => reason === "silent")).toEqual([]);
      // Where a device was without power it said nothing.
      const cut = await seriesOf(api, "p_demo_04", "spo2", from, to);
      expect(cut.gaps.filter(({ reason }) => reason === "silent")).toHaveLength(1);

      const [tale, again] = await Promise.all([hearStory(first), hearStory(second)]);
      expect(tale.raisedS).toBeLessThan(120);
      expect(again.now).toMatchObject({ rule: tale.now.rule, patient: tale.now.patient });
      expect(Math.abs(again.now.onsetS - tale.now.onsetS)).toBeLessThan(10);

      expect(tale.past.map(({ rule, severity, patient }) => `${rule.id} ${severity} ${patient}`).toSorted()).toEqual([
        "DEV-1 T p_demo_04",
        "DEV-4 T p_demo_08",
        "SPO2-A1 S2 p_demo_11",
        "SPO2-T1 S1 p_demo_05",
        "TEMP-2 S3 p_demo_08",
        "TEMP-2 S3 p_demo_12",
      ]);
      for (const { status, onsetAt, raisedAt } of tale.past) {
        expect(["closed", "cleared"]).toContain(status);
        expect(onsetAt).toBeLessThanOrEqual(raisedAt);
      }
      const emergency = tale.past.find(({ rule }) => rule.id === "SPO2-T1") as Alert;
      const told = await api.get<{ acts: { act: { kind: string }; by: string }[] }>(`/alerts/${emergency.id}`);
      expect(told.acts.map(({ act, by }) => `${by} ${act.kind}`)).toEqual([
        "u_demo_nurse acknowledge",
        "u_demo_nurse contact",
        "u_demo_nurse comment",
        "u_demo_doctor close",
        "u_demo_nurse feedback",
      ]);
      const before = { ids: tale.past.map(({ id }) => id).toSorted(), samples: spo2.points.reduce((sum, { n }) => sum + n, 0) };
      expect(await first.house.stop()).toBe(0);

      const third = await startStory(one);
      try {
        const known = (await alertsOf(third.api)).filter(({ raisedAt }) => raisedAt < readyAt - 60 * MINUTE);
        expect(known.map(({ id }) => id).toSorted()).toEqual(before.ids);
        const same = await seriesOf(third.api, "p_demo_02", "spo2", from, to);
        expect(same.points.reduce((sum, { n }) => sum + n, 0)).toBe(before.samples);
        const maple = await signIn(third.house, "community_nurse", "inst-t1-maple");
        expect((await alertsOf(maple)).filter(({ patient }) => patient !== null && !/1[34]$/.test(patient))).toEqual([]);
      } finally {
        await third.house.stop();
      }
    } finally {
      await first.house.stop();
      await second.house.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
});
