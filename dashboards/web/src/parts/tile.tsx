/** One patient of "Look at today" or "Steady": mark, name, code, age, three values, trend; the reason only where there is one. */
import { memo, type ReactElement } from "react";
import { Link } from "wouter";
import type { Patient } from "../data/wire.ts";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { NewestAge } from "./age.tsx";
import { SeverityMark, StateMark } from "./marks.tsx";
import { NameTag } from "./name-tag.tsx";
import { ReadingReason } from "./reading-reason.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useTileMetrics } from "./values.tsx";

export interface TileProps {
  readonly patient: Patient;
  /** Look-alikes in words; null: none. */
  readonly others: string | null;
  readonly reason: boolean;
  readonly selected: boolean;
  /** Room for what the patient has: few people on a page. */
  readonly roomy?: boolean;
}

export const Tile = memo(({ patient, others, reason, selected, roomy = false }: TileProps): ReactElement => {
  const { store } = useHouse();
  const words = useWords();
  const state = useTileState(patient);
  const metric = useTileMetrics(patient.id)[0] ?? "spo2";
  const worst = useStore("alerts", () => store.alertsOf(patient.id)[0]);
  return (
    <Link
      href={`/patients/${encodeURIComponent(patient.id)}`}
      className={`tile t-${state}${selected ? " selected" : ""}`}
      data-patient={patient.id}
    >
      <span className="tile-head">
        {worst !== undefined && <SeverityMark severity={worst.severity} status={worst.status} size={14} />}
        <StateMark state={state} />
        <NameTag patient={patient} others={others} />
        {roomy && (
          <span className="tile-about">
            {patient.conditions.map((condition) => words.conditionsOf[condition] ?? condition).join(" · ")}
          </span>
        )}
        <span className="tile-age">
          <NewestAge patient={patient.id} />
        </span>
      </span>
      <span className="tile-body">
        <Values patient={patient.id} state={state} unitAt="name" />
        <Sparkline patient={patient} metric={metric} />
      </span>
      {reason && <ReadingReason patient={patient} state={state} />}
    </Link>
  );
});

/** Where a steady patient stood who needs somebody now: the place stays, so that nobody else moves. */
export const KeptPlace = ({ patient, note }: { readonly patient: Patient; readonly note: string }): ReactElement => (
  <span className="tile kept">
    <span className="tile-head">
      <NameTag patient={patient} others={null} />
    </span>
    <span className="kept-note">↑ {note}</span>
  </span>
);
