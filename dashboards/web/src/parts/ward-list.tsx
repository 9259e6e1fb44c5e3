/** The ward as a list: one line of 40 px a person, worst first, everything that fits in words. */
import { memo, type ReactElement } from "react";
import { Link } from "wouter";
import type { Patient } from "../data/wire.ts";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { NewestAge } from "./age.tsx";
import { StateLine } from "./alert-clock.tsx";
import { SeverityMark, StateMark } from "./marks.tsx";
import { NameTag } from "./name-tag.tsx";
import { ReadingReason } from "./reading-reason.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useTileMetrics } from "./values.tsx";

const ListRow = memo(
  ({
    patient,
    others,
    selected,
  }: {
    readonly patient: Patient;
    readonly others: string | null;
    readonly selected: boolean;
  }): ReactElement => {
    const { store } = useHouse();
    const words = useWords();
    const state = useTileState(patient);
    const metric = useTileMetrics(patient.id)[0] ?? "spo2";
    const worst = useStore("alerts", () => store.alertsOf(patient.id)[0]);
    return (
      <li>
        <Link
          href={`/patients/${encodeURIComponent(patient.id)}${worst === undefined ? "" : `?alert=${encodeURIComponent(worst.id)}`}`}
          className={`ward-line t-${state}${worst === undefined ? "" : ` ${worst.severity} is-${worst.status}`}${selected ? " selected" : ""}`}
          data-patient={patient.id}
        >
          <span className="list-mark">
            {worst !== undefined && <SeverityMark severity={worst.severity} status={worst.status} size={18} flash />}
            <StateMark state={state} />
          </span>
          <span className="list-name">
            <NameTag patient={patient} others={others} />
          </span>
          <span className="list-conditions">
            {patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition).join(" · ")}
          </span>
          <Values patient={patient.id} state={state} />
          <Sparkline patient={patient} metric={metric} />
          <ReadingReason patient={patient} state={state} />
          <span className="list-clock">{worst !== undefined && <StateLine alert={worst} />}</span>
          <span className="tile-age">
            <NewestAge patient={patient.id} />
          </span>
        </Link>
      </li>
    );
  },
);

export const WardList = ({
  people,
  alike,
  chosen,
}: {
  readonly people: readonly Patient[];
  readonly alike: ReadonlyMap<string, string>;
  readonly chosen: string | null;
}): ReactElement => (
  <ol className="ward-list" data-density="list">
    {people.map((patient) => (
      <ListRow key={patient.id} patient={patient} others={alike.get(patient.id) ?? null} selected={patient.id === chosen} />
    ))}
  </ol>
);
