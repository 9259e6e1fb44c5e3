/** Who a simulated person is: levels, spreads and habits of the body (domain 5.2); nobody real. */
import type { Condition, SpO2Profile } from "#core/people.ts";

export interface Persona {
  readonly key: string;
  readonly profile: SpO2Profile;
  readonly conditions: readonly Condition[];
  readonly baseline: Readonly<Record<string, number>>;
  /** Level, within-day spread, and how far it sinks in sleep. */
  readonly spo2: { readonly level: number; readonly sigma: number; readonly sleep: number };
  readonly pulse: { readonly level: number; readonly sigma: number; readonly sleep: number };
  /** Median perfusion index, %. */
  readonly perfusion: number;
  /** Desaturations in an hour of sleep and of waking. */
  readonly desaturations: { readonly asleep: number; readonly awake: number };
  /** Points of SpO2 lost and beats gained at the height of the episode, and its course in minutes from its start. */
  readonly episode?: {
    readonly fall: number;
    readonly pulseRise: number;
    readonly onsetMin: number;
    readonly peakMin: number;
    readonly endMin: number;
  };
}
