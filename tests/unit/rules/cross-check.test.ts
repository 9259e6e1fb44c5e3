/** An oximeter whose pulse is not the heart's: its SpO2 is doubted and never silenced (domain 4.6, semantics 1.3). */
import { describe, expect, test } from "vitest";
import type { DeviceId } from "#core/ids.ts";
import { checkpointOf, D1, sample, START, Ward } from "./ward.ts";

const BELT = "belt-1" as DeviceId;
const OTHER = "oxi-2" as DeviceId;

/** SpO2 and pulse from the oximeter, heart rate from the belt, each second: SpO2 of 89 until something is raised. */
const played = (heart: number | ((second: number) => number) | null, pulse = 60, seconds = 400): Ward => {
  const ward = Ward.standard();
  ward.device({ heart_rate: 1 }, BELT);
  ward.wear(BELT);
  for (let second = 0; second < seconds; second++) {
    const t = START + second * 1000;
    if (heart !== null) ward.send([sample("heart_rate", t, typeof heart === "number" ? heart : heart(second))], t, BELT);
    ward.send([sample("spo2", t, 89), sample("pulse_rate", t, pulse)], t);
  }
  return ward;
};
const raised = (ward: Ward) => {
  const { severity, raisedAt, onsetAt, value, lowConfidence } = ward.newest("SPO2-A1");
  return { severity, raisedAt, onsetAt, value, lowConfidence };
};

describe("a pulse that is not the heart's", () => {
  test("marks the SpO2 alert as of low confidence, and changes nothing else of it", () => {
    const agreed = raised(played(null));
    expect(agreed.lowConfidence).toBe(false);
    expect(raised(played(90))).toEqual({ ...agreed, lowConfidence: true });
  });

  test.each([
    ["ten beats and no more", 70, 60, false],
    ["eleven beats of seventy-one, more than 15 %", 71, 60, true],
    ["twelve beats of a hundred, less than 15 %", 100, 88, false],
  ])("%s", (_, heart, pulse, doubted) => {
    expect(raised(played(heart, pulse)).lowConfidence).toBe(doubted);
  });

  test("for less than 10 s at a time is no disagreement", () => {
    expect(raised(played((second) => (second % 10 === 9 ? 60 : 90))).lowConfidence).toBe(false);
  });

  test("is forgotten once the belt is silent", () => {
    const ward = Ward.standard();
    for (let second = 0; second < 400; second++) {
      const t = START + second * 1000;
      if (second < 30) ward.send([sample("heart_rate", t, 90)], t, BELT);
      ward.send([sample("spo2", t, second < 60 ? 97 : 89), sample("pulse_rate", t, 60)], t);
    }
    expect(raised(ward).lowConfidence).toBe(false);
  });

  test("is a matter of that oximeter: another whose pulse agrees is believed", () => {
    const ward = Ward.standard();
    for (const id of [BELT, OTHER]) {
      ward.device({ spo2: 1, pulse_rate: 1 }, id);
      ward.wear(id);
    }
    for (let second = 0; second < 400; second++) {
      const t = START + second * 1000;
      ward.send([sample("heart_rate", t, 90)], t, BELT);
      ward.send([sample("spo2", t, 97), sample("pulse_rate", t, 60)], t, D1);
      ward.send([sample("spo2", t, 89), sample("pulse_rate", t, 91)], t, OTHER);
    }
    expect(ward.newest("SPO2-A1")).toMatchObject({ device: OTHER, lowConfidence: false });
  });

  test("stands in the checkpoint", () => {
    const ward = Ward.standard();
    ward.wear(BELT);
    const step = (to: Ward, second: number): void => {
      const t = START + second * 1000;
      to.send([sample("heart_rate", t, 90)], t, BELT);
      to.send([sample("spo2", t, 89), sample("pulse_rate", t, 60)], t);
    };
    for (let second = 0; second < 300; second++) step(ward, second);
    const again = new Ward({ restore: checkpointOf(ward) });
    again.now = ward.now;
    for (let second = 300; second < 400; second++) step(again, second);
    expect(again.newest("SPO2-A1").lowConfidence).toBe(true);
  });
});
