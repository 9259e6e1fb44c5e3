/** The server's clinical time on this screen: the browser's own clock is never asked what time it is. */

export interface ServerClock {
  /** ms since 1970 UTC as the server counts; 0 until it said so. */
  now(): number;
  /** The server said it is `now`. */
  heard(now: number): void;
  setSpeed(speed: number): void;
  readonly known: boolean;
}

/** `monotonic` only measures how long ago the server spoke. */
export const createServerClock = (monotonic: () => number): ServerClock => {
  let said = 0;
  let at = 0;
  let speed = 1;
  const now = (): number => (said === 0 ? 0 : said + (monotonic() - at) * speed);
  return {
    now,
    heard(server) {
      said = server;
      at = monotonic();
    },
    setSpeed(next) {
      said = now();
      at = monotonic();
      speed = next;
    },
    get known() {
      return said !== 0;
    },
  };
};
