/** The ward as it is now: who is how, who passes the filter, in which order, and what storms. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { groupByCause, stormOf } from "../data/alert-storm.ts";
import { groupWard } from "../data/group-ward.ts";
import { findLookAlikes } from "../data/look-alikes.ts";
import { codeOf, nameOf } from "../data/person.ts";
import { DENSITIES, type Density } from "../data/preferences.ts";
import { countShows, holdersOf, passes, readWardFilter, type WardFilter, type WardPerson } from "../data/ward-filter.ts";
import type { WardChoices } from "../parts/ward-tools.tsx";
import { useHouse, useLanguage, useStore, useTaste, useTicking, useWords } from "./house-context.ts";
import { tileStateIn, useSpacing } from "./use-tile-state.ts";

/** Density and filter live in the address: a reload or a shared link shows the same ward. */
export const useWardAddress = () => {
  const [query, setQuery] = useSearchParams();
  const taste = useTaste();
  const density = DENSITIES.find((known) => known === query.get("density")) ?? taste.density;
  const filter = useMemo(() => readWardFilter(query), [query]);
  const set = useCallback(
    (change: Readonly<Record<string, string | null>>): void =>
      setQuery(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [key, value] of Object.entries(change))
            if (value === null) after.delete(key);
            else after.set(key, value);
          return after;
        },
        { replace: true },
      ),
    [setQuery],
  );
  const setFilter = (change: Partial<WardFilter>): void => set(change);
  const setDensity = (next: Density): void => {
    taste.change({ density: next });
    set({ density: next });
  };
  return { density, filter, setFilter, setDensity };
};

export const useWard = (filter: WardFilter) => {
  const house = useHouse();
  const { store, trends, ticker, me } = house;
  const language = useLanguage();
  const words = useWords();
  const patients = useStore("patients", store.patients);
  const alerts = useStore("alerts", store.alerts);
  const spacing = useSpacing();
  // Ages move people between rooms: looked at every five seconds, drawn only when somebody moved.
  const beat = useTicking((now) => Math.floor(now / 5_000));
  const groups = useMemo(
    () =>
      groupWard(
        patients,
        alerts,
        (patient) => {
          const state = tileStateIn(house, patient, spacing, ticker.now());
          if (state === "stale") trends.renew(patient.id);
          return state;
        },
        ticker.now(),
      ),
    // oxlint-disable-next-line react/exhaustive-deps
    [patients, alerts, spacing, house, trends, ticker, beat],
  );
  const people: ReadonlyMap<string, WardPerson> = useMemo(
    () =>
      new Map(
        patients.map((patient) => [
          patient.id,
          { patient, alerts: store.alertsOf(patient.id), state: groups.states.get(patient.id) ?? "live" },
        ]),
      ),
    [patients, groups, store],
  );
  const alike = useMemo(
    () =>
      new Map(
        [...findLookAlikes(patients)].map(([id, others]) => [id, others.map((other) => `${nameOf(other)} ${codeOf(other)}`).join(", ")]),
      ),
    [patients],
  );
  const choices = useMemo((): WardChoices => {
    const names = house.institutions();
    const found = <Key extends string>(keys: readonly Key[]) => [...new Set(keys)].toSorted();
    return {
      tiers: found(patients.map(({ tier }) => tier)).map((tier) => [tier, `${tier} ${words.tiers[tier]}`]),
      institutions: found(patients.map(({ institution }) => institution)).map((id) => [id, names.get(id)?.[language] ?? id]),
      conditions: found(patients.flatMap(({ conditions }) => conditions)).map((condition) => [
        condition,
        words.conditionsOf[condition] ?? condition,
      ]),
      holders: found(["mine", "team", ...[...people.values()].flatMap((person) => holdersOf(person, me.id))] as const).map((holder) => [
        holder,
        words.holders[holder],
      ]),
    };
  }, [patients, people, house, language, words, me.id]);

  const shows = (id: string | null): boolean => {
    const person = people.get(id ?? "");
    return person === undefined || passes(person, filter, me.id);
  };
  const storm = stormOf(alerts, ticker.now());
  const needs = groups.needs.filter(({ alert }) => shows(alert.patient));
  return {
    patients,
    counts: countShows([...people.values()]),
    choices,
    alike,
    storm,
    needs: storm === null ? needs : groupByCause(needs),
    hidden: groups.needs.length - needs.length,
    today: groups.today.filter(({ id }) => shows(id)),
    steady: groups.steady.filter(({ id }) => shows(id)),
  };
};
