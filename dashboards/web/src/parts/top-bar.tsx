/** The bar above everything: where one can go, who waits, how old the feed is, sound, clock, person. */
import { useState, type ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { useHouse, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon, SeverityMark } from "./marks.tsx";
import { SearchBox } from "./search-box.tsx";
import { SoundSwitch } from "./sound-switch.tsx";
import { TasteSwitches } from "./taste-switches.tsx";

const Count = ({ severity }: { readonly severity: "S1" | "S2" }): ReactElement | null => {
  const { store } = useHouse();
  const count = useStore("alerts", () => store.alerts().filter((alert) => alert.severity === severity).length);
  const open = useStore("alerts", () => store.alerts().some((alert) => alert.severity === severity && alert.status === "open"));
  if (count === 0) return null;
  return (
    <span className="bar-count">
      <SeverityMark severity={severity} status={open ? "open" : "acknowledged"} size={17} />
      <b>{count}</b>
    </span>
  );
};

const FeedAge = (): ReactElement => {
  const { store, live } = useHouse();
  const words = useWords();
  const state = useStore("feed", store.feed);
  const age = useTicking(() => {
    const seconds = live.silence() / 1_000;
    return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds)} s`;
  });
  return (
    <span className={`feed feed-${state}`} data-feed={state}>
      <Icon name={state === "live" ? "live" : "silent"} size={12} />
      {state === "live" ? words.live : state === "connecting" ? words.feedConnecting : words.feedLost}{" "}
      <span className="feed-age">{age}</span>
    </span>
  );
};

const ClockNow = (): ReactElement => {
  const time = useLocalTime();
  const text = useTicking((now) => (now === 0 ? "--:--:--" : time.clock(now)));
  const zone = useTicking((now) => (now === 0 ? "" : time.zone(now)));
  return (
    <span className="bar-clock">
      <b>{text}</b> <small>{zone}</small>
    </span>
  );
};

const PersonMenu = ({ onSignOut, onHelp }: { readonly onSignOut: () => void; readonly onHelp: () => void }): ReactElement => {
  const { me } = useHouse();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const language = words.otherLanguage === "English" ? "zh" : "en";
  return (
    <div className="person" onKeyDown={({ key }) => key === "Escape" && setOpen(false)} role="presentation">
      <button
        type="button"
        className="person-button"
        aria-expanded={open}
        aria-label={words.menuOf(me.displayName)}
        onClick={() => setOpen(!open)}
      >
        <b>{me.displayName}</b>
        <small>{me.institution.name[language]}</small>
      </button>
      {open && (
        <div className="person-menu">
          <TasteSwitches />
          <button type="button" className="button" onClick={() => (setOpen(false), onHelp())}>
            {words.help} <kbd>?</kbd>
          </button>
          <button type="button" className="button" data-sign-out onClick={onSignOut}>
            {words.signOut}
          </button>
        </div>
      )}
    </div>
  );
};

export const TopBar = ({ onSignOut, onHelp }: { readonly onSignOut: () => void; readonly onHelp: () => void }): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const [location] = useLocation();
  const patients = useStore("patients", () => store.patients().length);
  const here = (path: string) => ({
    className: location.startsWith(path) ? "tab here" : "tab",
    ...(location.startsWith(path) ? { "aria-current": "page" as const } : {}),
  });
  return (
    <header className="bar">
      <Link href="/ward" className="brand">
        <Icon name="home" size={18} /> <b>Homeward</b>
      </Link>
      <nav>
        <Link href="/ward" {...here("/ward")}>
          {words.ward} <span className="count">{patients}</span>
        </Link>
        <Link href="/alerts" {...here("/alerts")}>
          {words.alerts}
          <Count severity="S1" />
          <Count severity="S2" />
        </Link>
      </nav>
      <SearchBox />
      <div className="bar-right">
        <FeedAge />
        <SoundSwitch />
        <ClockNow />
        <PersonMenu onSignOut={onSignOut} onHelp={onHelp} />
      </div>
    </header>
  );
};
