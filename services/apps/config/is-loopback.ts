/** Which addresses only this machine can reach. */
import { isIP } from "node:net";

/** True for addresses no other machine can reach; a name such as 127.example.org is not one. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
