/** A live hub with virtual clocks, a feed in memory and viewers whose network is moved by hand. */
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import type { InstitutionId, PatientId } from "#core/ids.ts";
import { createLiveHub } from "#gateway/live/hub.ts";
import type { LiveHub, LiveHubOptions, LiveViewer } from "#gateway/live/hub.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { createFeedMemory } from "#tests/support/feed-memory.ts";

export interface TestViewer extends LiveViewer {
  readonly institution: string;
}
export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** The messages in bytes as a client's WebSocket would read them. */
export const decodeFrames = (bytes: Buffer): Frame[] => {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const [size, head] =
      short < 126 ? [short, 2] : short === 126 ? [bytes.readUInt16BE(at + 2), 4] : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    frames.push(JSON.parse(bytes.subarray(at + head, at + head + size).toString("utf8")) as Frame);
    at += head + size;
  }
  return frames;
};

/** Lets everything that waits only on promises and turns of the loop happen. */
export const settle = async (turns = 5): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export const openLiveBench = (options: Partial<LiveHubOptions<TestViewer>> = {}) => {
  const clocks = createVirtualClocks();
  const feed = createFeedMemory();
  const diagnostics = createCollectingDiagnostics();
  /** Patient → the institutions that may see them. */
  const sight = new Map<string, Set<string>>();
  const ended = new Map<string, "signed_out" | "not_allowed">();
  const stored: LiveReading[] = [];
  const receipts: string[] = [];
  const startHub = (): LiveHub<TestViewer> =>
    createLiveHub<TestViewer>({
      ledger: feed,
      transportClock: clocks.transport,
      diagnostics,
      now: () => clocks.clinical.now(),
      version: "0.0.0-test",
      canSee: (viewer, { patient, institution }) =>
        patient === null ? institution === viewer.institution : (sight.get(patient)?.has(viewer.institution) ?? false),
      patientsOf: (viewer) =>
        [...sight].filter(([, institutions]) => institutions.has(viewer.institution)).map(([patient]) => patient as PatientId),
      latestReadings: (patients) => Promise.resolve(stored.filter((reading) => patients.includes(reading.patient))),
      standing: (viewer) => ended.get(viewer.tokenHash) ?? "ok",
      onReceipt: (viewer, cursor) => receipts.push(`${viewer.tokenHash} ${cursor}`),
      ...options,
    });
  let hub = startHub();

  const connect = (tokenHash = "token", institution = "t1") => {
    const received: Buffer[] = [];
    let waiting: { bytes: Buffer; flushed: (() => void) | undefined }[] = [];
    const state = { isReading: true, answersPings: true, closed: null as { code: number; reason: string } | null };
    const read = (): void => {
      const now = waiting;
      waiting = [];
      for (const { bytes, flushed } of now) {
        received.push(bytes);
        flushed?.();
      }
    };
    const connection = hub.connect(
      { tokenHash, institution },
      {
        write(bytes, flushed) {
          waiting.push({ bytes, flushed });
          if (state.isReading) read();
        },
        get backlog() {
          return waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
        },
        ping: () => {
          if (state.answersPings) connection.pong();
        },
        close(code, reason) {
          state.closed = { code, reason };
        },
      },
    );
    return {
      state,
      connection,
      say: (frame: unknown) => connection.receive(JSON.stringify(frame)),
      /** Reads whatever waited, and goes on reading. */
      resumeReading() {
        state.isReading = true;
        read();
      },
      get bytes() {
        return Buffer.concat(received);
      },
      get backlog() {
        return waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
      },
      frames: (...types: string[]) =>
        decodeFrames(Buffer.concat(received)).filter(({ type }) => types.length === 0 || types.includes(type)),
    };
  };

  return {
    clocks,
    feed,
    diagnostics,
    ended,
    stored,
    receipts,
    get hub() {
      return hub;
    },
    restartHub() {
      hub.close();
      hub = startHub();
    },
    connect,
    see(patient: string, ...institutions: string[]) {
      sight.set(patient, new Set(institutions));
    },
    reading: (patient: string, metric: string, value: number, more: Partial<LiveReading> = {}): LiveReading => ({
      patient: patient as PatientId,
      metric,
      t: clocks.clinical.now(),
      value,
      quality: "good",
      device: "dev-1",
      ...more,
    }),
    institution: (id: string) => id as InstitutionId,
  };
};
export type LiveBench = ReturnType<typeof openLiveBench>;
