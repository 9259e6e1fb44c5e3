/** The way bytes reach one viewer, and what it costs when the viewer does not read. */

/** What the hub needs of a connection; a WebSocket stands behind it. */
export interface LiveChannel {
  /** Bytes are whole WebSocket messages. `flushed` is called once they left this process, or never will. */
  write(bytes: Buffer, flushed?: () => void): void;
  /** Bytes written and not yet handed to the network. */
  readonly backlog: number;
  ping(): void;
  close(code: number, reason: string): void;
}

const BACKLOG_LIMIT = 1_048_576;

export interface ViewerLink {
  /** One frame, at once. */
  send(bytes: Buffer): void;
  /** Something big that was asked for (snapshot, replay): its own bytes do not count as falling behind. Resolves when flushed. */
  sendBulk(bytes: Buffer): Promise<void>;
  readonly backlog: number;
  readonly isOverdue: boolean;
}

export const createViewerLink = (channel: LiveChannel): ViewerLink => {
  let bulk = 0;
  return {
    send: (bytes) => channel.write(bytes),
    sendBulk: (bytes) =>
      new Promise((resolve) => {
        bulk += bytes.length;
        channel.write(bytes, () => {
          bulk -= bytes.length;
          resolve();
        });
      }),
    get backlog() {
      return channel.backlog;
    },
    get isOverdue() {
      return channel.backlog - bulk >= BACKLOG_LIMIT;
    },
  };
};
