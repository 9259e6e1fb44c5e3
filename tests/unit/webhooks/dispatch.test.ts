import { expect, onTestFinished, test } from "vitest";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import type { InstitutionId } from "#core/ids.ts";
import type { HttpPost, HttpSender, PostResult } from "#ports/http-sender.ts";
import type { Delivery, WebhookSubscription } from "#ports/outbox.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { createOutboxMemory } from "#tests/support/outbox-memory.ts";
import { startDispatcher } from "#webhooks/dispatch.ts";
import type { DispatcherOptions } from "#webhooks/dispatch.ts";
import { createWebhookSecret } from "#webhooks/sign.ts";

type Behaviour = (post: HttpPost) => number | "hang" | "timeout";
const answered = (status: number): PostResult => ({ kind: "answered", status, excerpt: "", tookMs: 1 });

/** Lets everything that waits only on promises happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const openBench = (options: Partial<DispatcherOptions> = {}) => {
  const clocks = createVirtualClocks();
  const outbox = createOutboxMemory();
  const diagnostics = createCollectingDiagnostics();
  const sent: { url: string; id: string; body: string; at: number }[] = [];
  const exhausted: string[] = [];
  const ended: string[] = [];
  const behaviours = new Map<string, Behaviour>();
  const hanging: (() => void)[] = [];
  const sender: HttpSender = {
    post: (post) => {
      sent.push({ url: post.url, id: post.headers["webhook-id"] ?? "", body: post.body, at: clocks.transport.now() - start });
      const answer = (behaviours.get(post.url) ?? (() => 200))(post);
      if (answer === "hang")
        return new Promise((resolve) => hanging.push(() => resolve({ kind: "failed", reason: "timeout", detail: "", tookMs: 10_000 })));
      if (answer === "timeout") return Promise.resolve({ kind: "failed", reason: "timeout", detail: "", tookMs: 10_000 });
      return Promise.resolve(answered(answer));
    },
    refusal: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const start = clocks.transport.now();
  const run = () =>
    startDispatcher({
      outbox,
      sender,
      transportClock: clocks.transport,
      diagnostics,
      random: () => 0,
      onExhausted: (_subscription, delivery) => void exhausted.push(delivery.id),
      onEnded: (subscription) => void ended.push(subscription.id),
      ...options,
    });
  let dispatcher = run();
  onTestFinished(async () => {
    for (const release of hanging) release();
    await dispatcher.close();
  });
  return {
    clocks,
    outbox,
    sent,
    exhausted,
    ended,
    behaviours,
    diagnostics,
    hanging,
    get dispatcher() {
      return dispatcher;
    },
    /** As after a crash: nothing survives but the outbox. */
    restart() {
      void dispatcher.close();
      dispatcher = run();
    },
    async webhook(id: string, more: Partial<WebhookSubscription> = {}) {
      await outbox.subscribe({
        id,
        institution: "t1" as InstitutionId,
        url: `https://${id}.example/`,
        types: [],
        detail: "minimal",
        format: "plain",
        secrets: [createWebhookSecret()],
        status: "active",
        createdAt: start,
        ...more,
      });
    },
    queue: (webhook: string, subject: string, version: number) =>
      outbox.enqueue({ webhook, type: "alert.raised", subject, version, body: `${subject} v${version}`, at: clocks.transport.now() }),
    async pass(ms: number) {
      clocks.advance(ms);
      await settle();
    },
    statusOf: (id: string): Delivery["status"] | undefined => outbox.delivery(id)?.status,
  };
};

test("a delivery leaves as soon as the dispatcher is woken, without a clock tick", async () => {
  const bench = openBench();
  await bench.webhook("a");
  const id = await bench.queue("a", "alt_1", 1);
  bench.dispatcher.wake();
  expect(bench.sent.map((post) => post.body)).toEqual(["alt_1 v1"]);
  await settle();
  expect(bench.statusOf(id)).toBe("confirmed");
});

