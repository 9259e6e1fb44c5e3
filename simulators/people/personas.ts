/** The twelve simulated people, each standing for one way of living with what needs watching; eleven patients and a healthy control. */
import type { Persona } from "./persona.ts";
import { heartAndBreathingSupport } from "./personas/heart-and-breathing-support.ts";
import { lungDisease } from "./personas/lung-disease.ts";
import { olderPeople } from "./personas/older-people.ts";
import { rehabilitation } from "./personas/rehabilitation.ts";

export const personas: readonly Persona[] = [...lungDisease, ...heartAndBreathingSupport, ...rehabilitation, ...olderPeople];
