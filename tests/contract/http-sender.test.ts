import { describe, expect, onTestFinished, test } from "vitest";
import { openHttpSender } from "#adapters/http-sender-undici/open-http-sender.ts";
import type { HttpSenderOptions } from "#adapters/http-sender-undici/open-http-sender.ts";
import { WEBHOOK_ERRORS } from "#contracts/errors/webhooks.ts";
import { openWebhookSink } from "#tests/support/webhook-sink.ts";
import type { SinkMode } from "#tests/support/webhook-sink.ts";

const openBench = async (options: Partial<HttpSenderOptions> = {}) => {
  const sink = await openWebhookSink();
  const sender = openHttpSender({ allow: ["127.0.0.1"], ...options });
  onTestFinished(async () => {
    await sender[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });
  const post = (url: string, timeoutMs = 5_000) =>
    sender.post({ url, headers: { "content-type": "application/json", "webhook-id": "msg_1" }, body: '{"a":1}', timeoutMs });
  return { sink, sender, post };
};

/** Names of this table resolve to these addresses, whatever the network. */
const resolveTo =
  (table: Readonly<Record<string, readonly string[]>>): NonNullable<HttpSenderOptions["resolve"]> =>
  (host, _options, done) => {
    const addresses = table[host];
    if (addresses === undefined) done(Object.assign(new Error(host), { code: "ENOTFOUND" }), []);
    else
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
  };

/** What is said when this is the reason. */
const because = (code: keyof typeof WEBHOOK_ERRORS) => expect.stringContaining(WEBHOOK_ERRORS[code].title) as string;

const PRIVATE_ADDRESSES = [
  "https://127.0.0.1/",
  "https://127.1/",
  "https://127.0.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://017700000001/",
  "https://127.0.0.1./",
  "https://0.0.0.0/",
  "https://0/",
  "https://0.1.2.3/",
  "https://10.0.0.1/",
  "https://10.255.255.255/",
  "https://100.64.0.1/",
  "https://100.100.100.200/",
  "https://168.63.129.16/",
  "https://169.254.169.254/latest/meta-data/",
  "https://0xa9fea9fe/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://192.0.0.192/",
  "https://192.0.2.1/",
  "https://198.18.0.1/",
  "https://198.51.100.7/",
  "https://203.0.113.9/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  "https://[::]/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b:1::a00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001::1]/",
  "https://[2001:db8::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://①②⑦.⓪.⓪.①/",
];
const BAD_URLS = [
  "file:///etc/passwd",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "ftp://example.com/",
  "javascript:alert(1)",
  "data:text/plain,x",
  "https://",
  "https://user:secret@receiver.example/",
  "https://receiver.example@127.0.0.1/",
  "//receiver.example/",
  "receiver.example/hook",
  "",
  "https://[::1/",
  `https://receiver.example/${"x".repeat(3_000)}`,
];
const BAD_PORTS = ["https://8.8.8.8:6379/", "https://8.8.8.8:5432/", "https://8.8.8.8:8086/", "https://8.8.8.8:22/", "https://8.8.8.8:25/"];

describe("where webhooks may not go", () => {
  test.for(PRIVATE_ADDRESSES)("%s is refused when subscribed and when sent", async (url) => {
    const { sender, post } = await openBench({ allow: [] });
    expect(await sender.refusal(url)).toEqual(because("webhook_not_public"));
    expect(await post(url)).toMatchObject({ kind: "failed", reason: "refused_address" });
  });

  test.for(BAD_URLS)("%j is no webhook address", async (url) => {
    const { sender, post } = await openBench({ allow: [] });
    expect(await sender.refusal(url)).toEqual(because("webhook_url_invalid"));
    expect(await post(url)).toMatchObject({ kind: "failed", reason: "refused_address" });
  });

  test.for(BAD_PORTS)("%s is refused for its port", async (url) => {
    const { sender } = await openBench({ allow: [] });
    expect(await sender.refusal(url)).toEqual(because("webhook_port_refused"));
  });

  test("public addresses are accepted over https, and refused over plain http", async () => {
    const { sender } = await openBench({ allow: [], resolve: resolveTo({ "receiver.example": ["8.8.8.8", "2606:4700::1"] }) });
    for (const url of ["https://8.8.8.8/", "https://[2606:4700::1]:8443/x", "https://receiver.example/hook"])
      expect(await sender.refusal(url)).toBeNull();
    for (const url of ["http://8.8.8.8/", "http://receiver.example/hook"])
      expect(await sender.refusal(url)).toEqual(because("webhook_needs_https"));
  });

  test("a name is refused when any of its addresses is private, also one that changes after it was subscribed", async () => {
    const table: Record<string, string[]> = {
      "mixed.example": ["8.8.8.8", "10.0.0.1"],
      "six.example": ["8.8.8.8", "::1"],
      "rebound.example": ["8.8.8.8"],
    };
    const { sink, sender, post } = await openBench({ allow: [], resolve: resolveTo(table) });
    expect(await sender.refusal("https://mixed.example/")).toEqual(because("webhook_not_public"));
    expect(await sender.refusal("https://six.example/")).toEqual(because("webhook_not_public"));
    expect(await sender.refusal(`https://rebound.example:${sink.port}/`)).toBeNull();
    table["rebound.example"] = ["127.0.0.1"];
    expect(await post(`https://rebound.example:${sink.port}/`)).toMatchObject({ kind: "failed", reason: "refused_address" });
    expect(sink.requests).toHaveLength(0);
  });

  test("a name without an address is refused in the same words as one that leads inside", async () => {
    const { sender, post } = await openBench({ allow: [], resolve: resolveTo({}) });
    expect(await sender.refusal("https://nowhere.example/")).toEqual(because("webhook_not_public"));
    expect(await post("https://nowhere.example/")).toMatchObject({ kind: "failed", reason: "dns" });
  });
});

describe("what the operator allows", () => {
  test("an allowed range opens its addresses and the names that lead there, also over plain http", async () => {
    const { sink, sender, post } = await openBench({ allow: ["127.0.0.0/8"], resolve: resolveTo({ "hook.lan": ["127.0.0.1"] }) });
    for (const url of [sink.url, `http://hook.lan:${sink.port}/a`, `http://2130706433:${sink.port}/b`]) {
      expect(await sender.refusal(url)).toBeNull();
      expect(await post(url)).toMatchObject({ kind: "answered", status: 200 });
    }
    expect(await sender.refusal("http://10.0.0.1/")).toEqual(because("webhook_not_public"));
    expect(sink.requests).toHaveLength(3);
  });

  test("an allowed host may lead anywhere, another name to the same address may not", async () => {
    const resolve = resolveTo({ localhost: ["127.0.0.1"], "other.lan": ["127.0.0.1"] });
    const { sink, sender, post } = await openBench({ allow: ["LocalHost."], resolve });
    expect(await post(`http://localhost:${sink.port}/`)).toMatchObject({ kind: "answered" });
    expect(await sender.refusal(`http://other.lan:${sink.port}/`)).toEqual(because("webhook_needs_https"));
    expect(await post(`http://other.lan:${sink.port}/`)).toMatchObject({ kind: "failed", reason: "refused_address" });
  });
});

describe("how a receiver may behave", () => {
  test("an answer comes with its status and the beginning of its body, without control characters", async () => {
    const { sink, post } = await openBench();
    sink.mode = "error";
    expect(await post(sink.url)).toMatchObject({ kind: "answered", status: 500, excerpt: "broken  here" });
    expect(sink.requests[0]).toMatchObject({ body: '{"a":1}', headers: { "webhook-id": "msg_1", "content-type": "application/json" } });
  });

  test("a redirect is answered as it is and never followed", async () => {
    const { sink, post } = await openBench();
    sink.mode = "redirect";
    expect(await post(sink.url)).toMatchObject({ kind: "answered", status: 302 });
    expect(sink.requests).toHaveLength(1);
  });

  const unhelpful: readonly [SinkMode, string][] = [
    ["hang", "timeout"],
    ["slow", "timeout"],
    ["reset", "connection"],
  ];
  test.for(unhelpful)("a receiver that would %s is a failure: %s", async ([mode, reason]) => {
    const { sink, post } = await openBench();
    sink.mode = mode;
    expect(await post(sink.url, 200)).toMatchObject({ kind: "failed", reason });
  });

  test("a body without end is cut, and the next call still works", async () => {
    const { sink, post } = await openBench();
    sink.mode = "huge";
    const result = await post(sink.url);
    expect(result).toMatchObject({ kind: "answered", status: 200 });
    expect(result.kind === "answered" && result.excerpt.length).toBe(1_024);
    sink.mode = "ok";
    expect(await post(sink.url)).toMatchObject({ kind: "answered", excerpt: "thanks" });
  });

  test("a connection is kept for the next delivery", async () => {
    const { sink, post } = await openBench();
    await post(sink.url);
    // The driver takes a connection back one turn after its answer was read.
    await new Promise((resolve) => setImmediate(resolve));
    await post(`${sink.url}again`);
    expect(sink.requests.map((request) => request.connection)).toEqual([1, 1]);
  });

  test("nobody listening, and TLS spoken to a plain server, are failures with a reason", async () => {
    const { sink, post } = await openBench();
    const { port } = sink;
    expect(await post(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: "failed", reason: "tls" });
    await sink[Symbol.asyncDispose]();
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: "failed", reason: "connection" });
  });

  test("headers that cannot be sent are a failure, not an exception", async () => {
    const { sink, sender } = await openBench();
    const result = await sender.post({ url: sink.url, headers: { "x-bad": "a\r\nb: c" }, body: "", timeoutMs: 1_000 });
    expect(result).toMatchObject({ kind: "failed" });
    expect(sink.requests).toHaveLength(0);
  });
});