test("versions of one alert leave in order, and a failing one holds back only its own alert", async () => {
  const bench = openBench();
  await bench.webhook("a");
  let down = true;
  bench.behaviours.set("https://a.example/", (post) => (down && post.body.startsWith("alt_1") ? 500 : 200));
  for (const version of [1, 2, 3]) await bench.queue("a", "alt_1", version);
  await bench.queue("a", "alt_2", 1);
  await bench.queue("a", "alt_2", 2);
  bench.dispatcher.wake();
  await settle();
  expect(bench.sent.map((post) => post.body).sort()).toEqual(["alt_1 v1", "alt_2 v1", "alt_2 v2"]);
  await bench.pass(1_000);
  down = false;
  await bench.pass(5_000);
  expect(bench.sent.filter((post) => post.body.startsWith("alt_1")).map((post) => post.body)).toEqual([
    "alt_1 v1",
    "alt_1 v1",
    "alt_1 v1",
    "alt_1 v2",
    "alt_1 v3",
  ]);
});

test("every retry carries the same webhook-id and comes at its time of the schedule", async () => {
  const bench = openBench();
  await bench.webhook("a");
  bench.behaviours.set("https://a.example/", () => "timeout");
  const id = await bench.queue("a", "alt_1", 1);
  bench.dispatcher.wake();
  await settle();
  for (const wait of [1, 5, 15, 60, 300, 1800, 7200, 18_000, 36_000, 36_000]) await bench.pass(wait * 1000);
  expect(bench.sent.map((post) => post.at / 1000)).toEqual([0, 1, 6, 21, 81, 381, 2181, 9381, 27_381, 63_381, 99_381]);
  expect(new Set(bench.sent.map((post) => post.id)).size).toBe(1);
  expect(bench.statusOf(id)).toBe("failed");
});

test("an exhausted delivery is reported once, stays listed, and can be replayed", async () => {
  const bench = openBench();
  await bench.webhook("a");
  bench.behaviours.set("https://a.example/", () => 503);
  const id = await bench.queue("a", "alt_1", 1);
  bench.dispatcher.wake();
  await settle();
  for (let hour = 0; hour < 40; hour += 1) await bench.pass(3_600_000);
  expect(bench.exhausted).toEqual([id]);
  expect(bench.outbox.delivery(id)).toMatchObject({ status: "failed", attempts: 11, lastStatus: 503 });
  bench.behaviours.set("https://a.example/", () => 200);
  await bench.outbox.replay(id, bench.clocks.transport.now());
  bench.dispatcher.wake();
  await settle();
  expect(bench.statusOf(id)).toBe("confirmed");
  expect(bench.exhausted).toEqual([id]);
});

test("410 ends the subscription and what was queued for it never leaves", async () => {
  const bench = openBench();
  await bench.webhook("a");
  bench.behaviours.set("https://a.example/", () => 410);
  for (const version of [1, 2, 3]) await bench.queue("a", "alt_1", version);
  bench.dispatcher.wake();
  await settle();
  await bench.pass(3_600_000);
  expect(bench.sent).toHaveLength(1);
  expect(bench.ended).toEqual(["a"]);
  expect(bench.outbox.subscription("a")?.status).toBe("ended");
  expect(bench.outbox.all().every((delivery) => delivery.status === "failed")).toBe(true);
  expect(bench.exhausted).toEqual([]);
});

test("an endpoint that hangs with a thousand alerts waiting does not delay another", async () => {
  const bench = openBench();
  await bench.webhook("bad");
  await bench.webhook("good");
  bench.behaviours.set("https://bad.example/", () => "hang");
  for (let n = 0; n < 1_000; n += 1) await bench.queue("bad", `alt_${n}`, 1);
  bench.dispatcher.wake();
  await bench.queue("good", "alt_x", 1);
  bench.dispatcher.wake();
  await settle();
  expect(bench.sent.filter((post) => post.url === "https://good.example/").map((post) => post.body)).toEqual(["alt_x v1"]);
  expect(bench.hanging.length).toBeLessThan(50);
});

