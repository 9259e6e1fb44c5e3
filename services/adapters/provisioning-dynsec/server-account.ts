/**
 * The account that reads the devices' topics and writes receipts. It is not the administrator's: that one cannot write receipts, and
 * Mosquitto 2.0.11 corrupts its memory when an account changes its own roles. Its password needs no keeping: it follows from the administrator's.
 */
import { createHash, createHmac } from "node:crypto";
import type { BrokerClient, BrokerRole } from "./compare.ts";
import type { Command } from "./control-channel.ts";
import { SERVER_ROLE, sameAcls, serverAcls } from "./permissions.ts";

export interface ServerAccount {
  readonly username: string;
  readonly password: string;
}

export const serverAccount = (installation: string, administratorsPassword: string): ServerAccount => ({
  username: installation,
  password: createHmac("sha256", administratorsPassword).update(installation).digest("base64url"),
});

/** What is missing of it at the broker; nothing when all is right. */
export const mendServerAccount = (
  { username, password }: ServerAccount,
  clients: readonly BrokerClient[],
  roles: readonly BrokerRole[],
): Command[] => {
  const commands: Command[] = [];
  const role = roles.find(({ rolename }) => rolename === SERVER_ROLE);
  if (role === undefined || !sameAcls(role.acls ?? [], serverAcls))
    commands.push({ command: role === undefined ? "createRole" : "modifyRole", rolename: SERVER_ROLE, acls: serverAcls });
  const client = clients.find((candidate) => candidate.username === username);
  // Tells a password of an earlier administrator from this one, without telling either.
  const mark = createHash("sha256").update(password).digest("hex").slice(0, 16);
  const isRight =
    client?.textdescription === mark &&
    client.disabled !== true &&
    client.clientid === username &&
    client.roles?.some(({ rolename }) => rolename === SERVER_ROLE) === true;
  if (isRight) return commands;
  if (client !== undefined) commands.push({ command: "deleteClient", username });
  commands.push({
    command: "createClient",
    username,
    // Nobody else takes over the session that holds what is not yet received.
    clientid: username,
    password,
    textname: "Homeward server",
    textdescription: mark,
    roles: [{ rolename: SERVER_ROLE }],
  });
  return commands;
};
