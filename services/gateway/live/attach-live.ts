/** Puts the live feed on an HTTP server: hand-shake, limits, and the way from the hub to each socket. */
import type { IncomingMessage, Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { LIVE_ERRORS } from "#contracts/errors/live.ts";
import { LIVE_SUBPROTOCOL, MAX_CLIENT_FRAME_BYTES } from "#contracts/live-protocol.ts";
import { authenticateUpgrade } from "#gateway/live/authenticate-upgrade.ts";
import type { UpgradeSignIn } from "#gateway/live/authenticate-upgrade.ts";
import type { LiveHub, LiveViewer } from "#gateway/live/hub.ts";
import type { LiveChannel } from "#gateway/live/viewer-link.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";

export interface AttachLiveOptions<Viewer extends LiveViewer> {
  readonly hub: LiveHub<Viewer>;
  readonly signIn: UpgradeSignIn<Viewer>;
  readonly diagnostics: Diagnostics;
  readonly maxConnections?: number;
}

export interface AttachedLive {
  /** Says goodbye (1001) to every viewer and takes the feed off the server. Call it before closing the server. */
  close(): Promise<void>;
  readonly connections: number;
}

const MAX_CONNECTIONS = 5_000;
const GOODBYE_MS = 1_000;

const refuse = (socket: Duplex, code: keyof typeof LIVE_ERRORS): void => {
  const { title, next, ...error } = LIVE_ERRORS[code];
  const status = "status" in error && error.status !== undefined ? error.status : 400;
  const body = JSON.stringify({ type: `urn:homeward:problem:${code}`, title, status, detail: next, code });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n${status === 401 ? "WWW-Authenticate: Bearer\r\n" : ""}\r\n${body}`,
  );
};

/** Frames come encoded from the hub and go straight to the socket: one copy in memory however many viewers there are. */
const channelOf = (ws: WebSocket, socket: Duplex): LiveChannel => ({
  write(bytes, flushed) {
    if (ws.readyState !== ws.OPEN || !socket.writable) flushed?.();
    else socket.write(bytes, () => flushed?.());
  },
  get backlog() {
    return socket.writableLength;
  },
  ping: () => {
    if (ws.readyState === ws.OPEN) ws.ping();
  },
  close: (code, reason) => ws.close(code, reason),
});

export const attachLive = <Viewer extends LiveViewer>(
  server: Server | SecureServer,
  { hub, signIn, diagnostics, maxConnections = MAX_CONNECTIONS }: AttachLiveOptions<Viewer>,
): AttachedLive => {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_FRAME_BYTES,
    // Answered below, within the viewer's budget.
    autoPong: false,
    // A ticket that came as a subprotocol is never echoed.
    handleProtocols: (offered) => (offered.has(LIVE_SUBPROTOCOL) ? LIVE_SUBPROTOCOL : false),
  });

  const serve = (viewer: Viewer, ws: WebSocket, socket: Duplex): void => {
    const connection = hub.connect(viewer, channelOf(ws, socket));
    ws.on("message", (data, isBinary) => connection.receive(isBinary ? null : (data as Buffer).toString("utf8")));
    ws.on("ping", (data) => {
      connection.receiveControl();
      if (ws.readyState === ws.OPEN) ws.pong(data);
    });
    ws.on("pong", () => {
      connection.receiveControl();
      connection.pong();
    });
    ws.on("close", () => connection.gone());
    // Too big, not UTF-8, not WebSocket: ws closes with the right code by itself.
    ws.on("error", () => diagnostics.count("homeward_live_protocol_errors_total"));
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const onError = (): void => {
      socket.destroy();
    };
    socket.on("error", onError);
    const outcome = authenticateUpgrade(request, signIn);
    const standing = outcome.ok ? hub.standing(outcome.value) : "ok";
    const problem = !outcome.ok
      ? outcome.problem
      : standing !== "ok"
        ? standing === "not_allowed"
          ? "live_not_allowed"
          : "live_sign_in_required"
        : sockets.clients.size >= maxConnections
          ? "live_too_many_connections"
          : null;
    if (problem !== null || !outcome.ok) {
      const code = problem ?? "live_sign_in_required";
      diagnostics.count("homeward_live_refused_total", 1, { code });
      return refuse(socket, code);
    }
    return sockets.handleUpgrade(request, socket, head, (ws) => {
      socket.off("error", onError);
      serve(outcome.value, ws, socket);
    });
  };
  server.on("upgrade", onUpgrade);

  return {
    async close() {
      server.off("upgrade", onUpgrade);
      const open = [...sockets.clients];
      const ended = Promise.all(open.map((ws) => new Promise((resolve) => ws.once("close", resolve))));
      for (const ws of open) ws.close(1001, "the server stops");
      const impatience = setTimeout(() => {
        for (const ws of open) ws.terminate();
      }, GOODBYE_MS);
      await ended;
      clearTimeout(impatience);
    },
    get connections() {
      return sockets.clients.size;
    },
  };
};
