/** Lives a stretch of the past again, from its beginning: the same bodies and devices as the ward's, without the way to a server. */
import { type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { DeviceKind, DeviceSample } from "../devices/simulated-device.ts";
import type { Body, Deed } from "../people/body.ts";
import { createRandom } from "../random.ts";
import { peopleOf, personOf } from "../ward/people-of.ts";
import type { WardDevice } from "../ward/ward-device.ts";
import { kindOf } from "../ward.ts";

export interface PastStretch {
  readonly devices: readonly WardDevice[];
  readonly seed: number;
  /** Episodes and faults count from here. */
  readonly origin: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Seconds for which a body is held still: 1 as in life; more where only what is used now and then is of interest. */
  readonly strideS: number;
}

/** Bodies and devices run in before anything is kept. */
const RUN_IN = 20 * MINUTE;
/** Simulated time between two chances for the caller to do something else. */
const BREATH = 2 * MINUTE;
const NO_DEEDS: readonly Deed[] = [];

type Held = { -readonly [K in keyof Body]: Body[K] };

/** Tells `hear` what every device measured, in the order of time; yields now and then. */
export function* livePast(
  { devices, seed, origin, from, to, strideS }: PastStretch,
  hear: (device: WardDevice, samples: readonly DeviceSample[]) => void,
): Generator<EpochMs, void> {
  const random = createRandom(seed);
  const people = [...peopleOf({ devices, random, origin })].map(([name, person]) => ({
    person,
    worn: devices
      .filter((device) => personOf(device) === name)
      .map((device) => ({ device, simulated: create(device, kindOf(device) as DeviceKind, seed) })),
  }));
  // On whole minutes, as live wards are on whole seconds: devices speak on the minute.
  let breath = Math.floor((from - RUN_IN) / MINUTE) * MINUTE;
  for (let t = breath + strideS * SECOND; t <= to; t += strideS * SECOND) {
    for (const { person, worn } of people) {
      const lived = person.step(t);
      const { deeds } = lived;
      const body: Held = strideS === 1 ? lived : { ...lived, steps: lived.steps / strideS };
      for (let left = strideS - 1; left >= 0; left--) {
        if (strideS > 1) {
          body.t = t - left * SECOND;
          body.deeds = left === strideS - 1 ? deeds : NO_DEEDS;
        }
        for (const { device, simulated } of worn) {
          if (isDead(device, (body.t - origin) / MINUTE)) continue;
          const { samples } = simulated.step(body);
          if (samples.length > 0 && body.t > from) hear(device, samples);
        }
      }
    }
    if (t - breath < BREATH) continue;
    breath = t;
    yield t;
  }
}

const create = (device: WardDevice, kind: DeviceKind, seed: number) =>
  kind.create({ random: createRandom(seed).fork(device.id).fork("device"), artefacts: device.artefacts ?? true });

const isDead = ({ faults }: WardDevice, minute: number): boolean =>
  faults?.some(({ kind, fromMin, toMin }) => kind === "dead" && minute >= fromMin && minute < toMin) === true;
