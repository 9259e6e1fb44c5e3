/** The people who wear a ward's devices: each once, however many devices they wear. */
import type { EpochMs } from "#core/time.ts";
import { Person } from "../people/person.ts";
import { personas } from "../people/personas.ts";
import type { Random } from "../random.ts";
import type { WardDevice } from "./ward-device.ts";

export const personOf = (device: WardDevice): string => device.person ?? device.id;

export interface PeopleOptions {
  readonly devices: readonly WardDevice[];
  /** The ward's own: a person is the same in every ward of one seed. */
  readonly random: Random;
  readonly origin: EpochMs;
  readonly zoneOffsetMs?: number;
}

/** Devices of an unknown persona have nobody. */
export const peopleOf = ({ devices, random, origin, zoneOffsetMs }: PeopleOptions): Map<string, Person> => {
  const people = new Map<string, Person>();
  for (const device of devices) {
    const name = personOf(device);
    const persona = personas.find(({ key }) => key === device.persona);
    if (persona === undefined || people.has(name)) continue;
    people.set(
      name,
      new Person({
        persona,
        origin,
        random: random.fork(name).fork("body"),
        varied: device.varied ?? false,
        ...(device.episodes === undefined ? {} : { episodes: device.episodes }),
        ...(zoneOffsetMs === undefined ? {} : { zoneOffsetMs }),
      }),
    );
  }
  return people;
};
