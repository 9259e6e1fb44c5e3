/** A simulated device's way to a real broker: cut, held and disturbed, and every message arrives. */
import { afterEach, describe, expect, test } from "vitest";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { encodeReceipt } from "#contracts/receipt.ts";
import { createMessageNumbers, numbered } from "#tests/unit/simulators/link/receipting.ts";
import { DeviceLink, type DeviceLinkOptions } from "#simulators/link/device-link.ts";
import { createRandom } from "#simulators/random.ts";
import { createRecordingHandlers } from "#tests/contract/telemetry-bus.ts";

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

const open = async (more: Partial<DeviceLinkOptions> = {}, receipting = true) => {
  const recording = createRecordingHandlers();
  const numbers = createMessageNumbers();
  const remember = recording.handlers.onMessage;
  recording.handlers.onMessage = (message, acknowledge) => {
    remember(message, acknowledge);
    const seq = numbered(message.payload);
    if (receipting && seq !== null) bus.publish("homeward/v1/home/belt/receipt", encodeReceipt(numbers.note(seq)));
  };
  const bus = await openBusEmbedded({ host: "127.0.0.1", port: 0, handlers: recording.handlers });
  toClose.push(async () => bus[Symbol.asyncDispose]());
  const link = new DeviceLink({
    url: bus.url,
    site: "home",
    device: "belt",
    secret: "secret-of-belt",
    outboxFile: null,
    epoch: "e1",
    disorder: createRandom(1),
    identity: { firmware: "sim-1" },
    ...more,
  });
  toClose.push(() => link.close());
  const said = (channel: string): string[] =>
    recording.arrivals.filter(({ message }) => message.topic.endsWith(`/${channel}`)).map(({ text }) => text);
  const seqs = (): number[] => said("telemetry").map((text) => (JSON.parse(text) as { seq: number }).seq);
  const measure = (value: number): void => link.send([{ metric: "resp_rate", t: 1_795_000_000_000 + value, value }]);
  return { ...recording, bus, link, said, seqs, measure };
};
const oneTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe("a device's way to the server", () => {
  test("says with every status that the device is simulated", async () => {
    const { link, said, until } = await open();
    link.sendStatus({ battery: 80, rssi: -60 });
    await until(() => said("status").length > 0);
    expect(JSON.parse(said("status")[0] as string)).toEqual({ online: true, battery: 80, rssi: -60, firmware: "sim-1" });
  });

  test("that is cut ends without goodbye, keeps what is measured, and sends it in order afterwards", async () => {
    const { link, seqs, until, measure, arrivals, connections } = await open();
    measure(1);
    await until(() => seqs().length === 1);
    link.setOnline(false, 0);
    await until(() => connections.includes("belt off"));
    expect(link.connected).toBe(false);
    for (const value of oneTo(20).slice(1)) measure(value);
    expect(link.pending).toBeGreaterThanOrEqual(19);
    link.setOnline(true, 50);
    await link.drained();
    expect([...new Set(seqs())]).toEqual(oneTo(20));
    // The broker spoke for it while it could not.
    expect(arrivals.some(({ message, text }) => message.will && text === '{"online":false}')).toBe(true);
  });

  test("that is held stays connected, and lets go in order", async () => {
    const { link, seqs, until, measure, said } = await open();
    await until(() => said("status").length > 0);
    link.setHeld(true);
    for (const value of oneTo(10)) measure(value);
    link.sendStatus({ battery: 50 });
    await until(() => said("status").length > 1);
    expect(seqs()).toEqual([]);
    expect(link.connected).toBe(true);
    link.setHeld(false);
    await link.drained();
    expect(seqs()).toEqual(oneTo(10));
  });

  test("that is unruly disturbs order and repeats, and loses nothing", async () => {
    const { link, seqs, measure, until, said } = await open();
    await until(() => said("status").length > 0);
    link.setUnruly(true);
    for (const value of oneTo(400)) measure(value);
    link.setUnruly(false);
    await link.drained();
    expect([...new Set(seqs())].toSorted((a, b) => a - b)).toEqual(oneTo(400));
    expect(seqs().length).toBeGreaterThan(405);
    expect(seqs()).not.toEqual(seqs().toSorted((a, b) => a - b));
    expect(link.counts.receiptedSamples).toBe(400);
  });

  test("comes back by itself when the connection breaks, and says again what nobody confirmed", async () => {
    const { link, seqs, until, measure, bus, state, connections } = await open();
    await until(() => connections.includes("belt on"));
    state.acknowledgesAtOnce = false;
    measure(1);
    await until(() => seqs().length === 1);
    bus.disconnect("belt" as Parameters<typeof bus.disconnect>[0]);
    await until(() => connections.filter((item) => item === "belt on").length === 2);
    state.acknowledgesAtOnce = true;
    measure(2);
    await link.drained();
    expect(seqs()).toContain(2);
  });

  test("tells why it is not connected", async () => {
    const errors: Error[] = [];
    const { link } = await open({ secret: "wrong", onError: (error) => errors.push(error) });
    await expect.poll(() => link.lastError?.message).toMatch(/not authorized|user ?name/i);
    expect(errors.length).toBeGreaterThan(0);
    expect(link.connected).toBe(false);
  });

  test("sends a block with its holes", async () => {
    const { link, said } = await open();
    link.sendWaveform({ signal: "semg_rms", t0: 1_795_000_000_000, hz: 10, unit: "uV", values: [4, Number.NaN, 5] });
    await link.drained();
    expect(JSON.parse(said("waveform")[0] as string)).toMatchObject({ seq: 1, epoch: "e1", values: [4, null, 5] });
  });
});
