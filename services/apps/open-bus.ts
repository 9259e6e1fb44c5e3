/** Opens the bus of the profile: the broker in this process, or one outside with its devices provisioned there (contract section 1). */
import { randomBytes } from "node:crypto";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { openBusMqtt } from "#adapters/bus-mqtt/open-bus-mqtt.ts";
import { openProvisioningDynsec, type ProvisioningDynsec } from "#adapters/provisioning-dynsec/open-provisioning-dynsec.ts";
import type { DeviceId } from "#core/ids.ts";
import type { DeviceConfig } from "#core/people.ts";
import { SECOND } from "#core/time.ts";
import type { Receive } from "#ingest/receive.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { Timer, TransportClock } from "#ports/clock.ts";
import type { GrantOutcome } from "#ports/device-provisioning.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Registry } from "#ports/registry.ts";
import type { TelemetryBus } from "#ports/telemetry-bus.ts";
import type { BrokerConfig, ServerConfig } from "./config/config.ts";
import type { Readiness } from "./readiness.ts";

interface OpenBusOptions {
  readonly config: Pick<ServerConfig, "broker" | "mqttHost" | "mqttPort" | "tls">;
  readonly receive: Pick<Receive, "handlers" | "deliverThrough">;
  readonly registry: Pick<Registry, "device" | "devices">;
  readonly accounts: Pick<Accounts, "setting" | "putSetting">;
  readonly commands: Pick<ClinicalCommands, "condition">;
  readonly readiness: Pick<Readiness, "set">;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
}

export interface OpenedBus extends AsyncDisposable {
  readonly bus: TelemetryBus;
  /** Absent: this process checks secrets itself, or others provision the broker. */
  readonly grant?: (device: DeviceConfig, secret: string) => Promise<GrantOutcome>;
  /** Ends a device's session: its credential was revoked or replaced. */
  readonly disconnect: (device: DeviceId) => void;
}

const INSTALLATION = "broker_installation";
/** A broker that is restarted is not yet an alert. */
const LASTING = 10 * SECOND;
const NAMED = 5;

/** Rejects only when the embedded broker cannot listen; an external one may come later. */
export const openBus = async (options: OpenBusOptions): Promise<OpenedBus> => {
  const { config, receive } = options;
  if (config.broker !== null) return openExternal(config.broker, options);
  const bus = await openBusEmbedded({
    host: config.mqttHost,
    port: config.mqttPort,
    handlers: receive.handlers,
    ...(config.tls === null ? {} : { tls: config.tls }),
  });
  receive.deliverThrough(bus);
  return { bus, disconnect: (device) => bus.disconnect(device), [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
};

const openExternal = async (broker: BrokerConfig, options: OpenBusOptions): Promise<OpenedBus> => {
  const { receive, registry, accounts, readiness, clock, diagnostics } = options;
  await using opened = new AsyncDisposableStack();
  let installation = accounts.setting(INSTALLATION);
  if (installation === null) {
    installation = `homeward-${randomBytes(9).toString("hex")}`;
    await accounts.putSetting(INSTALLATION, installation);
  }
  const lost = createLastingCondition(options, "broker_lost");
  const devicesLost = createLastingCondition(options, "broker_device_lost");
  opened.defer(() => {
    lost.close();
    devicesLost.close();
  });

  let provisioning: ProvisioningDynsec | null = null;
  if (broker.provisioning === "dynsec" && broker.username !== null && broker.password !== null) {
    provisioning = opened.use(
      openProvisioningDynsec({
        url: broker.url,
        ca: broker.ca,
        username: broker.username,
        password: broker.password,
        installation,
        registry,
        clock,
        diagnostics,
        onLost: (devices) => {
          const named = devices.slice(0, NAMED).join(", ") + (devices.length > NAMED ? ", …" : "");
          const detail = devices.length === 0 ? undefined : `${String(devices.length)} need a new secret: ${named}`;
          readiness.set("broker_device_lost", detail === undefined, detail);
          devicesLost.set(detail !== undefined);
        },
        onTrouble: (detail) => readiness.set("broker_provisioning", detail === null, detail ?? undefined),
      }),
    );
    // First: it makes the account the bus signs in with.
    await provisioning.attempted;
  }

  const bus = opened.use(
    openBusMqtt({
      url: broker.url,
      ca: broker.ca,
      signIn: { clientId: installation, ...(provisioning?.account ?? { username: broker.username, password: broker.password }) },
      clock,
      diagnostics,
      handlers: {
        ...receive.handlers,
        onReceiving(receiving, silentFor, detail) {
          receive.handlers.onReceiving?.(receiving, silentFor, detail);
          readiness.set("broker_lost", receiving, receiving ? undefined : detail);
          lost.set(!receiving);
        },
      },
    }),
  );
  receive.deliverThrough(bus);
  await bus.attempted;

  const parts = opened.move();
  const dispose = { [Symbol.asyncDispose]: () => parts.disposeAsync() };
  if (provisioning === null) return { bus, disconnect: () => undefined, ...dispose };
  const { grant } = provisioning;
  return {
    bus,
    grant,
    // A new secret has ended the session of the old one already.
    disconnect: (device) => (registry.device(device)?.revoked === true ? provisioning.revoke(device) : undefined),
    ...dispose,
  };
};

/** A technical condition once it has lasted; its end at once. Told at changes alone, and once at the start: what an earlier run left raised ends then. */
const createLastingCondition = ({ commands, clock }: Pick<OpenBusOptions, "commands" | "clock">, condition: string) => {
  let waiting: Timer | null = null;
  let told: boolean | null = null;
  const stop = (): void => {
    waiting?.cancel();
    waiting = null;
  };
  const tell = (active: boolean): void => {
    if (told === active) return;
    told = active;
    void commands.condition({ condition, active });
  };
  return {
    set(active: boolean): void {
      if (active) {
        waiting ??= clock.after(LASTING, () => tell(true));
        return;
      }
      stop();
      tell(false);
    },
    close: stop,
  };
};