test("retries of one alert come on time while another of the same endpoint hangs", async () => {
  const bench = openBench();
  await bench.webhook("a");
  bench.behaviours.set("https://a.example/", (post) => (post.body.startsWith("alt_h") ? "hang" : 500));
  await bench.queue("a", "alt_h", 1);
  await bench.queue("a", "alt_h", 2);
  await bench.queue("a", "alt_1", 1);
  bench.dispatcher.wake();
  await settle();
  for (let n = 0; n < 60; n += 1) await bench.pass(100);
  expect(bench.sent.filter((post) => post.body === "alt_1 v1").map((post) => post.at)).toEqual([0, 1_000, 6_000]);
});

test("after a restart everything pending leaves at its own time, in order", async () => {
  const bench = openBench();
  await bench.webhook("a");
  bench.behaviours.set("https://a.example/", () => 500);
  for (const version of [1, 2]) await bench.queue("a", "alt_1", version);
  bench.dispatcher.wake();
  await settle();
  bench.restart();
  bench.behaviours.set("https://a.example/", () => 200);
  expect(bench.sent).toHaveLength(1);
  await bench.pass(1_000);
  expect(bench.sent.map((post) => `${post.body} ${post.at}`)).toEqual(["alt_1 v1 0", "alt_1 v1 1000", "alt_1 v2 1000"]);
});

test("a delivery whose attempt could not be recorded is sent again, not lost and not in a hot loop", async () => {
  const bench = openBench();
  await bench.webhook("a");
  const id = await bench.queue("a", "alt_1", 1);
  const record = bench.outbox.record.bind(bench.outbox);
  bench.outbox.record = () => Promise.reject(new Error("the disk is full"));
  bench.dispatcher.wake();
  await settle();
  bench.dispatcher.wake();
  await settle();
  expect(bench.sent).toHaveLength(1);
  expect(bench.diagnostics.errors.map((error) => error.event)).toEqual(["webhook.not_recorded"]);
  bench.outbox.record = record;
  await bench.pass(5_000);
  expect(bench.sent).toHaveLength(2);
  expect(bench.statusOf(id)).toBe("confirmed");
});

test("headers are signed with every secret of the subscription and say the format", async () => {
  const bench = openBench();
  const seen: HttpPost[] = [];
  await bench.webhook("a", { secrets: [createWebhookSecret(), createWebhookSecret()], format: "fhir" });
  bench.behaviours.set("https://a.example/", (post) => (seen.push(post), 200));
  await bench.queue("a", "alt_1", 1);
  bench.dispatcher.wake();
  await settle();
  expect(seen[0]?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
  expect(seen[0]?.headers["webhook-timestamp"]).toBe(String(Math.floor(bench.clocks.transport.now() / 1000)));
  expect(seen[0]?.headers["content-type"]).toBe("application/fhir+json");
  expect(seen[0]?.timeoutMs).toBe(10_000);
});

test("the older of two secrets signs until its time is over", async () => {
  const signatures: number[] = [];
  const clocks = createVirtualClocks();
  const bench = openBench({
    transportClock: clocks.transport,
    sender: {
      post: (post) => {
        signatures.push((post.headers["webhook-signature"] ?? "").split(" ").length);
        return Promise.resolve(answered(200));
      },
      refusal: () => Promise.resolve(null),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  });
  const previousUntil = clocks.transport.now() + 60_000;
  await bench.webhook("a", { secrets: [createWebhookSecret(), createWebhookSecret()], previousUntil });
  const send = async (subject: string): Promise<void> => {
    await bench.outbox.enqueue({ webhook: "a", type: "webhook.test", subject, version: 1, body: "{}", at: clocks.transport.now() });
    bench.dispatcher.wake();
    await settle();
  };
  await send("one");
  clocks.advance(60_000);
  await send("two");
  expect(signatures).toEqual([2, 1]);
});
