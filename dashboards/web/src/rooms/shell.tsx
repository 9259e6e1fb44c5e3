/** The frame around every room: bar, banners, the room, the docked sheet, the foot, and the two voices for screen readers. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import type { ActKind } from "../data/act-on-alert.ts";
import { ActSheet } from "../parts/act-sheet.tsx";
import { Banners } from "../parts/banners.tsx";
import { Foot } from "../parts/foot.tsx";
import { HouseLine } from "../parts/house-line.tsx";
import { KeysHelp } from "../parts/keys-help.tsx";
import { LiveRegions } from "../parts/live-regions.tsx";
import { PhoneTabs } from "../parts/phone-tabs.tsx";
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

/** After `g` the next key names a room, if it comes soon. */
const GO_WITHIN_MS = 1_500;

/** Whoever's page is open has been looked at, up to the moment it is left. */
const useLooking = (location: string): void => {
  const { looked, ticker } = useHouse();
  useEffect(() => {
    const id = /^\/patients\/([^/]+)/.exec(location)?.[1];
    if (id === undefined) return;
    const patient = decodeURIComponent(id);
    looked.look(patient, ticker.now());
    return () => looked.look(patient, ticker.now());
  }, [location, looked, ticker]);
};

export const Shell = ({ onSignOut }: { readonly onSignOut: () => void }): ReactElement => {
  const words = useWords();
  const { demo, looked } = useHouse();
  const [location, navigate] = useLocation();
  const [sheet, setSheet] = useState<{ readonly alert: string; readonly kind: ActKind } | null>(null);
  const [saved, setSaved] = useState("");
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const [searching, setSearching] = useState(false);
  const goingSince = useRef(Number.NEGATIVE_INFINITY);
  const receiving = useReceiving();
  useReceipts();
  const openSheet = useCallback((alert: string, kind: ActKind) => setSheet({ alert, kind }), []);
  const desk = useMemo(() => ({ openSheet, sheetAlert: sheet?.alert ?? null }), [openSheet, sheet]);
  useEffect(() => {
    // Titles carry no name and no value: they stand in histories and on shared screens.
    document.title = `${location.startsWith("/alerts") ? words.alerts : words.ward} · Homeward`;
  }, [location, words]);
  useLooking(location);
  const go = (path: string): void => {
    if (performance.now() - goingSince.current < GO_WITHIN_MS) navigate(path);
    goingSince.current = Number.NEGATIVE_INFINITY;
  };
  const isGoing = (): boolean => performance.now() - goingSince.current < GO_WITHIN_MS;
  useKeys({
    "?": () => setHelp(true),
    "/": () => {
      setSearching(true);
      document.querySelector<HTMLInputElement>("#search")?.focus();
    },
    g: () => {
      goingSince.current = performance.now();
    },
    w: () => go("/ward"),
  });
  // Before the rooms hear it: after `g`, `a` goes to the alerts and acknowledges nothing.
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "a" || !isGoing()) return;
      event.preventDefault();
      go("/alerts");
    };
    document.addEventListener("keydown", press, { capture: true });
    return () => document.removeEventListener("keydown", press, { capture: true });
  });
  return (
    <DeskContext value={desk}>
      <div className={`shell${receiving ? "" : " not-receiving"}`}>
        <a className="skip" href="#room">
          {words.skip}
        </a>
        <TopBar
          open={menu}
          onOpen={setMenu}
          onSignOut={() => {
            looked.forget();
            onSignOut();
          }}
          onHelp={() => setHelp(true)}
          searching={searching}
          onSearched={() => setSearching(false)}
        />
        <Banners />
        <main id="room" className="room" tabIndex={-1}>
          {/* The patient's room has the patient's name for its heading. */}
          {!location.startsWith("/patients/") && <h1 className="unseen">{location.startsWith("/alerts") ? words.alerts : words.ward}</h1>}
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
          <ActSheet
            key={`${sheet.alert} ${sheet.kind}`}
            id={sheet.alert}
            kind={sheet.kind}
            onClose={() => setSheet(null)}
            onSaved={setSaved}
          />
        )}
        <PhoneTabs onSearch={() => setSearching(!searching)} onMore={() => setMenu(!menu)} />
        <Foot demo={demo}>
          <HouseLine />
          <button type="button" className="foot-help" onClick={() => setHelp(true)}>
            {words.help} <kbd>?</kbd>
          </button>
        </Foot>
        {help && <KeysHelp onClose={() => setHelp(false)} />}
        <LiveRegions saved={saved} />
      </div>
    </DeskContext>
  );
};
