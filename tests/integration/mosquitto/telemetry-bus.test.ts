/** The bus behind a real Mosquitto, its devices provisioned by ourselves, keeps the promises of the telemetry bus. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openBrokerHouse } from "#tests/support/broker-house.ts";
import { testTelemetryBus } from "#tests/contract/telemetry-bus.ts";

/** The first broker's own file: the others begin where it ended. */
let seed: string | undefined;

testTelemetryBus({
  name: "behind Mosquitto",
  ownsAcknowledgements: false,
  seesDevices: false,
  open: async (handlers) => {
    await using opened = new AsyncDisposableStack();
    const house = opened.use(await openBrokerHouse(seed === undefined ? {} : { seed }));
    const provisioning = await house.provision();
    await house.add(provisioning, "pulse-1");
    await house.add(provisioning, "pulse-2");
    seed ??= await readFile(join(house.broker.folder, "dynamic-security.json"), "utf8");
    const bus = await house.bus(handlers);
    const parts = opened.move();
    return {
      bus: { ...bus, [Symbol.asyncDispose]: () => parts.disposeAsync() },
      url: house.broker.url,
      revoke: (device) => provisioning.revoke(device),
    };
  },
});
