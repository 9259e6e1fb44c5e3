/** A Mosquitto with provisioned devices, as a server finds it: for what is tested between the broker and us. */
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { openBusMqtt, type BusMqtt, type BusMqttOptions } from "#adapters/bus-mqtt/open-bus-mqtt.ts";
import { serverAccount } from "#adapters/provisioning-dynsec/server-account.ts";
import { openProvisioningDynsec, type ProvisioningDynsecOptions } from "#adapters/provisioning-dynsec/open-provisioning-dynsec.ts";
import type { DeviceId, InstitutionId, SiteId } from "#core/ids.ts";
import type { DeviceConfig } from "#core/people.ts";
import type { DeviceProvisioning } from "#ports/device-provisioning.ts";
import type { BusHandlers } from "#ports/telemetry-bus.ts";
import { createCollectingDiagnostics } from "./collecting-diagnostics.ts";
import { type Mosquitto, type MosquittoOptions, startMosquitto } from "./start-mosquitto.ts";

export const INSTALLATION = "homeward-test";

export interface BrokerHouse extends AsyncDisposable {
  readonly broker: Mosquitto;
  /** What the registry would say; changed by hand. */
  readonly devices: Map<DeviceId, DeviceConfig>;
  readonly provision: (more?: Partial<ProvisioningDynsecOptions>) => Promise<DeviceProvisioning>;
  /** Registers a device and tells the broker; its secret is `secret-of-<id>`. */
  readonly add: (provisioning: DeviceProvisioning, id: string, site?: string) => Promise<void>;
  readonly bus: (handlers: BusHandlers, more?: Partial<BusMqttOptions>) => Promise<BusMqtt>;
}

export const openBrokerHouse = async (options: MosquittoOptions = {}): Promise<BrokerHouse> => {
  await using opened = new AsyncDisposableStack();
  const broker = opened.use(await startMosquitto(options));
  const devices = new Map<DeviceId, DeviceConfig>();
  const clock = createTransportClock();
  const diagnostics = createCollectingDiagnostics();
  const { url, username, password } = broker;
  const parts = opened.move();
  return {
    broker,
    devices,
    async provision(more) {
      const provisioning = openProvisioningDynsec({
        url,
        ca: null,
        username,
        password,
        installation: INSTALLATION,
        registry: { device: (id) => devices.get(id) ?? null, devices: () => devices.values() },
        clock,
        diagnostics,
        onLost: () => undefined,
        onTrouble: () => undefined,
        ...more,
      });
      parts.use(provisioning);
      await provisioning.attempted;
      return provisioning;
    },
    async add(provisioning, id, site = "home") {
      const device: DeviceConfig = {
        id: id as DeviceId,
        site: site as SiteId,
        institution: "inst-1" as InstitutionId,
        kind: "oximeter",
        metrics: {},
        secretHash: "",
        revoked: false,
        createdAt: 0,
      };
      devices.set(device.id, device);
      const outcome = await provisioning.grant(device, `secret-of-${id}`);
      if (outcome !== "granted") throw new Error(`${id} was not provisioned: ${outcome}\n${broker.log()}`);
    },
    async bus(handlers, more) {
      const bus = openBusMqtt({
        url,
        ca: null,
        signIn: { clientId: INSTALLATION, ...serverAccount(INSTALLATION, password) },
        handlers,
        clock,
        diagnostics,
        ...more,
      });
      parts.use(bus);
      await bus.attempted;
      return bus;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
};
