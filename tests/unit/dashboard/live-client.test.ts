/** The feed on the page: it resumes where it was, says within ten seconds that nothing comes, and stops when told to. */
import { describe, expect, test } from "vitest";
import { createLiveClient, type FeedState, type SocketEvents } from "../../../dashboards/web/src/data/live-client.ts";

const makeWorld = (answers = false) => {
  let now = 1_000;
  const sockets: { events: SocketEvents; sent: Record<string, unknown>[]; closed: boolean }[] = [];
  const states: FeedState[] = [];
  const client = createLiveClient({
    open: (events) => {
      const socket = { events, sent: [] as Record<string, unknown>[], closed: false };
      sockets.push(socket);
      return {
        send: (text) => void socket.sent.push(JSON.parse(text) as Record<string, unknown>),
        close: () => {
          socket.closed = true;
        },
      };
    },
    monotonic: () => now,
    random: () => 0.5,
    probe: () => Promise.resolve(answers),
    onFrame: () => {},
    onState: (state) => void states.push(state),
  });
  client.start();
  const last = () => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  };
  return {
    client,
    sockets,
    states,
    last,
    say: (frame: Record<string, unknown>) => last().events.said(JSON.stringify(frame)),
    /** Seconds pass, tick by tick; probes answer in between. */
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        now += 1_000;
        client.tick();
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
};
const snapshot = (cursor: string) => ({ type: "snapshot", id: "ward", cursor, alerts: [], readings: [] });

describe("the live client", () => {
  test("subscribes to everyone, and after a break asks for what came after the last cursor", async () => {
    const world = makeWorld();
    world.last().events.opened();
    expect(world.last().sent[0]).toEqual({ type: "subscribe", id: "ward", alerts: { minSeverity: "S4" }, patients: ["*"], metrics: ["*"] });
    world.say(snapshot("7"));
    world.say({ type: "alert", cursor: "9", version: 1, alert: {} });
    expect(world.client.state).toBe("live");
    world.last().events.closed(1013);
    await world.pass(1);
    world.last().events.opened();
    expect(world.last().sent[0]).toMatchObject({ type: "subscribe", after: "9" });
  });

  test("after a gap it goes on behind the gap", async () => {
    const world = makeWorld();
    world.say(snapshot("7"));
    world.say({ type: "gap", id: "ward", from: "7", to: "30" });
    expect(world.client.cursor).toBe("30");
  });

  test("a closed connection is said within four seconds and again when it is back", async () => {
    const world = makeWorld();
    world.say(snapshot("1"));
    world.last().events.closed(1006);
    await world.pass(4);
    expect(world.states).toEqual(["live", "lost"]);
    world.say(snapshot("1"));
    expect(world.states).toEqual(["live", "lost", "live"]);
  });

  test("a connection that swallows everything is said within ten seconds, without any close", async () => {
    const world = makeWorld(false);
    world.say(snapshot("1"));
    await world.pass(9);
    expect(world.client.state).toBe("lost");
  });

  test("a quiet ward is not a broken feed as long as the server answers", async () => {
    const world = makeWorld(true);
    world.say(snapshot("1"));
    await world.pass(20);
    expect(world.states).toEqual(["live"]);
  });

  test("a feed without even heartbeats is given up and opened again", async () => {
    const world = makeWorld(true);
    world.say(snapshot("1"));
    await world.pass(25);
    expect(world.sockets.length).toBe(2);
    expect(world.sockets[0]?.closed).toBe(true);
  });

  test("signed out is final", async () => {
    const world = makeWorld();
    world.say(snapshot("1"));
    world.last().events.closed(4401);
    await world.pass(60);
    expect([world.client.state, world.sockets.length]).toEqual(["signed_out", 1]);
  });

  test("a receipt is sent once per cursor", () => {
    const world = makeWorld();
    world.say(snapshot("5"));
    world.client.shown("5");
    world.client.shown("5");
    expect(world.last().sent.filter(({ type }) => type === "receipt")).toEqual([{ type: "receipt", cursor: "5" }]);
  });

  test("text that is not of this protocol harms nothing", () => {
    const world = makeWorld();
    world.last().events.said("{");
    expect(world.client.state).toBe("connecting");
  });
});
