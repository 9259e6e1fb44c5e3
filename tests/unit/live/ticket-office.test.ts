import { expect, test } from "vitest";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { createTicketOffice } from "#gateway/live/ticket-office.ts";

const open = () => {
  const clocks = createVirtualClocks({ speed: 60 });
  return { clocks, office: createTicketOffice<string>(clocks.transport) };
};

test("a ticket is good once, for whom it was issued", () => {
  const { office } = open();
  const first = office.issue("nurse");
  const second = office.issue("doctor");
  expect(first?.ticket).not.toBe(second?.ticket);
  expect(office.redeem(second?.ticket ?? "")).toBe("doctor");
  expect(office.redeem(first?.ticket ?? "")).toBe("nurse");
  expect(office.redeem(first?.ticket ?? "")).toBeNull();
});

test("a ticket is good for less than 30 real seconds, whatever the speed of clinical time", () => {
  const { clocks, office } = open();
  const [early, late] = [office.issue("a"), office.issue("b")];
  expect(early?.expiresAt).toBe(clocks.transport.now() + 30_000);
  clocks.advance(29_999);
  expect(office.redeem(early?.ticket ?? "")).toBe("a");
  clocks.advance(1);
  expect(office.redeem(late?.ticket ?? "")).toBeNull();
});

test("what was never issued is refused", () => {
  const { office } = open();
  for (const text of ["", "x", "__proto__", "a".repeat(100_000)]) expect(office.redeem(text)).toBeNull();
});

test("outstanding tickets are bounded, and there is room again when they expire", () => {
  const { clocks, office } = open();
  for (let n = 0; n < 10_000; n += 1) office.issue("a");
  expect(office.issue("a")).toBeNull();
  clocks.advance(30_000);
  expect(office.issue("a")).not.toBeNull();
});
