/** Runs the promises of the reading store on a real InfluxDB 2. */
import { afterAll, beforeAll } from "vitest";
import { testReadingStore } from "#tests/contract/reading-store-contract.ts";
import { startInfluxd, type Influxd } from "#tests/support/influxd.ts";
import { openInfluxStore } from "#tests/support/open-influx-store.ts";

let influxd: Influxd;
let made = 0;
beforeAll(async () => {
  influxd = await startInfluxd();
});
afterAll(() => influxd.stop());

testReadingStore("readings in InfluxDB", async () => {
  const { url, org, token } = influxd;
  made += 1;
  await influxd.makeBucket(`readings-${made}`);
  return openInfluxStore({ url, org, token, bucket: `readings-${made}` });
});
