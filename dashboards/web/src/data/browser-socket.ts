/** The browser's WebSocket behind the small door the live client knows; the session cookie signs it in. */
import { LIVE_PATH } from "./live-path.ts";
import type { LiveSocket, SocketEvents } from "./live-client.ts";

export const openBrowserSocket = ({ opened, said, closed }: SocketEvents): LiveSocket => {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${LIVE_PATH}`);
  socket.addEventListener("open", () => opened());
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") said(data);
  });
  socket.addEventListener("close", ({ code }) => closed(code));
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
};
