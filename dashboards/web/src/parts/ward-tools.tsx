/** Above the ward: how many are how, whom to show, and how dense. */
import type { ReactElement } from "react";
import { DENSITIES, type Density } from "../data/preferences.ts";
import type { TileState } from "../data/reading-state.ts";
import { SHOWS, type Holder, type Show, type WardFilter } from "../data/ward-filter.ts";
import type { Severity } from "../data/wire.ts";
import { useWords } from "../rooms/house-context.ts";
import { Icon, SeverityMark } from "./marks.tsx";

const isSeverity = (show: Show): show is Severity => /^(?:S\d|T)$/.test(show);

/** What there is to choose from: value and label. */
export interface WardChoices {
  readonly tiers: readonly (readonly [string, string])[];
  readonly institutions: readonly (readonly [string, string])[];
  readonly conditions: readonly (readonly [string, string])[];
  readonly holders: readonly (readonly [Holder, string])[];
}

export const Choose = ({
  id,
  label,
  value,
  options,
  onChoose,
}: {
  readonly id?: string;
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly (readonly [string, string])[];
  readonly onChoose: (value: string | null) => void;
}): ReactElement => {
  const words = useWords();
  return (
    <select
      className={value === null ? "pick" : "pick on"}
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      value={value ?? ""}
      onChange={({ target }) => onChoose(target.value === "" ? null : target.value)}
    >
      <option value="">{words.anyOf(label)}</option>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {label}: {name}
        </option>
      ))}
    </select>
  );
};

const CountChip = ({
  show,
  count,
  pressed,
  onPress,
}: {
  readonly show: Show;
  readonly count: number;
  readonly pressed: boolean;
  readonly onPress: () => void;
}): ReactElement => {
  const words = useWords();
  const name = isSeverity(show) ? `${show} ${words.severities[show]}` : words.states[show];
  return (
    <button type="button" aria-pressed={pressed} title={name} aria-label={`${name}: ${count}`} data-show={show} onClick={onPress}>
      {isSeverity(show) ? (
        <span aria-hidden="true" className="chip-mark">
          <SeverityMark severity={show} status="open" size={15} />
        </span>
      ) : (
        <>
          <Icon name={show} size={14} />
          <span className="chip-word">{words.states[show satisfies TileState]}</span>
        </>
      )}
      <b>{count}</b>
    </button>
  );
};

export const DensitySwitch = ({
  density,
  onDensity,
}: {
  readonly density: Density;
  readonly onDensity: (density: Density) => void;
}): ReactElement => {
  const words = useWords();
  return (
    <div className="ward-segments density" role="group" aria-label={words.density}>
      {DENSITIES.map((known, index) => (
        <button
          key={known}
          type="button"
          aria-pressed={density === known}
          title={`${words.densities[known]} (${index + 1})`}
          data-choose={known}
          onClick={() => onDensity(known)}
        >
          {words.densities[known]}
        </button>
      ))}
    </div>
  );
};

export const WardTools = ({
  people,
  counts,
  filter,
  choices,
  density,
  onFilter,
  onDensity,
}: {
  readonly people: number;
  readonly counts: ReadonlyMap<Show, number>;
  readonly filter: WardFilter;
  readonly choices: WardChoices;
  readonly density: Density;
  readonly onFilter: (change: Partial<WardFilter>) => void;
  readonly onDensity: (density: Density) => void;
}): ReactElement => {
  const words = useWords();
  return (
    <div className="ward-tools" role="group" aria-label={words.filters}>
      <div className="ward-segments" role="group" aria-label={words.state}>
        <button type="button" aria-pressed={filter.show === null} onClick={() => onFilter({ show: null })}>
          {words.all} <b>{people}</b>
        </button>
        {SHOWS.filter((show) => (counts.get(show) ?? 0) > 0 || filter.show === show).map((show) => (
          <CountChip
            key={show}
            show={show}
            count={counts.get(show) ?? 0}
            pressed={filter.show === show}
            onPress={() => onFilter({ show: filter.show === show ? null : show })}
          />
        ))}
      </div>
      <div className="picks">
        <Choose
          id="ward-filter"
          label={words.tierFilter}
          value={filter.tier}
          options={choices.tiers}
          onChoose={(tier) => onFilter({ tier })}
        />
        <Choose
          label={words.institutionFilter}
          value={filter.institution}
          options={choices.institutions}
          onChoose={(institution) => onFilter({ institution })}
        />
        <Choose
          label={words.conditionFilter}
          value={filter.condition}
          options={choices.conditions}
          onChoose={(condition) => onFilter({ condition })}
        />
        <Choose
          label={words.holderFilter}
          value={filter.holder}
          options={choices.holders}
          onChoose={(holder) => onFilter({ holder: choices.holders.find(([known]) => known === holder)?.[0] ?? null })}
        />
      </div>
      <DensitySwitch density={density} onDensity={onDensity} />
    </div>
  );
};
