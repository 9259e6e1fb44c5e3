/** Where the broker is and how to reach it: `mqtt://` in the clear, `mqtts://` by TLS. */
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

const PORT = { "mqtt:": 1_883, "mqtts:": 8_883 } as const;

export interface BrokerAddress {
  /** As devices would write it. */
  readonly url: string;
  /** A socket on its way; it emits `connect` or `secureConnect`. */
  open(): { readonly socket: Socket; readonly opened: "connect" | "secureConnect" };
}

/** `ca`: PEM of the authority that signed the broker's certificate; null: the system's own. */
export const createBrokerAddress = (text: string, ca: string | null): BrokerAddress => {
  const url = new URL(text);
  const isTls = url.protocol === "mqtts:";
  const host = url.hostname.replaceAll(/[[\]]/g, "");
  const port = url.port === "" ? PORT[isTls ? "mqtts:" : "mqtt:"] : Number(url.port);
  return {
    url: `${url.protocol}//${url.hostname}:${String(port)}`,
    open: () =>
      isTls
        ? {
            socket: connectTls({
              host,
              port,
              minVersion: "TLSv1.2",
              ...(isIP(host) === 0 ? { servername: host } : {}),
              ...(ca === null ? {} : { ca }),
            }),
            opened: "secureConnect",
          }
        : { socket: connectSocket({ host, port }), opened: "connect" },
  };
};
