/** A ward made from a seed: personas in turn with the devices they live with, or a story told as often as there are people for it. */
import { createHash } from "node:crypto";
import { personas } from "../people/personas.ts";
import type { Persona } from "../people/persona.ts";
import type { DeviceFault, Scenario } from "../scenarios/scenario.ts";
import type { WardDevice } from "./ward-device.ts";

export interface WardPlan {
  /** People at least; a story is always told to its end. */
  readonly people: number;
  readonly seed: number;
  readonly site: string;
  readonly scenario?: Scenario;
}

/** In larger wards everybody's sensors share one connection: the home hub. */
const OWN_CONNECTIONS = 200;

export const planWard = (plan: WardPlan): WardDevice[] => (plan.scenario === undefined ? ordinary(plan) : told(plan, plan.scenario));

const ordinary = ({ people, seed, site }: WardPlan): WardDevice[] =>
  Array.from({ length: people }, (_, index) => {
    const persona = personas[index % personas.length] as Persona;
    const person = `sim-${seed}-${String(index + 1).padStart(4, "0")}`;
    const common = { site, person, persona: persona.key, varied: true };
    return (people > OWN_CONNECTIONS ? oneHub(persona) : equipmentOf(persona)).map((item) =>
      withIdentity(seed, `${person}-${item.kind}`, { ...common, ...item }),
    );
  }).flat();

type Equipment = Pick<WardDevice, "carries"> & { readonly kind: string };

/** What a hub can carry beside a bed. */
const ON_THE_HUB = new Set(["oximeter", "respiration_belt", "thermometer", "blood_pressure_cuff"]);

/** What a persona lives with: whoever has a hub has these sensors on it, everything else by itself. */
const equipmentOf = ({ deviceKinds }: Persona): Equipment[] => {
  const carries = deviceKinds.includes("hub") ? deviceKinds.filter((kind) => ON_THE_HUB.has(kind)) : [];
  const alone = deviceKinds.filter((kind) => kind !== "hub" && !carries.includes(kind)).map((kind) => ({ kind }));
  return carries.length === 0 ? alone : [{ kind: "hub", carries }, ...alone];
};

const oneHub = ({ deviceKinds }: Persona): Equipment[] => [{ kind: "hub", carries: deviceKinds.filter((kind) => kind !== "hub") }];

const told = ({ people, seed, site }: WardPlan, scenario: Scenario): WardDevice[] => {
  const copies = Math.max(1, Math.ceil(people / scenario.people.length));
  return Array.from({ length: copies }, (_, copy) => {
    const name = (key: string): string => `sim-${seed}-${scenario.name}-${copy + 1}-${key}`;
    const inThisCopy = (fault: DeviceFault): DeviceFault => (fault.kind === "worn_by" ? { ...fault, person: name(fault.person) } : fault);
    return scenario.people.flatMap(({ key, persona, devices, episodes }) =>
      devices.map(({ kind, faults = [], artefacts }, index) =>
        withIdentity(seed, `${name(key)}-${index + 1}`, {
          site,
          person: name(key),
          persona,
          kind,
          faults: faults.map(inThisCopy),
          ...(artefacts === undefined ? {} : { artefacts }),
          ...(episodes === undefined ? {} : { episodes }),
        }),
      ),
    );
  }).flat();
};

/** Ids stand in topics: at most 64 letters. The secret follows from the seed, so that a broker can be told beforehand. */
const withIdentity = (seed: number, name: string, device: Omit<WardDevice, "id" | "secret">): WardDevice => {
  const id = name.length <= 64 ? name : `sim-${seed}-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  return { id, secret: createHash("sha256").update(`${seed}:${id}`).digest("base64url"), ...device };
};
