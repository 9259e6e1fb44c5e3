/** What operators' boards and alarms ask for is what a running server says at `/metrics`. */
import { describe, expect, test } from "vitest";
import { OPERATOR_METRICS } from "#contracts/operator-metrics.ts";
import { alarms, boards, queries, seriesIn } from "#tests/support/board-queries.ts";
import { enrol, signIn } from "#tests/support/api.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

const TOKEN = "a-token-for-operators-of-40-characters-x";

const scrape = async (): Promise<{ readonly text: string; readonly person: { readonly patient: string; readonly device: string } }> => {
  await using house = await startHomeward({ args: ["--quiet-home"], env: { HOMEWARD_METRICS_TOKEN: TOKEN } });
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  const person = await enrol(admin, { patient: { pseudonym: "Zx-Canary-P", identity: { name: "Zx-Canary Wang", phone: "13800000000" } } });
  await using device = await connectMqttDevice({ url: house.mqtt, ...person });
  const { now } = await admin.get<{ now: number }>("/time");
  await device.publish("telemetry", {
    seq: 1,
    samples: [
      { metric: "spo2", t: now, value: 95 },
      { metric: "nonsense", t: now, value: 1 },
    ],
  });
  await device.waitForReceipt(1);
  expect((await fetch(`${house.http}/metrics`)).status).toBe(401);
  const answer = await fetch(`${house.http}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  return { text: await answer.text(), person };
};
const scraped = scrape();

const typesIn = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));

describe("/metrics", { timeout: 120_000 }, () => {
  test("has every figure of the catalogue from the start, with its type and its help", async () => {
    const { text } = await scraped;
    const types = typesIn(text);
    for (const [name, { kind, help }] of Object.entries(OPERATOR_METRICS)) {
      expect([name, types.get(name)]).toEqual([name, kind]);
      expect(text).toContain(`# HELP ${name} ${help}`);
    }
  });

  test("counts what came in and what was set aside, by reason", async () => {
    const { text } = await scraped;
    expect(text).toMatch(/^homeward_messages_total 1$/m);
    expect(text).toMatch(/^homeward_quarantined_total\{reason="unknown_metric"\} 1$/m);
    expect(text).toMatch(/^homeward_bus_connections 1$/m);
    expect(text).toMatch(/^homeward_ready 1$/m);
    expect(text).toMatch(/^homeward_follower_lag_entries\{follower="alert"\} \d+$/m);
  });

  test("says nothing of a patient", async () => {
    const { text, person } = await scraped;
    for (const word of ["Zx-Canary", "13800000000", person.patient, person.device]) expect(text).not.toContain(word);
  });

  test("labels are those of the catalogue, and few", async () => {
    const { text } = await scraped;
    const series = [...text.matchAll(/^(homeward_\w+)\{([^}]*)\} /gm)].map(([, name = "", labels = ""]) => ({ name, labels }));
    for (const { name, labels } of series) {
      const known = OPERATOR_METRICS[name]?.labels;
      if (known !== undefined)
        expect([name, [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)]).toEqual([name, Object.keys(known)]);
    }
    expect(series.length).toBeLessThan(1_000);
  });
});

describe("the operators' boards", () => {
  test("are boards: unique ids, a grid without overlaps, the one data source, and whom they are not for", () => {
    expect(boards.map(({ uid }) => uid)).toEqual(["homeward-inside", "homeward-operations"]);
    for (const { description, panels } of boards) {
      expect(description).toContain("not for clinical use");
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const taken = new Set<string>();
      for (const { title, type, datasource, gridPos, targets } of panels) {
        expect(["stat", "timeseries", "table"]).toContain(type);
        expect([title, datasource, targets.length > 0]).toEqual([title, { type: "prometheus", uid: "prometheus" }, true]);
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect([title, taken.has(`${x},${y}`)]).toEqual([title, false]);
            taken.add(`${x},${y}`);
          }
      }
    }
  });

  test("show what operators must see", () => {
    const asked = new Set(
      boards
        .flatMap(({ panels }) => panels)
        .flatMap(({ targets }) => targets.flatMap(({ expr }) => seriesIn(expr)))
        .map(({ name }) => name),
    );
    const must = [
      "messages_total",
      "follower_lag_entries",
      "journal_bytes",
      "alert_commit_seconds_bucket",
      "webhook_pending",
      "device_silence_seconds",
    ];
    expect(must.map((name) => `homeward_${name}`).filter((name) => !asked.has(name))).toEqual([]);
  });

  test("and the alarms ask only for series and labels that the server gives", { timeout: 120_000 }, async () => {
    const types = typesIn((await scraped).text);
    expect(queries.length).toBeGreaterThan(60);
    for (const query of queries) {
      const series = seriesIn(query);
      expect([query, series.length > 0]).toEqual([query, true]);
      for (const { name, labels } of series) {
        if (name === "up") continue;
        const base = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
        expect([query, name, types.has(base)]).toEqual([query, name, true]);
        if (name !== base) expect(types.get(base)).toBe("histogram");
        const known = Object.keys(OPERATOR_METRICS[base]?.labels ?? {});
        for (const label of labels) expect([query, known]).toEqual([query, expect.arrayContaining([label])]);
      }
      // Counters are asked how fast they rise, never how high they stand.
      for (const { name } of series.filter(({ name: counter }) => types.get(counter) === "counter"))
        expect(query).toMatch(new RegExp(`(?:rate|increase)\\(${name}`));
    }
    expect(new Set(alarms.map(({ alert }) => alert)).size).toBe(alarms.length);
  });
});
