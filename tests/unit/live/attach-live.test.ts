import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Alert } from "#core/alerts/alert.ts";
import { attachLive } from "#gateway/live/attach-live.ts";
import { createTicketOffice } from "#gateway/live/ticket-office.ts";
import { alertLike } from "#tests/support/alert-like.ts";
import { openLiveBench } from "#tests/support/live-bench.ts";
import type { TestViewer } from "#tests/support/live-bench.ts";
import { connectLive } from "#tests/support/live-client.ts";
import type { LiveClient, LiveClientOptions } from "#tests/support/live-client.ts";

const HERE = "https://ward.example";

const openServer = async (maxConnections?: number) => {
  const bench = openLiveBench();
  bench.see("p1", "t1");
  const viewer: TestViewer = { tokenHash: "hash-of-good", institution: "t1" };
  const tickets = createTicketOffice<TestViewer>(bench.clocks.transport);
  const server = createServer((_request, response) => response.end());
  const live = attachLive(server, {
    hub: bench.hub,
    diagnostics: bench.diagnostics,
    signIn: {
      bearer: (token) => (token === "good" ? viewer : null),
      cookie: (header) => (header.includes("session=good") ? viewer : null),
      tickets,
      isAllowedOrigin: (origin) => origin === HERE,
    },
    ...(maxConnections === undefined ? {} : { maxConnections }),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    bench.hub.close();
    await live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const http = `http://127.0.0.1:${port}`;
  const open = async (options: LiveClientOptions = { token: "good" }): Promise<LiveClient> => {
    const answer = await connectLive(http, options);
    if (answer.kind === "refused") throw new Error(`refused: ${answer.status}`);
    onTestFinished(() => answer.client[Symbol.asyncDispose]());
    return answer.client;
  };
  const raise = (id: string, text = "") =>
    bench.hub.publish([bench.feed.commit(alertLike(id, { patient: "p1", summary: { en: text, zh: "" } }))]);
  return { bench, live, port, http, open, raise, ticket: () => tickets.issue(viewer)?.ticket ?? "" };
};

describe("signing in to the feed", () => {
  /** Sign-in × origin → opened (101) or refused with this status. */
  const matrix: readonly [string, LiveClientOptions, number][] = [
    ["nothing", {}, 401],
    ["a good token", { token: "good" }, 101],
    ["a bad token", { token: "bad" }, 401],
    ["a good token from our page", { token: "good", origin: HERE }, 101],
    ["a good token from a foreign page", { token: "good", origin: "https://evil.example" }, 403],
    ["a good cookie from our page", { cookie: "session=good", origin: HERE }, 101],
    ["a good cookie from a foreign page", { cookie: "session=good", origin: "https://evil.example" }, 403],
    ["a good cookie from the null origin", { cookie: "session=good", origin: "null" }, 403],
    ["a good cookie from our host over another scheme", { cookie: "session=good", origin: "http://ward.example" }, 403],
    ["a good cookie from a longer host", { cookie: "session=good", origin: "https://ward.example.evil.example" }, 403],
    ["a good cookie without an origin", { cookie: "session=good" }, 403],
    ["a bad cookie from our page", { cookie: "session=bad", origin: HERE }, 401],
    ["a bad token beside a good cookie", { token: "bad", cookie: "session=good", origin: HERE }, 401],
    ["a token in the URL", { path: "/api/v1/live?token=good", token: "good" }, 400],
    ["an unknown ticket", { ticket: "AAAA" }, 401],
    ["another path", { path: "/api/v1/other", token: "good" }, 404],
  ];
  test.for(matrix)("%s", async ([, options, expected]) => {
    const { http } = await openServer();
    const answer = await connectLive(http, options);
    if (answer.kind === "open") await answer.client[Symbol.asyncDispose]();
    expect(answer.kind === "open" ? 101 : answer.status).toBe(expected);
    if (answer.kind === "refused") expect(answer.body).toMatchObject({ status: expected, code: expect.stringMatching(/^live_/) });
  });

  test("a ticket opens the feed once, and only the protocol is answered, never the ticket", async () => {
    const { http, ticket } = await openServer();
    const once = ticket();
    const first = await connectLive(http, { ticket: once });
    expect(first).toMatchObject({ kind: "open", protocol: "homeward.v1" });
    if (first.kind === "open") await first.client[Symbol.asyncDispose]();
    expect(await connectLive(http, { ticket: once })).toMatchObject({
      kind: "refused",
      status: 401,
      body: { code: "live_ticket_invalid" },
    });
  });

  test("a ticket of 30 seconds ago is refused", async () => {
    const { bench, http, ticket } = await openServer();
    const old = ticket();
    bench.clocks.advance(30_000);
    expect(await connectLive(http, { ticket: old })).toMatchObject({ kind: "refused", status: 401 });
  });

  test("no ticket and no token needs a subprotocol", async () => {
    const { open } = await openServer();
    const client = await open({ token: "good", protocols: ["homeward.v1"] });
    expect(client.ws.protocol).toBe("homeward.v1");
  });

  test("a session that ended before the hand-shake is refused", async () => {
    const { bench, http } = await openServer();
    bench.ended.set("hash-of-good", "signed_out");
    expect(await connectLive(http, { token: "good" })).toMatchObject({ kind: "refused", status: 401 });
    bench.ended.set("hash-of-good", "not_allowed");
    expect(await connectLive(http, { token: "good" })).toMatchObject({ kind: "refused", status: 403 });
  });

  test("there is room for a bounded number of viewers", async () => {
    const { http, open } = await openServer(1);
    await open();
    expect(await connectLive(http, { token: "good" })).toMatchObject({ kind: "refused", status: 503 });
  });
});

describe("the feed on the wire", () => {
  test("frames of every size arrive whole: small, over 125 bytes and over 64 KiB", async () => {
    const { open, raise } = await openServer();
    const client = await open();
    client.say({ type: "subscribe", id: "a" });
    await client.find((frame) => frame.type === "snapshot");
    raise("small");
    raise("large", "低氧".repeat(40_000));
    const frames = await client.collect("alert", 2);
    expect(frames.map((frame) => (frame["alert"] as Alert).id)).toEqual(["small", "large"]);
    expect(frames[1]).toMatchObject({ alert: { summary: { en: "低氧".repeat(40_000) } } });
  });

  test("a frame over 64 KiB closes with 1009, text that is not UTF-8 with 1007, others stay connected", async () => {
    const { open } = await openServer();
    const [big, broken, other] = [await open(), await open(), await open()];
    big.say("x".repeat(70_000));
    expect(await big.closed).toBe(1009);
    broken.ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await broken.closed).toBe(1007);
    other.say({ type: "subscribe", id: "a" });
    await other.find((frame) => frame.type === "snapshot");
  });

  test("a binary frame is an error, a flood of pings closes with 1008", async () => {
    const { open } = await openServer();
    const client = await open();
    client.ws.send(Buffer.from([1, 2, 3]));
    expect(await client.find((frame) => frame.type === "error")).toMatchObject({ code: "live_bad_frame" });
    for (let n = 0; n < 200; n += 1) client.ws.ping();
    expect(await client.closed).toBe(1008);
  });

  test("a client that answers pings stays, one that ends its session is closed with 4401", async () => {
    const { bench, open } = await openServer();
    const client = await open();
    for (let beat = 1; beat <= 5; beat += 1) {
      const ping = once(client.ws, "ping");
      bench.clocks.advance(10_000);
      await ping;
      await client.collect("heartbeat", beat);
      // The pong is on its way before this frame, so its answer says that the pong has arrived.
      client.say({ type: "unsubscribe", id: `none-${beat}` });
      await client.collect("error", beat);
    }
    bench.hub.endSession("hash-of-good");
    expect(await client.closed).toBe(4401);
  });

  test("a viewer that stops reading is closed with 1013 and others are not held up", async () => {
    const { bench, open, raise } = await openServer();
    const [stuck, healthy] = [await open(), await open()];
    for (const client of [stuck, healthy]) client.say({ type: "subscribe", id: "a" });
    for (const client of [stuck, healthy]) await client.find((frame) => frame.type === "snapshot");
    stuck.ws.pause();
    let raised = 0;
    while (bench.hub.viewers === 2) {
      raise(`a${raised++}`, "x".repeat(100_000));
      await healthy.collect("alert", raised);
    }
    stuck.ws.resume();
    expect(await stuck.closed).toBe(1013);
    expect(healthy.frames.filter((frame) => frame.type === "alert")).toHaveLength(raised);
    const after = stuck.frames.filter((frame) => frame.type === "alert").at(-1)?.["cursor"];
    const again = await open();
    again.say({ type: "subscribe", id: "a", after: after ?? "0" });
    const missing = raised - stuck.frames.filter((frame) => frame.type === "alert").length;
    if (missing > 0) await again.collect("alert", missing);
    const seen = [...stuck.frames, ...again.frames].filter((frame) => frame.type === "alert").map((frame) => frame["cursor"]);
    expect(seen).toEqual(Array.from({ length: raised }, (_, n) => String(n + 1)));
  });

  test("a connection that breaks off leaves nothing behind", async () => {
    const { bench, open, raise } = await openServer();
    const client = await open();
    client.say({ type: "subscribe", id: "a", metrics: ["*"] });
    await client.find((frame) => frame.type === "snapshot");
    const witness = await open();
    client.ws.terminate();
    await client.closed;
    raise("a1");
    witness.say({ type: "subscribe", id: "a" });
    await witness.find((frame) => frame.type === "snapshot");
    while (bench.hub.viewers > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.hub.viewers).toBe(1);
  });

  test("closing says goodbye to every viewer with 1001", async () => {
    const { live, open } = await openServer();
    const client = await open();
    await live.close();
    expect(await client.closed).toBe(1001);
    expect(live.connections).toBe(0);
  });

  const hostile: readonly [string, string][] = [
    ["no key", "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer good\r\n\r\n"],
    [
      "a wrong version",
      "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer good\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 7\r\n\r\n",
    ],
    [
      "two thousand headers",
      `GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${"a: b\r\n".repeat(2_500)}\r\n`,
    ],
    [
      "another upgrade",
      "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nAuthorization: Bearer good\r\n\r\n",
    ],
    [
      "a smuggled request",
      "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
  ];
  test.for(hostile)("a hand-shake with %s is refused and the server lives", async ([, bytes]) => {
    const { port, open } = await openServer();
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.write(bytes);
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    const client = await open();
    await client.find((frame) => frame.type === "hello");
  });
});
