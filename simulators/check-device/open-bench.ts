/** Opens the real bench: the product's embedded broker with one expected device, behind a gate that can refuse and cut. */
import { createHash, timingSafeEqual } from "node:crypto";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { receiptTopic } from "#contracts/topics.ts";
import type { DeviceId } from "#core/ids.ts";
import type { Bench, BenchListener } from "./bench.ts";
import { openGate } from "./gate.ts";

export interface OpenBench extends Bench, AsyncDisposable {
  /** What the device is pointed at. */
  readonly url: string;
}

export interface BenchOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
}

const digest = (secret: Uint8Array | string): Buffer => createHash("sha256").update(secret).digest();

/** Rejects when the address cannot be listened on. */
export const openBench = async ({ host, port, site, device, secret }: BenchOptions): Promise<OpenBench> => {
  let listener: BenchListener | null = null;
  let refusals = 0;
  const retained = new Set<string>();
  const expected = digest(secret);
  const bus = await openBusEmbedded({
    host: "127.0.0.1",
    port: 0,
    handlers: {
      authenticate: (clientId, _username, given) =>
        clientId === device && given !== null && timingSafeEqual(digest(given), expected) ? (device as DeviceId) : null,
      siteOf: () => site,
      onMessage: (message, acknowledge) => {
        // The broker hides the flag on measurements (contract section 2); the gate has seen it.
        const isRetained = retained.delete(message.topic);
        listener?.received({ ...message, retain: message.retain || isRetained, acknowledge });
      },
      onConnection: (_device, isConnected) => (isConnected ? listener?.signedIn() : listener?.closed()),
      onViolation: ({ kind, detail }) => listener?.violated(kind, detail),
    },
  });
  const gate = await openGate(host, port, new URL(bus.url), {
    attempted() {
      listener?.attempted();
      if (refusals === 0) return false;
      refusals -= 1;
      return true;
    },
    subscribed: (topic) => listener?.subscribed(topic),
    retained: (topic) => retained.add(topic),
  }).catch(async (cause: unknown) => {
    await bus[Symbol.asyncDispose]();
    throw cause;
  });
  return {
    convert: createUcumConverter(),
    url: `mqtt://${host.includes(":") ? `[${host}]` : host}:${gate.port}`,
    now: () => Date.now(),
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    listen: (to) => {
      listener = to;
    },
    refuseNext: () => {
      refusals += 1;
    },
    sendReceipt: (body) => bus.publish(receiptTopic(site, device), body),
    cut: () => gate.cut(),
    [Symbol.asyncDispose]: async () => {
      await gate[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
};
