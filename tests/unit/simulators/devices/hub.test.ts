/** A home hub: what its sensors say, over one connection. */
import { describe, expect, test } from "vitest";
import { DAY, SECOND } from "#core/time.ts";
import { deviceKind } from "#simulators/devices/device-kinds.ts";
import { hubOf } from "#simulators/devices/hub.ts";
import { type DeviceKind, NOTHING } from "#simulators/devices/simulated-device.ts";
import { live, MIDNIGHT, numbersOf } from "#tests/support/scripted-body.ts";

const saying = (kind: string, metric: string, everyS: number, value: number): DeviceKind => ({
  kind,
  metrics: { [metric]: { everyS } },
  create: () => ({
    battery: 50,
    step: ({ t }) => ((t - MIDNIGHT) % (everyS * SECOND) === 0 ? { samples: [{ metric, t, value }] } : NOTHING),
  }),
});

describe("a hub", () => {
  test("carries an oximeter, a belt, a thermometer and a cuff unless told otherwise", () => {
    const hub = deviceKind("hub") as DeviceKind;
    const { samples, device } = live(hub, { seed: 4, artefacts: false });
    for (const metric of ["spo2", "resp_rate", "body_temp", "systolic_bp"]) {
      expect(hub.metrics[metric]).toBeDefined();
      expect(numbersOf(samples, metric).length).toBeGreaterThan(0);
    }
    expect(device.battery).toBeNull();
  });

  test("expects of a metric that two sensors know the shorter spacing, and sends it once", () => {
    const hub = hubOf([saying("a", "pulse_rate", 60, 70), saying("b", "pulse_rate", 10, 71), saying("c", "spo2", 10, 95)]);
    expect(hub.metrics).toEqual({ pulse_rate: { everyS: 10 }, spo2: { everyS: 10 } });
    const { samples } = live(hub, { seconds: 60 });
    expect(samples.filter(({ metric }) => metric === "pulse_rate").map(({ value }) => value)).toEqual([71, 71, 71, 71, 71, 70]);
    expect(samples.filter(({ metric }) => metric === "spo2")).toHaveLength(6);
  });

  test("gives a sensor the same day whatever else it carries", () => {
    const [oximeter, belt, thermometer] = ["oximeter", "respiration_belt", "thermometer"].map((kind) => deviceKind(kind) as DeviceKind);
    const alone = live(hubOf([thermometer as DeviceKind]), { seed: 9, seconds: DAY / SECOND }).samples;
    const together = live(hubOf([oximeter, belt, thermometer] as DeviceKind[]), { seed: 9, seconds: DAY / SECOND }).samples;
    const temperatures = (samples: typeof alone): typeof alone => samples.filter(({ metric }) => metric === "body_temp");
    expect(temperatures(together)).toEqual(temperatures(alone));
  });

  test("leaves out whether one of its sensors is worn, for the server would take it for all of them", () => {
    const hub = deviceKind("hub") as DeviceKind;
    expect(hub.metrics["skin_contact"]).toBeUndefined();
    expect(live(hub, { seed: 4 }).samples.filter(({ metric }) => metric === "skin_contact")).toEqual([]);
  });
});
