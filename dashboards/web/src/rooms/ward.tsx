/** The ward: who needs somebody, whom to look at today, who is steady; every value live, every place kept. */
import { useCallback, useState, type ReactElement } from "react";
import { useLocation } from "wouter";
import { createPlaceKeeper } from "../data/group-ward.ts";
import type { WireAlert } from "../data/wire.ts";
import { Lane } from "../parts/lane.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { KeptPlace, Tile } from "../parts/tile.tsx";
import { Wall } from "../parts/wall.tsx";
import { WardList } from "../parts/ward-list.tsx";
import { DensitySwitch, WardTools } from "../parts/ward-tools.tsx";
import { Empty, Trouble, WardSkeleton } from "../parts/empty.tsx";
import { useDesk, useHouse, useKeys, useLocalTime, useStore, useTicking, useWords } from "./house-context.ts";
import { useWard, useWardAddress } from "./use-ward.ts";

/** The demo's first alert comes within this of its start; later the promise would be empty. */
const SOON_MS = 150_000;

/** So few people get tiles to be read from across a desk; more of them stand close, so that nobody is out of sight. */
const ROOMY_UP_TO = 24;

const CalmLine = (): ReactElement => {
  const { store, demo, openedAt } = useHouse();
  const words = useWords();
  const time = useLocalTime();
  const last = useStore("alerts", store.lastRaisedAt);
  const line = useTicking((now) =>
    [
      words.nobodyWaits,
      last > 0 && now > 0 ? words.lastAlert(time.moment(last, now)) : "",
      demo && now - openedAt() < SOON_MS ? words.soonAlert : "",
    ]
      .filter((part) => part !== "")
      .join(" · "),
  );
  return <p className="calm">{line}</p>;
};

