/** A receiver of webhooks that behaves as told and records everything it gets. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type SinkMode = "ok" | "error" | "hang" | "slow" | "redirect" | "reset" | "gone" | "huge";

interface SinkRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly mode: SinkMode;
  /** Of the connection it came on, counted from 1. */
  readonly connection: number;
}

export interface WebhookSink extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** For every request from now on. */
  mode: SinkMode;
  readonly requests: readonly SinkRequest[];
  /** Resolves when that many requests were recorded. */
  received(count: number): Promise<readonly SinkRequest[]>;
}

const ANSWERS: Readonly<Record<SinkMode, (response: ServerResponse, url: string) => void>> = {
  ok: (response) => response.writeHead(200, { "content-type": "text/plain" }).end("thanks"),
  error: (response) => response.writeHead(500).end("broken\u0007 here"),
  hang: () => {},
  slow: (response) => response.writeHead(200).write("a"),
  redirect: (response, url) => response.writeHead(302, { location: `${url}elsewhere` }).end(),
  reset: (response) => void response.socket?.resetAndDestroy(),
  gone: (response) => response.writeHead(410).end(),
  huge: (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  },
};

export const openWebhookSink = async (): Promise<WebhookSink> => {
  const requests: SinkRequest[] = [];
  const waiting: { count: number; resolve: (requests: readonly SinkRequest[]) => void }[] = [];
  const connections = new WeakMap<object, number>();
  let connected = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { mode } = sink;
      const connection = connections.get(request.socket) ?? 0;
      requests.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8"), mode, connection });
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve(requests);
      ANSWERS[mode](response, sink.url);
    });
  });
  server.on("connection", (socket) => connections.set(socket, ++connected));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sink: WebhookSink = {
    url: `http://127.0.0.1:${port}/`,
    port,
    mode: "ok",
    requests,
    received: (count) =>
      requests.length >= count ? Promise.resolve(requests) : new Promise((resolve) => waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sink;
};
