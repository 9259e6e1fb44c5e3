/** The load generator counts what really happened, in this process and in one of its own. */
import { expect, test } from "vitest";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { createRecordingHandlers } from "#tests/contract/telemetry-bus.ts";
import { runLoadDevices, spawnLoadDevices } from "#tests/support/load-devices.ts";

test.each([
  ["here", runLoadDevices],
  ["in its own process", spawnLoadDevices],
] as const)("every message of the load is acknowledged and receipted: %s", async (_, run) => {
  const { handlers, arrivals } = createRecordingHandlers();
  const remember = handlers.onMessage;
  handlers.onMessage = (message, acknowledge) => {
    remember(message, acknowledge);
    const { seq } = JSON.parse(Buffer.from(message.payload).toString()) as { seq: number };
    bus.publish(message.topic.replace("telemetry", "receipt"), `{"seq":${seq},"missing":[]}`);
  };
  await using bus = await openBusEmbedded({ host: "127.0.0.1", port: 0, handlers });
  const devices = Array.from({ length: 20 }, (_unused, n) => ({
    site: "home",
    device: `load-${n}`,
    secret: n === 0 ? "wrong" : `secret-of-load-${n}`,
  }));
  const report = await run({ url: bus.url, devices, rate: 1_000, seconds: 0.2, firstSeq: 5 });
  // The refused device sends nothing; its turns are left out.
  expect(report).toMatchObject({ connections: 20, lost: 1, sent: 190, acknowledged: 190, fullyReceipted: 19 });
  expect(arrivals).toHaveLength(190);
  expect(JSON.parse(arrivals[0]?.text ?? "")).toMatchObject({ seq: 5, samples: [{ metric: "spo2" }, { metric: "pulse_rate" }] });
});
