/** Which addresses webhooks may reach: none that is private, unless the operator allowed it (reliability S47). */
import { BlockList, isIP } from "node:net";

/** Ranges no public receiver lives in: RFC 6890 and its successors, cloud metadata, and the IPv6 forms that carry an IPv4 address. */
const REFUSED_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // Metadata of one cloud and its platform agent stand on public-looking addresses.
  "100.100.100.200/32",
  "168.63.129.16/32",
];
/** Only 2000::/3 is global unicast; these parts of it are not. */
const REFUSED_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "64:ff9b::/96", "64:ff9b:1::/48"];

/** Never an HTTP receiver: speaking HTTP at them is an attack on somebody else. */
const REFUSED_PORTS = new Set([
  1433, 1521, 1883, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5671, 5672, 5900, 5984, 6000, 6379, 6443, 6667, 8086, 8883, 9042,
  9092, 9200, 9300, 10250, 11211, 27017,
]);

const listOf = (cidrs: readonly string[], family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits = ""] = cidr.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};
const privateV4 = listOf(REFUSED_V4, "ipv4");
const privateV6 = listOf(REFUSED_V6, "ipv6");
const globalV6 = listOf(["2000::/3"], "ipv6");
const mappedV4 = listOf(["::ffff:0:0/96"], "ipv6");

/** `::ffff:7f00:1` and `::ffff:127.0.0.1` are 127.0.0.1 on the wire. */
const unmapped = (address: string): string => {
  if (isIP(address) !== 6 || !mappedV4.check(address, "ipv6")) return address;
  const { hostname } = new URL(`http://[${address}]`);
  const groups = hostname.slice(1, -1).split(":");
  const [high = "0", low = "0"] = groups.slice(-2);
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
};

const isPublic = (address: string): boolean => {
  const plain = unmapped(address);
  const family = isIP(plain);
  if (family === 4) return !privateV4.check(plain, "ipv4");
  return family === 6 && globalV6.check(plain, "ipv6") && !privateV6.check(plain, "ipv6");
};

const normalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");

export interface AddressRules {
  /** The operator named this host, or its literal address. */
  readonly allowsHost: (host: string) => boolean;
  /** The operator allowed this address. */
  readonly allowsAddress: (address: string) => boolean;
  /** Public or allowed. */
  readonly mayReach: (address: string) => boolean;
  readonly refusesPort: (port: number) => boolean;
}

/** `entries`: hosts, addresses or CIDR ranges of HOMEWARD_WEBHOOK_ALLOW, checked where the environment is read. */
export const createAddressRules = (entries: readonly string[]): AddressRules => {
  const hosts = new Set<string>();
  const allowed = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const plain = normalHost(address);
    const family = isIP(plain);
    if (family === 0) hosts.add(plain);
    else allowed.addSubnet(plain, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), family === 4 ? "ipv4" : "ipv6");
  }
  const allowsAddress = (address: string): boolean => {
    const plain = unmapped(address);
    return allowed.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  };
  return {
    allowsHost: (host) => hosts.has(normalHost(host)) || (isIP(normalHost(host)) !== 0 && allowsAddress(normalHost(host))),
    allowsAddress,
    mayReach: (address) => isPublic(address) || allowsAddress(address),
    refusesPort: (port) => REFUSED_PORTS.has(port) || (port < 1024 && port !== 80 && port !== 443),
  };
};
