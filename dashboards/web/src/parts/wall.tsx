/** The wall screen: everybody in one picture without names, read only; the worst stand in the strip above. */
import { memo, type ReactElement, type ReactNode } from "react";
import { clockOf } from "../data/alert-clock.ts";
import type { Need } from "../data/order-needs.ts";
import { codeOf } from "../data/person.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { useHouse, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { useTileState } from "../rooms/use-tile-state.ts";
import { Countdown, NewestAge } from "./age.tsx";
import { SeverityMark, StateMark } from "./marks.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Values, useTileMetrics } from "./values.tsx";

const isLoud = (alert: WireAlert | undefined): alert is WireAlert =>
  alert !== undefined && alert.status === "open" && (alert.severity === "S1" || alert.severity === "S2");

/** Until the ladder's next step; when it has none left, until the time allowed is over. */
const Due = ({ alert }: { readonly alert: WireAlert }): ReactElement | null => {
  const due = useTicking((now) => alert.escalation.nextAt ?? clockOf(alert, now)?.at ?? 0);
  return due === 0 ? null : <Countdown at={due} />;
};

const WallCell = memo(({ patient }: { readonly patient: Patient }): ReactElement => {
  const { store } = useHouse();
  const state = useTileState(patient);
  const metric = useTileMetrics(patient.id)[0] ?? "spo2";
  const worst = useStore("alerts", () => store.alertsOf(patient.id)[0]);
  const loud = isLoud(worst);
  return (
    <li className={`cell t-${state}${loud ? ` loud-${worst.severity}` : ""}`} data-patient={patient.id}>
      <span className="cell-head">
        {worst !== undefined && <SeverityMark severity={worst.severity} status={worst.status} size={14} flash={loud} />}
        <StateMark state={state} />
        <b>{codeOf(patient)}</b>
        {loud && <Due alert={worst} />}
        <span className="tile-age">
          <NewestAge patient={patient.id} />
        </span>
      </span>
      <span className="cell-body">
        <Values patient={patient.id} state={state} named={false} />
        <Sparkline patient={patient} metric={metric} />
      </span>
    </li>
  );
});

const Strip = ({
  needs,
  people,
  children,
}: {
  readonly needs: readonly Need[];
  readonly people: number;
  readonly children: ReactNode;
}): ReactElement => {
  const words = useWords();
  const loud = needs.filter(({ alert }) => isLoud(alert));
  const shown = (loud.length > 0 ? loud : needs).slice(0, 4);
  return (
    <div className="wall-strip">
      {shown.length === 0 && <span>{words.nobodyWaits}</span>}
      {shown.map(({ alert, code }) => (
        <span key={alert.id} className={isLoud(alert) ? `strip-need loud-${alert.severity}` : "strip-need"}>
          <SeverityMark severity={alert.severity} status={alert.status} size={17} flash />
          <b>
            {alert.severity} {code}
          </b>
          <Due alert={alert} />
          {alert.severity === "S1" && alert.escalation.nextAt !== null && <span>{words.nextStep[Math.min(alert.escalation.step, 2)]}</span>}
        </span>
      ))}
      {needs.length > shown.length && <span className="strip-more">+{needs.length - shown.length}</span>}
      <span className="strip-note">{words.wallLine(people)}</span>
      {children}
    </div>
  );
};

export const Wall = ({
  needs,
  people,
  children,
}: {
  readonly needs: readonly Need[];
  readonly people: readonly Patient[];
  readonly children: ReactNode;
}): ReactElement => (
  <section className="wall" data-density="wall">
    <Strip needs={needs} people={people.length}>
      {children}
    </Strip>
    <ol className="cells">
      {people.map((patient) => (
        <WallCell key={patient.id} patient={patient} />
      ))}
    </ol>
  </section>
);