export const Ward = (): ReactElement => {
  const house = useHouse();
  const { store } = house;
  const words = useWords();
  const [, navigate] = useLocation();
  const { openSheet } = useDesk();
  const read = useStore("patients", store.patientsRead);
  const valuesRead = useStore("patients", store.valuesRead);
  const { density, filter, setFilter, setDensity } = useWardAddress();
  const { patients, counts, choices, alike, storm, needs, hidden, today, steady } = useWard(filter);
  // People who ever stood in "Steady" on this visit keep their place, also while they need somebody.
  const [keeper] = useState(createPlaceKeeper);
  // Before the first values nobody has stood anywhere.
  const places = valuesRead ? keeper(steady, JSON.stringify(filter), store.patient) : [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [moved, setMoved] = useState(0);
  const open = useCallback(
    (alert: WireAlert) =>
      navigate(
        alert.patient === null
          ? `/alerts/${encodeURIComponent(alert.id)}`
          : `/patients/${encodeURIComponent(alert.patient)}?alert=${encodeURIComponent(alert.id)}`,
      ),
    [navigate],
  );
  const step = (by: number): void => {
    const rows = [...document.querySelectorAll<HTMLElement>("#room .lane [data-alert], #room a[data-patient]")];
    const idOf = ({ dataset }: HTMLElement): string | undefined => dataset["alert"] ?? dataset["patient"];
    const at = rows.findIndex((row) => idOf(row) === chosen);
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    setChosen(idOf(next) ?? null);
    (next.matches("a") ? next : next.querySelector<HTMLElement>("button.link"))?.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const chosenNeed = needs.find(({ alert }) => alert.id === chosen || (density === "list" && alert.patient === chosen));
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    const id = (chosenNeed ?? needs[0])?.alert.id;
    if (id !== undefined) openSheet(id, kind);
  };
  useKeys({
    "1": () => setDensity("list"),
    "2": () => setDensity("tiles"),
    "3": () => setDensity("wall"),
    // Where a filter is hidden for want of room, the states above are next.
    f: () => {
      const picks = [document.querySelector<HTMLElement>("#ward-filter"), document.querySelector<HTMLElement>(".ward-tools button")];
      picks.find((pick) => pick !== null && pick.offsetParent !== null)?.focus();
    },
    ...(density === "wall"
      ? {}
      : {
          j: () => step(1),
          k: () => step(-1),
          Enter: () => chosenNeed !== undefined && open(chosenNeed.alert),
          a: () => act("acknowledge"),
          c: () => act("contact"),
          s: () => act("snooze"),
        }),
  });

  const trouble = house.trouble();
  if (trouble !== null && patients.length === 0) return <Trouble problem={trouble} retry={house.reload} />;
  if (!read || (!valuesRead && patients.length > 0)) return <WardSkeleton patients={patients} />;
  if (patients.length === 0 && needs.length === 0) return <Empty text={words.noPatients} />;

  const roomy = patients.length <= ROOMY_UP_TO;
  const needy = [...new Set(needs.flatMap(({ alert }) => store.patient(alert.patient ?? "") ?? []))];
  const tools = (
    <WardTools
      people={patients.length}
      counts={counts}
      filter={filter}
      choices={choices}
      density={density}
      onFilter={setFilter}
      onDensity={setDensity}
    />
  );
  const hiddenLine = hidden > 0 && (
    <button
      type="button"
      className="hidden-needs"
      onClick={() => setFilter({ show: null, tier: null, institution: null, condition: null, holder: null })}
    >
      {words.hiddenNeeds(hidden)} · <u>{words.showAll}</u>
    </button>
  );
  if (density === "wall")
    return (
      <div className="ward">
        {hiddenLine}
        <Wall needs={needs} people={[...needy, ...today, ...steady]}>
          <DensitySwitch density={density} onDensity={setDensity} />
        </Wall>
      </div>
    );
  if (density === "list")
    return (
      <div className="ward">
        {tools}
        {hiddenLine}
        <WardList people={[...needy, ...today, ...steady]} alike={alike} chosen={chosen} />
      </div>
    );
  return (
    <div className="ward">
      {tools}
      <section aria-label={words.needsYou} className="needs">
        <SectionHead title={words.needsYou} count={needs.length}>
          {needs.length > 0 && <small title={words.needsOrderWhy}>{storm === null ? words.needsOrder : words.stormOrder}</small>}
          {moved > 0 && <span className="chip">{words.moved(moved)}</span>}
        </SectionHead>
        {hiddenLine}
        {needs.length === 0 && hidden === 0 && <CalmLine />}
        {needs.length > 0 && (
          <Lane needs={needs} alike={alike} chosen={chosen} storm={storm !== null} onOpen={open} onPoint={setChosen} onMoved={setMoved} />
        )}
      </section>
      {today.length > 0 && (
        <section aria-label={words.lookToday}>
          <SectionHead title={words.lookToday} count={today.length} hint={words.todayOrder} />
          <div className={roomy ? "tiles today roomy" : "tiles today"}>
            {today.map((patient) => (
              <Tile
                key={patient.id}
                patient={patient}
                others={alike.get(patient.id) ?? null}
                reason
                selected={patient.id === chosen}
                roomy={roomy}
              />
            ))}
          </div>
        </section>
      )}
      {places.length > 0 && (
        <section aria-label={words.steady}>
          <SectionHead title={words.steady} count={steady.length} hint={words.steadyOrder} />
          <div className={roomy ? "tiles roomy" : "tiles"}>
            {places.map((patient) =>
              steady.includes(patient) ? (
                <Tile
                  key={patient.id}
                  patient={patient}
                  others={alike.get(patient.id) ?? null}
                  reason={false}
                  selected={patient.id === chosen}
                  roomy={roomy}
                />
              ) : (
                <KeptPlace key={patient.id} patient={patient} note={words.placeKept} />
              ),
            )}
          </div>
        </section>
      )}
      {needs.length + hidden + today.length + places.length === 0 && <p className="calm">{words.filterHint}</p>}
    </div>
  );
};
