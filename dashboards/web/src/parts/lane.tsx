/** "Needs you": the rows in their order, held still under a pointer or a focus; what moves glides there. */
import { Fragment, useEffect, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { createOrderHolder, type Need } from "../data/order-needs.ts";
import type { WireAlert } from "../data/wire.ts";
import { useDesk, useHouse, useLanguage, useWords } from "../rooms/house-context.ts";
import { LaneRow } from "./lane-row.tsx";

const MOVE_MS = 160;

/** Rows that changed place glide from where they were; nothing else on the page moves. */
const useGliding = (order: string) => {
  const list = useRef<HTMLOListElement>(null);
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-alert]") ?? [])];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = new Map<string, number>();
    for (const row of rows) {
      const id = row.dataset["alert"] ?? "";
      const top = row.offsetTop;
      const before = tops.current.get(id);
      next.set(id, top);
      if (!still && before !== undefined && before !== top)
        row.animate([{ transform: `translateY(${before - top}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
    }
    tops.current = next;
    // Every new order is measured.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [order]);
  return list;
};

export interface LaneProps {
  readonly needs: readonly Need[];
  readonly alike: ReadonlyMap<string, string>;
  readonly chosen: string | null;
  /** In a storm: lower rows, each cause under its name. */
  readonly storm: boolean;
  readonly onOpen: (alert: WireAlert) => void;
  readonly onPoint: (id: string) => void;
  /** Tells how many rows wait for their new place. */
  readonly onMoved: (moved: number) => void;
}

export const Lane = ({ needs, alike, chosen, storm, onOpen, onPoint, onMoved }: LaneProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const { sheetAlert } = useDesk();
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [holder] = useState(createOrderHolder);
  const wanted = needs.map(({ alert }) => alert.id);
  const { order, moved } = holder(wanted, pointed || focused || sheetAlert !== null);
  const list = useGliding(order.join(" "));
  useEffect(() => onMoved(moved), [moved, onMoved]);
  const byId = new Map(needs.map(({ alert }) => [alert.id, alert]));
  return (
    // Pointer and focus hold the order; nothing here is clicked or pressed.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ol
      ref={list}
      className={storm ? "lane dense" : "lane"}
      aria-label={words.needsYou}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setFocused(false);
      }}
    >
      {order.map((id, index) => {
        const alert = byId.get(id);
        if (alert === undefined) return null;
        const begins = storm && byId.get(order[index - 1] ?? "")?.rule.id !== alert.rule.id;
        return (
          <Fragment key={id}>
            {begins && (
              <li className="cause">
                <b>{alert.summary[language]}</b>{" "}
                {words.causeOf(alert.rule.id, needs.filter((need) => need.alert.rule.id === alert.rule.id).length)}
              </li>
            )}
            <LaneRow
              alert={alert}
              patient={alert.patient === null ? undefined : store.patient(alert.patient)}
              others={alike.get(alert.patient ?? "") ?? null}
              selected={id === chosen}
              onOpen={onOpen}
              onPoint={onPoint}
            />
          </Fragment>
        );
      })}
    </ol>
  );
};
