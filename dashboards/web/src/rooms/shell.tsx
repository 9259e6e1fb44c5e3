/** The frame around every room: bar, banners, the room, the docked sheet, the foot, and the two voices for screen readers. */
import { useCallback, useEffect, useMemo, useState, type ReactElement } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import type { ActKind } from "../data/act-on-alert.ts";
import { ActSheet } from "../parts/act-sheet.tsx";
import { Banners } from "../parts/banners.tsx";
import { Foot } from "../parts/foot.tsx";
import { KeysHelp } from "../parts/keys-help.tsx";
import { LiveRegions } from "../parts/live-regions.tsx";
import { TopBar } from "../parts/top-bar.tsx";
import { Alerts } from "./alerts.tsx";
import { DeskContext, useHouse, useKeys, useReceiving, useStore, useWords } from "./house-context.ts";
import { PatientRoom } from "./patient.tsx";
import { Ward } from "./ward.tsx";

/** Alerts are receipted once they were painted on a page somebody can see (contract section 4). */
const useReceipts = (): void => {
  const { store, live } = useHouse();
  const alerts = useStore("alerts", store.alerts);
  useEffect(() => {
    const cursor = store.alertCursor();
    if (cursor === null || document.hidden) return;
    const frame = requestAnimationFrame(() => live.shown(cursor));
    return () => cancelAnimationFrame(frame);
    // Each painting of alerts may confirm more of them.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [alerts, store, live]);
};

export const Shell = ({ onSignOut }: { readonly onSignOut: () => void }): ReactElement => {
  const words = useWords();
  const { demo } = useHouse();
  const [location, navigate] = useLocation();
  const [sheet, setSheet] = useState<{ readonly alert: string; readonly kind: ActKind } | null>(null);
  const [help, setHelp] = useState(false);
  const [going, setGoing] = useState(false);
  const receiving = useReceiving();
  useReceipts();
  const openSheet = useCallback((alert: string, kind: ActKind) => setSheet({ alert, kind }), []);
  const desk = useMemo(() => ({ openSheet, sheetAlert: sheet?.alert ?? null }), [openSheet, sheet]);
  useEffect(() => {
    // Titles carry no name and no value: they stand in histories and on shared screens.
    document.title = `${location.startsWith("/alerts") ? words.alerts : words.ward} · Homeward`;
  }, [location, words]);
  useKeys({
    "?": () => setHelp(true),
    "/": () => document.querySelector<HTMLInputElement>("#search")?.focus(),
    g: () => setGoing(true),
    ...(going
      ? {
          w: () => (setGoing(false), navigate("/ward")),
          a: () => (setGoing(false), navigate("/alerts")),
        }
      : {}),
  });
  return (
    <DeskContext value={desk}>
      <div className={`shell${receiving ? "" : " not-receiving"}`}>
        <a className="skip" href="#room">
          {words.skip}
        </a>
        <TopBar onSignOut={onSignOut} onHelp={() => setHelp(true)} />
        <Banners />
        <main id="room" className="room" tabIndex={-1}>
          <Switch>
            <Route path="/ward">
              <Ward />
            </Route>
            <Route path="/patients/:id">{({ id }) => <PatientRoom key={id} id={decodeURIComponent(id)} />}</Route>
            <Route path="/alerts/:id?">{({ id }) => <Alerts chosen={id === undefined ? null : decodeURIComponent(id)} />}</Route>
            <Route>
              <Redirect to="/ward" replace />
            </Route>
          </Switch>
        </main>
        {sheet !== null && (
          <ActSheet key={`${sheet.alert} ${sheet.kind}`} id={sheet.alert} kind={sheet.kind} onClose={() => setSheet(null)} />
        )}
        <Foot demo={demo}>
          <button type="button" className="foot-help" onClick={() => setHelp(true)}>
            {words.help} <kbd>?</kbd>
          </button>
        </Foot>
        {help && <KeysHelp onClose={() => setHelp(false)} />}
        <LiveRegions />
      </div>
    </DeskContext>
  );
};
