/** One signed-in session: feed, store, clock and trends put together, read again when something tells that it is old. */
import type { Api, Problem } from "./api.ts";
import { createArrivals, type Arrivals } from "./arrivals.ts";
import { createLiveClient, type LiveClient } from "./live-client.ts";
import { openBrowserSocket } from "./browser-socket.ts";
import { createLooked, type Looked } from "./looked.ts";
import { readReadiness, type Readiness } from "./readiness.ts";
import { createServerClock, type ServerClock } from "./server-clock.ts";
import { createTrends, type Trends } from "./trends.ts";
import { createWardStore, type WardStore } from "./ward-store.ts";
import type { Device, Institution, Me, Patient, ServerTime, WireAlert } from "./wire.ts";

export interface Ticker {
  /** Server time at the last full tick. */
  readonly now: () => number;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface House {
  readonly api: Api;
  readonly me: Me;
  readonly demo: boolean;
  readonly store: WardStore;
  readonly clock: ServerClock;
  readonly ticker: Ticker;
  readonly trends: Trends;
  readonly live: LiveClient;
  readonly looked: Looked;
  readonly arrivals: Arrivals;
  /** Id → name, of the institutions this person may know. */
  readonly institutions: () => ReadonlyMap<string, Institution["name"]>;
  /** The newest answer of the server's own checks; null: none, or not for this account. */
  readonly readiness: () => Readiness | null;
  /** The server's clock against real time. */
  readonly speed: () => number;
  /** When this house was opened, server time; 0 until it is known. */
  readonly openedAt: () => number;
  /** Why patients could not be read; null when they were. */
  readonly trouble: () => Problem | null;
  readonly reload: () => void;
  close(): void;
}

export interface OpenHouseOptions {
  readonly api: Api;
  readonly me: Me;
  readonly demo: boolean;
  readonly onSignedOut: () => void;
}

const PATIENTS_EVERY_S = 60;
const TRENDS_EVERY_S = 600;
const READY_EVERY_S = 30;

export const openHouse = ({ api, me, demo, onSignedOut }: OpenHouseOptions): House => {
  const monotonic = (): number => performance.now();
  const clock = createServerClock(monotonic);
  const store = createWardStore((flush) => {
    // A hidden page gets no animation frames, and still has to sound and to speak.
    if (document.hidden) setTimeout(flush, 250);
    else requestAnimationFrame(flush);
  });
  const trends = createTrends(
    api,
    () => clock.now(),
    (run, ms) => void setTimeout(run, ms),
  );
  let openedAt = 0;
  const arrivals = createArrivals(
    store,
    () => clock.now(),
    () => openedAt,
  );
  const looked = createLooked(sessionStorage, () => clock.now());
  let trouble: Problem | null = null;
  let institutions: ReadonlyMap<string, Institution["name"]> = new Map([[me.institution.id, me.institution.name]]);
  let readiness: Readiness | null = null;
  let speed = 1;

  const readTime = async (): Promise<boolean> => {
    const answer = await api.get<ServerTime>("/time");
    if (!answer.ok) return answer.problem.status !== 0;
    clock.heard(answer.value.now);
    clock.setSpeed(answer.value.speed);
    speed = answer.value.speed;
    return true;
  };
  const readAlerts = async (): Promise<void> => {
    const answer = await api.all<WireAlert>("/alerts", { status: ["open", "acknowledged", "snoozed", "cleared"] });
    if (answer.ok) store.setAlerts(answer.value);
  };
  const readPatients = async (): Promise<void> => {
    const answer = await api.all<Patient>("/patients", {
      status: "active",
      ...(me.permissions.includes("patients.identity") ? { identity: true } : {}),
    });
    trouble = answer.ok ? null : answer.problem;
    store.setPatients(answer.ok ? answer.value : store.patients());
  };
  const readDevices = async (): Promise<void> => {
    if (!me.permissions.includes("devices.read")) return;
    const answer = await api.all<Device>("/devices");
    if (answer.ok) store.setDevices(answer.value);
  };
  const readLastAlert = async (): Promise<void> => {
    const answer = await api.get<{ readonly items: readonly WireAlert[] }>("/alerts", { limit: 1 });
    const [last] = answer.ok ? answer.value.items : [];
    if (last !== undefined) store.noteRaised(last.raisedAt);
  };
  const readInstitutions = async (): Promise<void> => {
    if (!me.permissions.includes("institutions.read")) return;
    const answer = await api.all<Institution>("/institutions");
    if (answer.ok) institutions = new Map(answer.value.map(({ id, name }) => [id, name]));
  };
  const checkReadiness = async (): Promise<void> => {
    if (me.permissions.includes("health.read"))
      readiness = await readReadiness(
        (input, init) => fetch(input, init),
        () => clock.now(),
      );
  };
  let soon: ReturnType<typeof setTimeout> | undefined;
  const readSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void readPatients();
    }, 1_000);
  };

  const live = createLiveClient({
    open: openBrowserSocket,
    monotonic,
    random: Math.random,
    probe: readTime,
    onFrame(frame) {
      if (frame.type === "hello" || frame.type === "heartbeat") clock.heard(frame.now);
      if (frame.type === "reading") {
        trends.note(frame);
        if (store.patient(frame.patient) === undefined && store.patientsRead()) readSoon();
      }
      if (frame.type === "gap") void readAlerts();
      if (frame.type === "device") readSoon();
      store.take(frame);
    },
    onState(state) {
      store.setFeed(state);
      if (state === "signed_out") onSignedOut();
      if (state === "live") readSoon();
    },
  });

  const listeners = new Set<() => void>();
  let tickNow = 0;
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    live.tick();
    tickNow = clock.now();
    if (openedAt === 0) openedAt = tickNow;
    if (ticks % PATIENTS_EVERY_S === 0) void readPatients();
    if (ticks % TRENDS_EVERY_S === 0) trends.refresh();
    if (ticks % READY_EVERY_S === 0) void checkReadiness();
    for (const listener of listeners) listener();
  };
  const ticking = setInterval(tick, 1_000);
  const reload = (): void => {
    void readTime().then(() => {
      tick();
      void checkReadiness();
    });
    void readPatients();
    void readDevices();
    void readLastAlert();
    void readInstitutions();
  };
  reload();
  live.start();

  return {
    api,
    me,
    demo,
    store,
    clock,
    trends,
    live,
    ticker: {
      now: () => tickNow,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    looked,
    arrivals,
    institutions: () => institutions,
    readiness: () => readiness,
    speed: () => speed,
    openedAt: () => openedAt,
    trouble: () => trouble,
    reload,
    close() {
      clearInterval(ticking);
      clearTimeout(soon);
      live.stop();
    },
  };
};
