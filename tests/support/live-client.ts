/** A viewer of the live feed over a real WebSocket: remembers every frame and waits for what a test needs. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { LIVE_PATH } from "#contracts/live-protocol.ts";

export interface LiveClientOptions {
  readonly token?: string;
  readonly ticket?: string;
  readonly cookie?: string;
  readonly origin?: string;
  readonly protocols?: readonly string[];
  readonly path?: string;
}

type LiveFrame = Readonly<Record<string, unknown>> & { readonly type: string };

export interface LiveClient extends AsyncDisposable {
  readonly ws: WebSocket;
  readonly frames: readonly LiveFrame[];
  say(frame: unknown): void;
  /** Resolves with the first frame, past or future, that fits. */
  find(isWanted: (frame: LiveFrame) => boolean): Promise<LiveFrame>;
  /** Resolves when that many frames of a type have come. */
  collect(type: string, count: number): Promise<readonly LiveFrame[]>;
  readonly closed: Promise<number>;
}

/** `refused`: the answer to a hand-shake that did not become a WebSocket. */
export type LiveAnswer =
  | { readonly kind: "open"; readonly client: LiveClient; readonly protocol: string }
  | { readonly kind: "refused"; readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export const connectLive = async (http: string, options: LiveClientOptions = {}): Promise<LiveAnswer> => {
  const protocols = [...(options.protocols ?? []), ...(options.ticket === undefined ? [] : ["homeward.v1", `ticket.${options.ticket}`])];
  const ws = new WebSocket(http.replace(/^http/, "ws") + (options.path ?? LIVE_PATH), protocols, {
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...(options.origin === undefined ? {} : { origin: options.origin }),
    },
  });
  const frames: LiveFrame[] = [];
  let watchers: (() => boolean)[] = [];
  ws.on("message", (data: Buffer) => {
    frames.push(JSON.parse(data.toString("utf8")) as LiveFrame);
    watchers = watchers.filter((isDone) => !isDone());
  });
  const closed = new Promise<number>((resolve) => ws.on("close", (code) => resolve(code)));
  ws.on("error", () => {});
  const refused = new Promise<LiveAnswer>((resolve) =>
    ws.on("unexpected-response", (_request, response: IncomingMessage) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      response.on("end", () => {
        ws.terminate();
        resolve({ kind: "refused", status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
      });
    }),
  );
  const when = <Found>(look: () => Found | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const isDone = (): boolean => {
        const found = look();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!isDone()) watchers.push(isDone);
      void closed.then((code) => reject(new Error(`closed with ${code} before the frame came`)));
    });
  const client: LiveClient = {
    ws,
    frames,
    closed,
    say: (frame) => ws.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    find: (isWanted) => when(() => frames.find(isWanted)),
    collect: (type, count) =>
      when(() => {
        const found = frames.filter((frame) => frame.type === type);
        return found.length >= count ? found : undefined;
      }),
    async [Symbol.asyncDispose]() {
      ws.terminate();
      await closed;
    },
  };
  const opened = once(ws, "open").then((): LiveAnswer => ({ kind: "open", client, protocol: ws.protocol }));
  return Promise.race([opened, refused]);
};
