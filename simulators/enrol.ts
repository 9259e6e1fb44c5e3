/** Makes a simulated ward known to a server over its REST interface: patients, devices, assignments; found again at the next run. */
import { setTimeout as pause } from "node:timers/promises";
import { MINUTE, SECOND } from "#core/time.ts";
import { createRandom } from "./random.ts";
import { storyTimeZone } from "./scenarios/story-zone.ts";
import { personOf, peopleOf } from "./ward/people-of.ts";
import type { WardDevice } from "./ward/ward-device.ts";
import { kindOf } from "./ward.ts";

export interface EnrolOptions {
  readonly server: string;
  readonly username: string;
  readonly password: string;
  readonly seed: number;
  readonly devices: readonly WardDevice[];
  /** Of a story: its people live where it is that hour now. */
  readonly startsAtHour?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Why nothing, or not everything, could be enrolled. */
export class EnrolProblem extends Error {
  readonly code: "enrol_unreachable" | "enrol_refused" | "enrol_not_allowed" | "enrol_failed";

  constructor(code: EnrolProblem["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What a device brings in its outbox belongs to its wearer. */
const WORN_SINCE = 15 * MINUTE;
const AT_ONCE = 8;
/** In turn, as a region's patients are spread. */
const TIERS = ["T1", "T1", "T2", "T0", "T1", "T3"] as const;
const ANSWERED_WITHIN_MS = 30_000;
const TRIES = 8;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** The same devices with the site and the secret the server gave them. */
export const enrolWard = async (options: EnrolOptions): Promise<WardDevice[]> => {
  const { seed, devices } = options;
  const call = await signIn(options);
  const known = await patientsByPseudonym(call);
  const { now } = (await expected(call, "GET", "/time")).body as { now: number };
  const people = peopleOf({ devices, random: createRandom(seed), origin: now });
  const wearers = [...people.entries()];
  const enrolled = new Map<string, WardDevice>();
  let done = 0;
  await eachAtOnce(wearers, async ([name, person], index) => {
    const { profile, spo2LowerLimit, conditions } = person.persona;
    const patient =
      known.get(name) ??
      ((
        await expected(call, "POST", "/patients", {
          pseudonym: name,
          tier: TIERS[index % TIERS.length],
          profile,
          conditions,
          baseline: person.baseline,
          ...(options.startsAtHour === undefined ? {} : { timeZone: storyTimeZone(options.startsAtHour, now) }),
          ...(spo2LowerLimit === undefined ? {} : { spo2LowerLimit }),
        })
      ).body["id"] as string);
    for (const device of devices)
      if (personOf(device) === name) enrolled.set(device.id, await enrolDevice(call, device, patient, now - WORN_SINCE));
    options.onProgress?.(++done, wearers.length);
  });
  return devices.flatMap((device) => enrolled.get(device.id) ?? []);
};

const enrolDevice = async (call: Call, device: WardDevice, patient: string, wornSince: number): Promise<WardDevice> => {
  const path = `/devices/${device.id}`;
  const found = await call("GET", path);
  const kind = kindOf(device);
  const { body } =
    found.status === 200
      ? await expected(call, "POST", `${path}/secret`)
      : await expected(call, "POST", "/devices", { id: device.id, kind: kind?.kind ?? "oximeter", metrics: kind?.metrics ?? {} });
  const wornBy = (found.body["assignment"] as { patient?: unknown } | null | undefined)?.patient;
  if (wornBy !== patient) await expected(call, "POST", `${path}/assignment`, { patient, from: wornSince });
  return { ...device, site: body["site"] as string, secret: body["secret"] as string };
};

const patientsByPseudonym = async (call: Call): Promise<Map<string, string>> => {
  const known = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await expected(call, "GET", `/patients?status=active&limit=200${page}`);
    for (const { id, pseudonym } of body["items"] as { id: string; pseudonym: string }[]) known.set(pseudonym, id);
    cursor = body["next"] as string | null;
  } while (cursor !== null);
  return known;
};

const signIn = async ({ server, username, password }: EnrolOptions): Promise<Call> => {
  const anonymous = caller(server, {});
  const { status, body } = await anonymous("POST", "/sessions", { username, password });
  if (status === 401) throw new EnrolProblem("enrol_refused", `${server} does not know this user name and password`);
  if (status !== 200) throw failed("POST", "/sessions", { status, body });
  return caller(server, { authorization: `Bearer ${body["token"] as string}` });
};

const caller =
  (server: string, headers: Readonly<Record<string, string>>): Call =>
  async (method, path, body) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(new URL(`/api/v1${path}`, server), {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      }).catch((cause: unknown) => {
        throw new EnrolProblem(
          "enrol_unreachable",
          `${server} does not answer: ${cause instanceof Error ? cause.message : "no reason given"}`,
        );
      });
      const text = await response.text();
      const busy = response.status === 429 || response.status === 503;
      if (!busy || tries >= TRIES) return { status: response.status, body: parsed(text) };
      await pause(Math.min(30, Number(response.headers.get("retry-after") ?? "1") || 1) * SECOND);
    }
  };

const parsed = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const expected = async (call: Call, method: string, path: string, body?: unknown): Promise<Answer> => {
  const answer = await call(method, path, body);
  if (answer.status >= 300) throw failed(method, path, answer);
  return answer;
};

const failed = (method: string, path: string, { status, body }: Answer): EnrolProblem => {
  const said = [body["code"], body["detail"] ?? body["title"]].filter((part) => typeof part === "string").join(": ");
  return new EnrolProblem(
    status === 403 ? "enrol_not_allowed" : "enrol_failed",
    `${method} ${path} answered ${status}${said === "" ? "" : ` (${said})`}`,
  );
};

const eachAtOnce = async <Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as Item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
};
