/** Compares what the broker knows of devices with the registry: what to put right, and who can only be helped by a new secret. */
import type { DeviceConfig } from "#core/people.ts";
import type { DeviceId } from "#core/ids.ts";
import type { Command } from "./control-channel.ts";
import { type Acl, deviceAcls, roleOf, sameAcls } from "./permissions.ts";

export interface BrokerClient {
  readonly username: string;
  readonly clientid?: string;
  readonly textname?: string;
  readonly textdescription?: string;
  readonly disabled?: boolean;
  readonly roles?: readonly { readonly rolename: string }[];
  readonly groups?: readonly { readonly groupname: string }[];
}

export interface BrokerRole {
  readonly rolename: string;
  readonly acls?: readonly Acl[];
}

/** Marks the clients that are ours; the description says of which data directory. */
export const MARK = "Homeward device";

export interface Comparison {
  readonly commands: readonly Command[];
  /** Registered, but the broker has no client of ours for them: it keeps only hashes we cannot make again. */
  readonly lost: readonly DeviceId[];
}

interface Known {
  readonly devices: Iterable<Pick<DeviceConfig, "id" | "site" | "revoked">>;
  readonly clients: Iterable<BrokerClient>;
  readonly roles: Iterable<BrokerRole>;
  readonly installation: string;
}

export const compare = ({ devices, clients, roles, installation }: Known): Comparison => {
  const registered = new Map([...devices].map((device) => [device.id as string, device]));
  const ours = new Map([...clients].filter((client) => isOurs(client, installation)).map((client) => [client.username, client]));
  const known = new Map([...roles].map((role) => [role.rolename, role]));
  const commands: Command[] = [];
  const lost: DeviceId[] = [];
  for (const device of registered.values()) {
    if (device.revoked) continue;
    const client = ours.get(device.id);
    if (client === undefined) lost.push(device.id);
    else commands.push(...mendRole(device, known.get(roleOf(device.id))), ...mendClient(client));
  }
  for (const client of ours.values()) {
    const device = registered.get(client.username);
    if (device?.revoked === true) commands.push(...removal(client.username));
    // Not deleted: a registry restored from an older backup does not know its newest devices, and their secrets could not be made again.
    else if (device === undefined && client.disabled !== true) commands.push({ command: "disableClient", username: client.username });
  }
  return { commands, lost };
};

export const isOurs = ({ textname, textdescription }: BrokerClient, installation: string): boolean =>
  textname === MARK && textdescription === installation;

export const removal = (device: string): Command[] => [
  { command: "deleteClient", username: device },
  { command: "deleteRole", rolename: roleOf(device) },
];

/** Whatever was there of it before is replaced, and its session ends. */
export const creation = (site: string, device: string, secret: string, installation: string): Command[] => [
  ...removal(device),
  { command: "createRole", rolename: roleOf(device), acls: deviceAcls(site, device) },
  {
    command: "createClient",
    username: device,
    // Another client id than its own is refused: nobody takes over another's session, nor the server's.
    clientid: device,
    password: secret,
    textname: MARK,
    textdescription: installation,
    roles: [{ rolename: roleOf(device) }],
  },
];

const mendRole = ({ id, site }: Pick<DeviceConfig, "id" | "site">, role: BrokerRole | undefined): Command[] => {
  const acls = deviceAcls(site, id);
  if (role !== undefined && sameAcls(role.acls ?? [], acls)) return [];
  return [{ command: role === undefined ? "createRole" : "modifyRole", rolename: roleOf(id), acls }];
};

/** Role by role: `modifyClient` can end Mosquitto 2.0.11 with a segmentation fault. */
const mendClient = ({ username, clientid, disabled, roles = [], groups = [] }: BrokerClient): Command[] => {
  const own = roleOf(username);
  const commands: Command[] = roles
    .filter(({ rolename }) => rolename !== own)
    .map(({ rolename }) => ({ command: "removeClientRole", username, rolename }));
  for (const { groupname } of groups) commands.push({ command: "removeGroupClient", username, groupname });
  if (!roles.some(({ rolename }) => rolename === own)) commands.push({ command: "addClientRole", username, rolename: own });
  if (clientid !== username) commands.push({ command: "setClientId", username, clientid: username });
  if (disabled === true) commands.push({ command: "enableClient", username });
  return commands;
};
