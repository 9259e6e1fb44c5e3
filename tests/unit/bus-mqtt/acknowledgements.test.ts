/** When the broker hears PUBACK: after the commit, in order, all of one commit in one buffer. */
import { describe, expect, test } from "vitest";
import { Acknowledgements } from "#adapters/bus-mqtt/acknowledgements.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const open = (messages = 100) => {
  const sent: string[] = [];
  const room: number[] = [];
  const acknowledgements = new Acknowledgements({
    window: { messages, bytes: 1_000 },
    send: (pubacks) => void sent.push(pubacks.toString("hex")),
    onRoom: () => void room.push(sent.length),
    now: () => 0,
  });
  return { acknowledgements, sent, room };
};

describe("acknowledgements to the broker", () => {
  test("those of one commit leave in one buffer, in its order, and QoS 0 has none", async () => {
    const { acknowledgements, sent } = open();
    const taken = [1, 2, 0, 0x1234].map((id) => acknowledgements.take(id, 10));
    await turn();
    expect(sent).toEqual([]);
    for (const acknowledge of taken) acknowledge();
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual(["400200014002000240021234"]);
  });

  test("one acknowledged twice, or after the connection's end, confirms nothing more", async () => {
    const { acknowledgements, sent } = open();
    const [first, second] = [acknowledgements.take(1, 10), acknowledgements.take(2, 10)];
    first();
    first();
    await turn();
    acknowledgements.end();
    second();
    await turn();
    expect(sent).toEqual(["40020001"]);
  });

  test("a full window has room again when half of it is acknowledged", async () => {
    const { acknowledgements, room } = open(4);
    const taken = [1, 2, 3, 4].map((id) => acknowledgements.take(id, 10));
    expect(acknowledgements.isFull).toBe(true);
    taken[0]?.();
    await turn();
    expect(room).toEqual([]);
    taken[1]?.();
    await turn();
    expect(room).toEqual([2]);
    expect(acknowledgements.isFull).toBe(false);
  });
});
