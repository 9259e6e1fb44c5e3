import { expect, test } from "vitest";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import type { Sample } from "#core/samples/sample.ts";
import type { PatientId } from "#core/ids.ts";
import { flag } from "#core/samples/flags.ts";
import { QUALITY } from "#core/samples/sample.ts";
import { type LiveReading, startLiveReadings } from "#ingest/live-readings.ts";
import type { Registry } from "#ports/registry.ts";
import { message, sample, T0 } from "#tests/contract/reading-store-contract.ts";

const watch = async (samples: readonly Sample[]): Promise<LiveReading[]> => {
  const journal = createJournalMemory();
  const seen: LiveReading[] = [];
  const stop = startLiveReadings({
    journal,
    registry: { wearerAt: () => "p1" as PatientId } as unknown as Registry,
    isWatched: () => true,
    publish: (reading) => void seen.push(reading),
  });
  await journal.commit(message(1, samples).entry);
  stop();
  return seen;
};

test("a probe that is off is said to viewers as a reading without a value, so that the last one is not taken for now", async () => {
  const off = { quality: QUALITY.bad, flags: flag("sensor-off") };
  const seen = await watch([sample(T0, 97), sample(T0 + 1_000, Number.NaN, off), sample(T0 + 2_000, 21, off)]);
  expect(seen.map(({ value, quality }) => [value, quality])).toEqual([
    [97, "good"],
    [null, "bad"],
    [null, "bad"],
  ]);
});

test("a value that cannot be trusted comes with its quality", async () => {
  const seen = await watch([sample(T0, 60, { quality: QUALITY.bad, flags: flag("signal-low-perfusion") })]);
  expect(seen).toMatchObject([{ value: 60, quality: "bad" }]);
});
