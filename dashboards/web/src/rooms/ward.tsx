/** The ward: who needs somebody, whom to look at today, who is steady; every value live, every place kept. */
import { useCallback, useMemo, useRef, useState, type ReactElement } from "react";
import { useLocation } from "wouter";
import { alertsByPatient, groupWard } from "../data/group-ward.ts";
import { holdOrder } from "../data/order-needs.ts";
import { tileStateOf } from "../data/reading-state.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { LaneRow } from "../parts/lane-row.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { Tile } from "../parts/tile.tsx";
import { Empty, Trouble } from "../parts/empty.tsx";
import { useDesk, useHouse, useKeys, useLocalTime, useStore, useTicking, useWords } from "./house-context.ts";
import { useSpacing } from "./use-tile-state.ts";

const SEVERITY_ORDER = ["S1", "S2", "S3", "T", "S4"];
const NONE: readonly WireAlert[] = [];

export const Ward = (): ReactElement => {
  const house = useHouse();
  const { store, ticker } = house;
  const words = useWords();
  const time = useLocalTime();
  const [, navigate] = useLocation();
  const { openSheet, sheetAlert } = useDesk();
  const patients = useStore("patients", store.patients);
  const read = useStore("patients", store.patientsRead);
  const alerts = useStore("alerts", store.alerts);
  const spacing = useSpacing();
  // Ages move people between rooms: looked at every five seconds, drawn only when somebody moved.
  const beat = useTicking((now) => Math.floor(now / 5_000));
  const byPatient = useMemo(
    () => alertsByPatient(alerts.toSorted((a, b) => SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity))),
    [alerts],
  );
  const groups = useMemo(
    () =>
      groupWard(
        patients,
        alerts,
        (patient: Patient) =>
          tileStateOf({
            patient,
            streams: store.streams(patient.id),
            alerts: byPatient.get(patient.id) ?? NONE,
            everyS: spacing(patient),
            now: ticker.now(),
          }),
        ticker.now(),
      ),
    // oxlint-disable-next-line react/exhaustive-deps
    [patients, alerts, byPatient, spacing, store, ticker, beat],
  );

  const [pointed, setPointed] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = useRef<readonly string[]>([]);
  const wanted = groups.needs.map(({ alert }) => alert.id);
  const { order, moved } = pointed || sheetAlert !== null ? holdOrder(shown.current, wanted) : { order: wanted, moved: 0 };
  shown.current = order;
  const needs = new Map(groups.needs.map((need) => [need.alert.id, need]));

  const open = useCallback(
    (alert: WireAlert) =>
      navigate(
        alert.patient === null
          ? `/alerts/${encodeURIComponent(alert.id)}`
          : `/patients/${encodeURIComponent(alert.patient)}?alert=${encodeURIComponent(alert.id)}`,
      ),
    [navigate],
  );
  const places = [
    ...order.map((id) => ({ kind: "alert" as const, id })),
    ...[...groups.today, ...groups.steady].map(({ id }) => ({ kind: "patient" as const, id })),
  ];
  const step = (by: number): void => {
    const at = places.findIndex(({ id }) => id === chosen);
    const next = places[Math.min(places.length - 1, Math.max(0, at === -1 ? 0 : at + by))];
    if (next === undefined) return;
    setChosen(next.id);
    const element = document.querySelector<HTMLElement>(`[data-${next.kind}="${CSS.escape(next.id)}"]`);
    (element?.matches("a") === true ? element : element?.querySelector<HTMLElement>("button.link"))?.focus();
    element?.scrollIntoView({ block: "nearest" });
  };
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    const id = chosen !== null && needs.has(chosen) ? chosen : order[0];
    if (id !== undefined) openSheet(id, kind);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => {
      const need = needs.get(chosen ?? "");
      if (need !== undefined) open(need.alert);
    },
    a: () => act("acknowledge"),
    c: () => act("contact"),
    s: () => act("snooze"),
  });

  const trouble = house.trouble();
  if (trouble !== null && patients.length === 0) return <Trouble problem={trouble} retry={house.reload} />;
  if (!read) return <Empty text={words.loading} busy />;
  if (patients.length === 0 && alerts.length === 0) return <Empty text={words.noPatients} />;
  const last = alerts.reduce((newest, { raisedAt }) => Math.max(newest, raisedAt), 0);
  return (
    <div className="ward">
      <section aria-label={words.needsYou}>
        <SectionHead title={words.needsYou} count={order.length} hint={order.length > 0 ? words.needsOrder : null}>
          {moved > 0 && <span className="chip">{words.moved(moved)}</span>}
        </SectionHead>
        {order.length === 0 ? (
          <p className="calm">
            {[words.nobodyWaits, last > 0 ? words.lastAlert(time.moment(last, ticker.now())) : house.demo ? words.soonAlert : ""]
              .filter((part) => part !== "")
              .join(" · ")}
          </p>
        ) : (
          <ol className="lane" onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
            {order.map((id) => {
              const need = needs.get(id);
              if (need === undefined) return null;
              const patient = need.alert.patient === null ? undefined : store.patient(need.alert.patient);
              return (
                <LaneRow
                  key={id}
                  alert={need.alert}
                  patient={patient}
                  others={patient === undefined ? 0 : (byPatient.get(patient.id)?.length ?? 1) - 1}
                  selected={id === chosen}
                  onOpen={open}
                  onPoint={setChosen}
                />
              );
            })}
          </ol>
        )}
      </section>
      {groups.today.length > 0 && (
        <section aria-label={words.lookToday}>
          <SectionHead title={words.lookToday} count={groups.today.length} hint={words.todayOrder} />
          <div className="tiles today">
            {groups.today.map((patient) => (
              <Tile key={patient.id} patient={patient} alerts={byPatient.get(patient.id) ?? NONE} reason selected={patient.id === chosen} />
            ))}
          </div>
        </section>
      )}
      {groups.steady.length > 0 && (
        <section aria-label={words.steady}>
          <SectionHead title={words.steady} count={groups.steady.length} hint={words.steadyOrder} />
          <div className="tiles">
            {groups.steady.map((patient) => (
              <Tile
                key={patient.id}
                patient={patient}
                alerts={byPatient.get(patient.id) ?? NONE}
                reason={false}
                selected={patient.id === chosen}
              />
            ))}
          </div>
        </section>
      )}
    </div>
  );
};
