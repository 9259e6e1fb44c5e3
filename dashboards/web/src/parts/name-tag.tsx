/** A name with what keeps it apart from others: the code, a look-alike, what is new, and the tier when another one holds the patient. */
import { useSyncExternalStore, type ReactElement } from "react";
import { codeOf, nameOf } from "../data/person.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

/** `others`: "李桂芬 A3E1", or null when nobody reads alike. */
export const Alike = ({ others }: { readonly others: string | null }): ReactElement | null => {
  const words = useWords();
  if (others === null) return null;
  return (
    <abbr className="alike" title={words.alike(others)}>
      <span aria-hidden="true">≈</span>
      <span className="unseen">{words.alike(others)}</span>
    </abbr>
  );
};

export const NewSince = ({ patient }: { readonly patient: string }): ReactElement | null => {
  const { store, looked } = useHouse();
  const words = useWords();
  const alerts = useStore("alerts", () => store.alertsOf(patient));
  const fresh = useSyncExternalStore(looked.subscribe, () => looked.newOf(patient, alerts));
  if (fresh === 0) return null;
  return (
    <abbr className="fresh" title={words.newSince(fresh)}>
      +{fresh}
    </abbr>
  );
};

export const TierTag = ({ patient }: { readonly patient: Patient }): ReactElement | null => {
  const { me } = useHouse();
  const words = useWords();
  if (patient.tier === "T0" || patient.tier === me.institution.tier) return null;
  return (
    <span className="tier" title={words.tiers[patient.tier]}>
      <Icon name={patient.tier} size={11} label={words.tiers[patient.tier]} />
      <span aria-hidden="true">{patient.tier}</span>
    </span>
  );
};

export const NameTag = ({ patient, others }: { readonly patient: Patient; readonly others: string | null }): ReactElement => (
  <>
    <b className="tile-name">{nameOf(patient)}</b>
    <Alike others={others} />
    {patient.identity?.name !== undefined && <span className="code">{codeOf(patient)}</span>}
    <NewSince patient={patient.id} />
    <TierTag patient={patient} />
  </>
);
