/** Every story through the whole way from body to engine, in virtual time: what must ring rings in time, everything else is quiet, nothing is lost. */
import { describe, expect, test } from "vitest";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { MINUTE } from "#core/time.ts";
import { deviceKind } from "#simulators/devices/device-kinds.ts";
import { personas } from "#simulators/people/personas.ts";
import type { Scenario } from "#simulators/scenarios/scenario.ts";
import { scenarios } from "#simulators/scenarios/scenarios.ts";
import { judgeStory, ringsOf } from "#tests/scenarios/judge-story.ts";
import { tellStory } from "#tests/scenarios/virtual-house.ts";

const storyOf = (name: string): Scenario => scenarios.find((scenario) => scenario.name === name) as Scenario;

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
  test("is answered as its truth demands, and every reading arrives", async () => {
    const { truth, heard, measured, arrived, refused, problems } = await tellStory({ scenario });
    const { leads, unwanted } = judgeStory(truth, heard);
    expect(problems).toEqual([]);
    expect(leads.filter(({ minutes, boundMinutes }) => minutes === null || minutes > boundMinutes)).toEqual([]);
    expect(unwanted.map((ring) => ({ ...ring, at: (ring.at - truth.from) / MINUTE }))).toEqual([]);
    // A clock that is wrong names some times twice: the second is kept beside as a contradiction.
    expect(arrived + refused).toBeGreaterThanOrEqual(measured);
    expect(measured).toBeGreaterThan(100);
  });

  test("names people, devices and rules that there are, and keeps apart those that are not there yet", () => {
    const rules = new Set(shippedRules.map(({ id }) => id));
    const { people, must, may, mustNot, notYet } = scenario;
    const keys = people.map(({ key }) => key);
    expect(people.every(({ persona }) => personas.some(({ key }) => key === persona))).toBe(true);
    expect(people.flatMap(({ devices }) => devices).filter(({ kind }) => deviceKind(kind) === undefined)).toEqual([]);
    expect(must.filter(({ person }) => !keys.includes(person))).toEqual([]);
    expect([...must.map(({ rule }) => rule), ...may, ...mustNot].filter((id) => !rules.has(id))).toEqual([]);
    // A rule that has come is no longer one that is awaited: it belongs under `must` now.
    expect(notYet.filter((id) => rules.has(id))).toEqual([]);
    expect(mustNot.filter((id) => may.includes(id) || must.some(({ rule }) => rule === id))).toEqual([]);
  });
});

test("a way that says things twice and out of order changes nothing of what is heard", async () => {
  const unruly = storyOf("unruly-messages");
  const orderly: Scenario = {
    ...unruly,
    people: unruly.people.map((person) => ({ ...person, devices: person.devices.map(({ kind }) => ({ kind, artefacts: false })) })),
  };
  const [disturbed, calm] = [await tellStory({ scenario: unruly }), await tellStory({ scenario: orderly })];
  expect(disturbed.repeated).toBeGreaterThan(1_000);
  expect(calm.repeated).toBe(0);
  expect(disturbed.arrived).toBe(calm.arrived);
  const clinical = (told: typeof calm): string[] =>
    ringsOf(told.heard).map(({ person, rule, severity, late }) => `${person} ${rule} ${severity} ${late}`);
  expect(clinical(disturbed)).toEqual(clinical(calm));
});

test("the same seed tells the same story, whatever the day it is told on", async () => {
  const scenario = storyOf("mask-leak");
  const tell = async (startsAt: number): Promise<string[]> => {
    const { heard, truth } = await tellStory({ scenario, startsAt });
    return ringsOf(heard).map(({ rule, severity, at }) => `${rule} ${severity} ${at - truth.from}`);
  };
  expect(await tell(Date.UTC(2026, 0, 5, 3))).toEqual(await tell(Date.UTC(2026, 6, 19, 17)));
});
