/** The demo's ward in virtual time: its people and devices as `npm start` runs them, straight into the engine. */
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { assignmentsOf, devicesOf, patientOf, wardDevices } from "#apps/demo/demo-configs.ts";
import { demoPeople } from "#apps/demo/demo-people.ts";
import { decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId } from "#core/ids.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import { DAY, type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import type { Link, LinkCounts } from "#simulators/link/link.ts";
import { createWard } from "#simulators/ward.ts";

interface Raised {
  readonly rule: string;
  readonly severity: Alert["severity"];
  readonly patient: string | null;
  readonly device: string | null;
  /** Seconds since the start. */
  readonly onsetS: number;
  readonly raisedS: number;
}

const ACTOR = { user: "system", institution: null, roles: [] } as const;
const units = createUcumConverter();
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Every alert that was raised, also each time it grew worse or came again, within so many minutes of a start. */
export const liveDemo = ({ seed, startsAt, minutes }: { readonly seed: number; readonly startsAt: EpochMs; readonly minutes: number }) => {
  const engine = createEngine({ rules: shippedRules });
  const raised: Raised[] = [];
  let now = startsAt;
  let nextWakeAt: EpochMs = Number.POSITIVE_INFINITY;
  const step = (entry: JournalEntry): void => {
    const result = engine.step(entry);
    ({ nextWakeAt } = result);
    for (const event of result.events) {
      if (event.kind !== "alert" || event.type !== "alert.raised") continue;
      const { rule, severity, patient, device, onsetAt } = event.alert;
      raised.push({
        rule: rule.id,
        severity,
        patient,
        device,
        onsetS: (onsetAt - startsAt) / SECOND,
        raisedS: (event.at - startsAt) / SECOND,
      });
    }
  };
  step({ kind: "receiving", at: startsAt, receiving: true });
  for (const person of demoPeople) {
    step({ kind: "patient", at: startsAt, actor: ACTOR, patient: patientOf(person, startsAt) });
    for (const device of devicesOf(person, startsAt, () => "")) step({ kind: "device", at: startsAt, actor: ACTOR, device });
    for (const assignment of assignmentsOf(person, startsAt, DAY)) step({ kind: "assignment", at: startsAt, actor: ACTOR, assignment });
  }
  const arrive = (device: string, samples: readonly DeviceSample[]): void => {
    const decoded = decodeMessage(bytes({ seq: 1, samples }), "telemetry", { arrivedAt: now, convert: units });
    if (decoded.quarantined.length > 0) throw new Error(`${device}: ${decoded.quarantined[0]?.reason}`);
    const entry = { kind: "message", topic: "", arrivedAt: now, hash: 0, quarantined: [] } as const;
    step({ ...entry, device: device as DeviceId, samples: decoded.samples });
  };
  const ward = createWard({
    url: "",
    devices: wardDevices((device) => device),
    seed,
    folder: null,
    sendEveryMs: 5 * SECOND,
    clock: { now: () => now, speed: 1 },
    openLink: ({ device }) =>
      new DirectLink(
        (samples) => arrive(device, samples),
        (status) => {
          const decoded = decodeStatus(bytes({ online: true, ...status }));
          if (decoded.ok) step({ kind: "status", device: device as DeviceId, arrivedAt: now, ...decoded.value });
        },
      ),
  });
  ward.advance(now);
  for (const end = startsAt + minutes * MINUTE; now < end;) {
    now += 5 * SECOND;
    while (nextWakeAt <= now) step({ kind: "tick", at: nextWakeAt });
    ward.advance(now);
  }
  return raised;
};

/** A way that works: what is sent is there. */
class DirectLink implements Link {
  readonly counts: LinkCounts = { sentSamples: 0, sentMessages: 0, acknowledgedSamples: 0, receiptedSamples: 0 };
  readonly pending = 0;
  readonly connected = true;
  readonly lastError = null;
  readonly #arrive: (samples: readonly DeviceSample[]) => void;
  readonly #tell: (status: Readonly<Record<string, unknown>>) => void;

  constructor(arrive: (samples: readonly DeviceSample[]) => void, tell: (status: Readonly<Record<string, unknown>>) => void) {
    this.#arrive = arrive;
    this.#tell = tell;
  }

  send(samples: readonly DeviceSample[]): void {
    if (samples.length > 0) this.#arrive(samples);
  }
  sendWaveform(): void {}
  sendStatus(status: Readonly<Record<string, unknown>>): void {
    this.#tell(status);
  }
  setOnline(): void {}
  setHeld(): void {}
  setUnruly(): void {}
  async drained(): Promise<void> {}
  async close(): Promise<void> {}
}
