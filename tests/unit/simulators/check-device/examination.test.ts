/** A device that does one thing wrong is told which; one that does everything right passes. */
import { describe, expect, test } from "vitest";
import { CHECK_IDS, type CheckId, type Findings } from "#simulators/check-device/checks.ts";
import { describeVerdict, hasPassed, verdictAsJson } from "#simulators/check-device/verdict.ts";
import { examine, type Faults } from "./virtual-bench.ts";

const failing = (findings: Findings): CheckId[] => CHECK_IDS.filter((id) => findings[id].verdict === "failed");

describe("a sound device", () => {
  test.each<[string, Faults]>([
    ["that keeps its counter and its outbox", {}],
    ["that names a new epoch after each restart", { losesMemoryAtRestart: "with epoch" }],
    ["that sends waveforms with the same counter", { waveform: "shared" }],
    ["that writes SenML", { senml: true }],
    ["that measures ten times a second", { perSecond: 10 }],
    ["that measures every twenty seconds", { perSecond: 0.05 }],
    ["that sends a unit of its own", { metric: "body_temp", unit: "[degF]" }],
  ])("%s passes", async (_, faults) => {
    const findings = await examine(faults);
    expect(failing(findings)).toEqual([]);
    expect(hasPassed(findings)).toBe(true);
    expect(findings.restart.verdict).toBe("ok");
  });

  test("passes without a program to restart, and hears that this was not seen", async () => {
    const findings = await examine({}, { restarts: false });
    expect(hasPassed(findings)).toBe(true);
    expect(findings.restart).toMatchObject({ verdict: "not seen", next: expect.stringContaining("--run") as string });
  });
});

describe("a device with one fault is told which", () => {
  test.each<[string, Faults, CheckId[], string]>([
    ["forgets its outbox after PUBACK", { forgetsAtPuback: true }, ["outbox", "restart"], "had a PUBACK but no receipt"],
    ["counts from 1 again without an epoch", { countsFromOneAtReconnect: true }, ["seq", "resend"], "fell from"],
    ["tells seconds for milliseconds", { secondsNotMs: true }, ["clock"], "seconds"],
    ["has a clock one hour ahead", { clockAheadMs: 3_600_000 }, ["clock"], "s ahead of its arrival"],
    ["publishes to another's topic", { topic: "homeward/v1/bench/another/telemetry" }, ["topics"], "another/telemetry"],
    ["never answers missing", { ignoresMissing: true }, ["missing"], "never answered"],
    ["never says void", { neverVoids: true }, ["void"], "never answered"],
    ["writes repeats anew", { rewritesRepeats: true }, ["same-bytes"], "other bytes"],
    ["never sends again after a cut", { neverResends: true }, ["resend"], "never came again"],
    ["does not honour receipts", { ignoresReceipts: true }, ["receipts"], "although a receipt had covered"],
    ["never listens to receipts", { neverSubscribes: true }, ["receipt-topic"], "never subscribed"],
    ["retains its measurements", { retains: true }, ["delivery"], "retained"],
    ["sends at QoS 0", { qos: 0 }, ["delivery"], "QoS 0"],
    ["leaves no last will", { noWill: true }, ["last-will"], "none went out"],
    ["says no status", { noStatus: true }, ["status"], "no status"],
    ["skips numbers", { skipsEverySecondNumber: true }, ["seq"], "jumped"],
    ["gives up when refused", { giveUpWhenRefused: true }, ["retry"], "did not come back"],
    ["comes back at once when refused", { hammers: true }, ["retry"], "5 ms after"],
    ["has another's last will", { foreignWill: true }, ["sign-in", "topics"], "bad will"],
    ["has another secret", { wrongSecret: true }, ["sign-in"], "wrong secret"],
    ["loses its outbox in a restart", { losesMemoryAtRestart: true }, ["restart"], "lost with the restart"],
    ["loses its counter in a restart", { losesMemoryAtRestart: "counter" }, ["restart", "seq"], "without a new epoch"],
    ["takes a late receipt for a loss", { voidsEarly: true }, ["held-back"], "although nobody asked"],
    ["says everything five times", { babbles: true }, ["held-back"], "times on one connection"],
    ["invents a metric", { metric: "mood" }, ["catalogue"], "unknown_metric"],
    ["sends too many samples in one", { samples: 5_001 }, ["limits"], "too_many_samples"],
    ["floods", { perSecond: 2_000 }, ["rate"], "messages in one second"],
    ["counts waveforms apart", { waveform: "apart" }, ["waveform"], "by telemetry and by waveform"],
    ["sends no numbers", { noSeq: true }, ["payload"], "bad_seq"],
  ])("%s", async (_, faults, expected, words) => {
    const findings = await examine(faults, { patienceMs: 12_000 });
    expect(hasPassed(findings)).toBe(false);
    expect(failing(findings)).toEqual(expect.arrayContaining(expected));
    const [first] = expected as [CheckId];
    expect(findings[first].what).toContain(words);
    expect(findings[first].next).not.toBe("");
    // Nothing that works is called broken: a fault shows in its own check and in what cannot work without it.
    expect(failing(findings).filter((id) => !expected.includes(id))).toEqual([]);
  });
});

describe("the verdict", () => {
  test("is one line a check, with the clause, and no control characters of the device's", async () => {
    const findings = await examine({ metric: "mood\u001b[2J" }, { patienceMs: 12_000 });
    const lines = describeVerdict("device-1", findings).trimEnd().split("\n");
    expect(lines).toHaveLength(CHECK_IDS.length + 2);
    for (const line of lines.slice(0, -2)) expect(line).toMatch(/^(ok|FAILED|not seen) .*\[.+\]$/);
    expect(lines.join("")).not.toContain("\u001b");
    expect(lines.at(-1)).toContain("did not pass");
  });

  test("reads as JSON too", async () => {
    const parsed = JSON.parse(verdictAsJson("device-1", await examine())) as { passed: boolean; checks: { id: string; verdict: string }[] };
    expect(parsed.passed).toBe(true);
    expect(parsed.checks.map(({ id }) => id)).toEqual(CHECK_IDS);
  });

  test("comes within the time given, also when the device never comes", async () => {
    const findings = await examine({ giveUpWhenRefused: true }, { patienceMs: 5_000 });
    expect(findings.seq.verdict).toBe("not seen");
  });
});
