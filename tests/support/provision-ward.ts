/** Fills a running server with many patients, a device each, through its REST API: as fast as it answers, within its limits for one user. */
import { randomBytes } from "node:crypto";
import { type Api, enrol, signIn, signInAs } from "#tests/support/api.ts";
import type { Homeward } from "#tests/support/start-homeward.ts";

export interface WardPerson {
  readonly patient: string;
  readonly device: string;
  readonly site: string;
  readonly secret: string;
}

export interface Ward {
  readonly people: readonly WardPerson[];
  /** Sessions that may read every patient of the ward; a user each, since calls are limited by user. */
  readonly readers: readonly Api[];
}

/** A user may make 3,000 calls a minute: four a patient, and some to spare. */
const PEOPLE_EACH = 700;
const AT_ONCE = 16;
const INSTITUTION = "inst-t1-willow";

/** Runs `work` over all items, some at once, in order. */
export const eachAtOnce = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
};

export const provisionWard = async (
  house: Homeward,
  count: number,
  metrics: Readonly<Record<string, { readonly everyS: number }>> = { spo2: { everyS: 1 }, pulse_rate: { everyS: 1 } },
): Promise<Ward> => {
  const first = await signIn(house, "administrator", INSTITUTION);
  const makers = Math.ceil(count / PEOPLE_EACH);
  const colleague = async (role: string, index: number): Promise<Api> => {
    const username = `bench-${role}-${index}`;
    const password = randomBytes(18).toString("base64url");
    await first.post("/users", { username, password, roles: [role] });
    return signInAs(house.http, username, password);
  };
  const numbers = Array.from({ length: makers }, (_, index) => index);
  const administrators = await eachAtOnce(numbers, 1, (index) => colleague("administrator", index));
  const readers = await eachAtOnce(numbers, 1, (index) => colleague("community_nurse", index));
  const people = await eachAtOnce(Array.from({ length: count }), AT_ONCE, (_, index) =>
    enrol(administrators[Math.floor(index / PEOPLE_EACH)] as Api, { metrics }),
  );
  return { people, readers };
};
