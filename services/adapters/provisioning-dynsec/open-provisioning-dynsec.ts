/** Keeps Mosquitto's dynamic security plugin in line with the registry: a device made here is a client, a role and topics there. */
import type { DeviceId } from "#core/ids.ts";
import { MINUTE, SECOND } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { DeviceProvisioning } from "#ports/device-provisioning.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Registry } from "#ports/registry.ts";
import { type BrokerClient, type BrokerRole, compare, creation, isOurs, MARK, removal } from "./compare.ts";
import { ControlChannel, type Command } from "./control-channel.ts";
import { roleOf } from "./permissions.ts";
import { mendServerAccount, type ServerAccount, serverAccount } from "./server-account.ts";

export interface ProvisioningDynsecOptions {
  readonly url: string;
  readonly ca: string | null;
  /** An administrator of the plugin. */
  readonly username: string;
  readonly password: string;
  /** Fixed id of this data directory: clients of another one are never changed by comparing. */
  readonly installation: string;
  readonly registry: Pick<Registry, "device" | "devices">;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Registered devices that the broker does not know and that need a new secret, after every comparison. */
  readonly onLost: (devices: readonly DeviceId[]) => void;
  /** Null: provisioning works. */
  readonly onTrouble: (detail: string | null) => void;
}

const COMPARE_EVERY = 3 * MINUTE;
/** A device stands in the registry only after the broker knows it: until then it is no stranger there. */
const REGISTERED_WITHIN = 10 * SECOND;
const PAGE = 1_000;
const EXISTS_NOT = "not found";

export interface ProvisioningDynsec extends DeviceProvisioning {
  /** What the bus signs in with; the client id is its user name. */
  readonly account: ServerAccount;
}

export const openProvisioningDynsec = (options: ProvisioningDynsecOptions): ProvisioningDynsec => {
  const { registry, installation, diagnostics, clock } = options;
  const account = serverAccount(installation, options.password);
  const attempted = Promise.withResolvers<void>();
  let comparing: Promise<void> | null = null;
  /** Devices whose secret is on its way: neither lost nor strangers. */
  const underway = new Set<string>();

  const trouble = (detail: string): void => {
    attempted.resolve();
    diagnostics.warn("broker_provisioning_failed", { detail });
    options.onTrouble(detail);
  };

  const channel = new ControlChannel({
    url: options.url,
    ca: options.ca,
    clientId: `${installation}-control`,
    username: options.username,
    password: options.password,
    clock,
    onReady: () => void compareSoon(),
    onTrouble: trouble,
  });

  /** All pages of a list; null when the broker could not be asked. */
  const list = async <Item>(command: string, member: string): Promise<Item[] | null> => {
    const items: Item[] = [];
    for (;;) {
      const [answer] = await channel.run([{ command, verbose: true, count: PAGE, offset: items.length }]);
      if (answer === undefined || answer === null) return null;
      if (answer.error !== null) {
        trouble(`${command}: ${answer.error}`);
        return null;
      }
      const { totalCount, [member]: page } = answer.data as { totalCount: number } & Record<string, Item[] | undefined>;
      items.push(...(page ?? []));
      if (page === undefined || page.length === 0 || items.length >= totalCount) return items;
    }
  };

  const compareAll = async (): Promise<void> => {
    const clients = await list<BrokerClient>("listClients", "clients");
    const roles = clients === null ? null : await list<BrokerRole>("listRoles", "roles");
    if (clients === null || roles === null) return;
    const { commands, lost } = compare({ devices: registry.devices(), clients, roles, installation });
    const isUnderway = ({ username, rolename }: Command): boolean =>
      [...underway].some((device) => username === device || rolename === roleOf(device));
    const wanted = commands.filter((command) => !isUnderway(command));
    const own = mendServerAccount(account, clients, roles);
    if (wanted.length > 0) {
      diagnostics.warn("broker_drift_repaired", { commands: wanted.length });
      diagnostics.count("homeward_broker_drift_total", wanted.length);
    }
    const refused = (await channel.run([...own, ...wanted])).find(
      (answer) => answer !== null && answer.error !== null && isFault(answer.error),
    );
    if (refused?.error !== undefined) return trouble(refused.error ?? "");
    options.onLost(lost.filter((device) => !underway.has(device)));
    options.onTrouble(null);
    attempted.resolve();
  };

  const compareSoon = (): Promise<void> =>
    (comparing ??= compareAll()
      .catch((cause: unknown) => diagnostics.error("broker_comparison_failed", {}, cause))
      .finally(() => {
        comparing = null;
      }));

  const periodic = clock.every(COMPARE_EVERY, () => void compareSoon());

  return {
    account,
    attempted: attempted.promise,
    async grant({ id, site }, secret) {
      underway.add(id);
      try {
        const [found] = await channel.run([{ command: "getClient", username: id }]);
        if (found === null || found === undefined) return "unreachable";
        const { client } = (found.data ?? {}) as { readonly client?: BrokerClient };
        // Never the administrator, nor anybody else's client; one of a Homeward whose data directory is gone may be taken over.
        if (found.error === null && client?.textname !== MARK) return "taken";
        const answers = await channel.run(creation(site, id, secret, installation));
        if (answers.includes(null)) return "unreachable";
        const fault = answers.find((answer) => answer !== null && answer.error !== null && isFault(answer.error));
        if (fault === undefined) return "granted";
        diagnostics.error("broker_refused_device", { detail: fault?.error });
        return "refused";
      } finally {
        clock.after(REGISTERED_WITHIN, () => underway.delete(id));
      }
    },
    revoke(device) {
      void channel.run([{ command: "getClient", username: device }]).then(async ([found]) => {
        const { client } = (found?.data ?? {}) as { readonly client?: BrokerClient };
        if (client !== undefined && isOurs(client, installation)) await channel.run(removal(device));
      });
    },
    async [Symbol.asyncDispose]() {
      periodic.cancel();
      await channel[Symbol.asyncDispose]();
      await comparing;
    },
  };
};

/** What was to be removed and is not there is no fault. */
const isFault = (error: string): boolean => !error.toLowerCase().includes(EXISTS_NOT);
