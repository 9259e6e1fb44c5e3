import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { openHttpSender } from "#adapters/http-sender-undici/open-http-sender.ts";
import { openLedgerSqlite } from "#adapters/ledger-sqlite/open-ledger-sqlite.ts";
import type { InstitutionId } from "#core/ids.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { openWebhookSink } from "#tests/support/webhook-sink.ts";
import { startDispatcher } from "#webhooks/dispatch.ts";
import { createWebhookSecret } from "#webhooks/sign.ts";

/** Everything real: ledger file, sender, receiver; only the clock's jitter is taken out. */
const openChain = async () => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-webhooks-"));
  const clock = createTransportClock();
  const stored = await openLedgerSqlite({ file: join(folder, "ledger.sqlite"), now: () => clock.now(), randomId: randomUUID });
  const sender = openHttpSender({ allow: ["127.0.0.0/8"] });
  const diagnostics = createCollectingDiagnostics();
  const { outbox } = stored;
  const start = () => startDispatcher({ outbox, sender, transportClock: clock, diagnostics, onExhausted: () => {}, random: () => 0 });
  let dispatcher = start();
  onTestFinished(async () => {
    await dispatcher.close();
    await sender[Symbol.asyncDispose]();
    await stored[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const openReceiver = async (id: string) => {
    const sink = await openWebhookSink();
    onTestFinished(() => sink[Symbol.asyncDispose]());
    const secrets = [createWebhookSecret(), createWebhookSecret()];
    await outbox.subscribe({
      id,
      institution: "t1" as InstitutionId,
      url: sink.url,
      types: [],
      detail: "minimal",
      format: "plain",
      secrets,
      status: "active",
      createdAt: clock.now(),
    });
    return { sink, secrets };
  };
  const queue = (webhook: string, subject: string, version: number) =>
    outbox.enqueue({ webhook, type: "alert.raised", subject, version, body: JSON.stringify({ subject, version }), at: clock.now() });
  return {
    outbox,
    openReceiver,
    queue,
    wake: () => dispatcher.wake(),
    async restart() {
      await dispatcher.close();
      dispatcher = start();
    },
  };
};

test("what was queued in the ledger arrives signed, in order inside each alert, and is confirmed", async () => {
  const chain = await openChain();
  const { sink, secrets } = await chain.openReceiver("w1");
  const ids: string[] = [];
  for (const version of [1, 2, 3]) for (const subject of ["alt_1", "alt_2", "alt_3"]) ids.push(await chain.queue("w1", subject, version));
  chain.wake();
  const requests = await sink.received(9);
  const versions = new Map<string, number[]>();
  for (const { body, headers } of requests) {
    for (const secret of secrets) new Webhook(secret).verify(body, headers as Record<string, string>);
    const { subject, version } = JSON.parse(body) as { subject: string; version: number };
    versions.set(subject, [...(versions.get(subject) ?? []), version]);
  }
  expect([...versions.values()]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
  await chain.restart();
  expect(ids.map((id) => chain.outbox.delivery(id)?.status)).toEqual(ids.map(() => "confirmed"));
});

test("an endpoint that hangs does not delay another, and what failed is sent again after a restart with the same id", async () => {
  const chain = await openChain();
  const [bad, good] = [await chain.openReceiver("bad"), await chain.openReceiver("good")];
  bad.sink.mode = "reset";
  for (let n = 0; n < 30; n += 1) await chain.queue("bad", `alt_${n}`, 1);
  await chain.queue("bad", "alt_0", 2);
  chain.wake();
  await bad.sink.received(30);
  await chain.queue("good", "alt_x", 1);
  chain.wake();
  await good.sink.received(1);
  await chain.restart();
  bad.sink.mode = "ok";
  await bad.sink.received(61);
  await chain.restart();
  const ok = bad.sink.requests.filter((request) => request.mode === "ok");
  expect(ok).toHaveLength(31);
  expect(
    ok.filter((request) => request.body.includes('"alt_0"')).map((request) => (JSON.parse(request.body) as { version: number }).version),
  ).toEqual([1, 2]);
  const first = bad.sink.requests.filter((request) => request.mode === "reset").map((request) => request.headers["webhook-id"]);
  expect(new Set(first)).toEqual(
    new Set(ok.filter((request) => !request.body.includes('"version":2')).map((request) => request.headers["webhook-id"])),
  );
});

test("410 ends the subscription in the ledger, and nothing more leaves for it", async () => {
  const chain = await openChain();
  const { sink } = await chain.openReceiver("w1");
  sink.mode = "gone";
  for (const version of [1, 2, 3]) await chain.queue("w1", "alt_1", version);
  chain.wake();
  await sink.received(1);
  await chain.restart();
  expect(chain.outbox.subscription("w1")?.status).toBe("ended");
  expect(chain.outbox.nextDue()).toBeNull();
  expect(sink.requests).toHaveLength(1);
});
