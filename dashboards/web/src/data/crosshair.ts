/** One moment under the pointer for all panes at once. */
export interface Crosshair {
  readonly get: () => number | null;
  readonly set: (t: number | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export const createCrosshair = (): Crosshair => {
  const listeners = new Set<() => void>();
  let at: number | null = null;
  return {
    get: () => at,
    set(t) {
      if (t === at) return;
      at = t;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
