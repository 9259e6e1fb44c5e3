/** Who may do what at the broker, as roles of Mosquitto's dynamic security plugin (contract section 2). */
import { commandTopic, receiptTopic, topicFilter, topicPrefix } from "#contracts/topics.ts";

export interface Acl {
  readonly acltype: string;
  readonly topic: string;
  readonly priority: number;
  readonly allow: boolean;
}

export const SERVER_ROLE = "homeward-server";
export const roleOf = (device: string): string => `homeward-device-${device}`;

const allow = (acltype: string, topic: string): Acl => ({ acltype, topic, priority: 0, allow: true });
/** Looked at before what allows. */
const deny = (acltype: string, topic: string): Acl => ({ acltype, topic, priority: 1, allow: false });

/** Below its own prefix a device may publish, and what it sends to a channel that is none is set aside; but never in the server's stead. */
export const deviceAcls = (site: string, device: string): readonly Acl[] => {
  const own = [receiptTopic(site, device), commandTopic(site, device)];
  return [
    allow("publishClientSend", `${topicPrefix(site, device)}#`),
    ...own.flatMap((topic) => [
      deny("publishClientSend", topic),
      allow("publishClientReceive", topic),
      // The exact topic: no wildcard and no shared subscription equals it.
      allow("subscribeLiteral", topic),
    ]),
  ];
};

export const serverAcls: readonly Acl[] = [
  allow("publishClientSend", topicFilter("receipt")),
  allow("publishClientSend", topicFilter("command")),
  allow("publishClientReceive", "homeward/v1/#"),
  allow("subscribePattern", "homeward/v1/#"),
  allow("subscribePattern", "$share/+/homeward/v1/#"),
];

const text = ({ acltype, topic, priority, allow: allowed }: Acl): string => [acltype, topic, priority, allowed].join(" ");

export const sameAcls = (one: readonly Acl[], other: readonly Acl[]): boolean => {
  const known = new Set(one.map(text));
  return known.size === other.length && other.every((acl) => known.has(text(acl)));
};
