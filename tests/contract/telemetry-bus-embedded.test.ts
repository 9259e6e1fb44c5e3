/** The embedded broker keeps the promises of the telemetry bus. */
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { testTelemetryBus } from "#tests/contract/telemetry-bus.ts";

testTelemetryBus({
  name: "inside this process",
  ownsAcknowledgements: true,
  seesDevices: true,
  open: async (handlers) => {
    const bus = await openBusEmbedded({ host: "127.0.0.1", port: 0, handlers });
    return { bus, url: bus.url };
  },
});
