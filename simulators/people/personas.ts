/** The four people of the small ward, seeded: each stands for one way of living with lungs that need watching. */
import type { Persona } from "./persona.ts";

export const personas: readonly Persona[] = [
  {
    key: "healthy_older",
    profile: "standard",
    conditions: ["frailty"],
    baseline: { spo2: 97 },
    spo2: { level: 96.8, sigma: 0.6, sleep: 1 },
    pulse: { level: 70, sigma: 3.5, sleep: 9 },
    perfusion: 3,
    desaturations: { asleep: 2, awake: 0 },
  },
  {
    key: "copd_gold2",
    profile: "standard",
    conditions: ["copd"],
    baseline: { spo2: 95 },
    spo2: { level: 95.6, sigma: 0.8, sleep: 2 },
    pulse: { level: 78, sigma: 4, sleep: 9 },
    perfusion: 2.2,
    desaturations: { asleep: 8, awake: 0.2 },
    // The course of the demo: it has begun a few minutes before "now", recovers under care within the hour.
    episode: { fall: 7.5, pulseRise: 18, onsetMin: -7, peakMin: -2, endMin: 55 },
  },
  {
    key: "copd_gold3",
    profile: "hypercapnic_target",
    conditions: ["copd", "oxygen"],
    baseline: { spo2: 91 },
    spo2: { level: 90.8, sigma: 0.9, sleep: 2 },
    pulse: { level: 84, sigma: 4.5, sleep: 8 },
    perfusion: 1.8,
    desaturations: { asleep: 10, awake: 0.3 },
  },
  {
    key: "asthma",
    profile: "standard",
    conditions: ["asthma"],
    baseline: { spo2: 97, pef: 430 },
    spo2: { level: 97.2, sigma: 0.5, sleep: 1 },
    pulse: { level: 74, sigma: 4, sleep: 10 },
    perfusion: 3.4,
    desaturations: { asleep: 1, awake: 0 },
  },
];
