/** The bar above everything: where one can go, who waits, how old the feed is, sound, clock, person. */
import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { useHouse, useLanguage, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";
import { SearchBox } from "./search-box.tsx";
import { SoundSwitch } from "./sound-switch.tsx";
import { TasteSwitches } from "./taste-switches.tsx";
import { UrgentCounts } from "./urgent-counts.tsx";

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

export interface MenuProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onSignOut: () => void;
  readonly onHelp: () => void;
}

const PersonMenu = ({ open, onOpen, onSignOut, onHelp }: MenuProps): ReactElement => {
  const { me } = useHouse();
  const words = useWords();
  const language = useLanguage();
  const close = (): void => onOpen(false);
  return (
    <div className="person" onKeyDown={({ key }) => key === "Escape" && close()} role="presentation">
      <button
        type="button"
        className="person-button"
        aria-expanded={open}
        aria-label={words.menuOf(me.displayName)}
        onClick={() => onOpen(!open)}
      >
        <b>{me.displayName}</b>
        <small>{me.institution.name[language]}</small>
      </button>
      {open && (
        <>
          <button type="button" className="scrim" aria-label={words.close} onClick={close} />
          <div className="person-menu">
            <p className="person-who">
              <b>{me.displayName}</b>
              <br />
              {me.institution.name[language]} · {me.roles.map((role) => words.roles[role] ?? role).join(" · ")}
            </p>
            <TasteSwitches />
            <button type="button" className="button" onClick={() => (close(), onHelp())}>
              {words.help} <kbd>?</kbd>
            </button>
            <button type="button" className="button" data-sign-out onClick={onSignOut}>
              {words.signOut}
            </button>
          </div>
        </>
      )}
    </div>
  );
};

export const TopBar = ({
  searching,
  onSearched,
  ...menu
}: MenuProps & { readonly searching: boolean; readonly onSearched: () => void }): ReactElement => {
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
      <Link href="/ward" className="brand" aria-label="Homeward">
        <Icon name="home" size={18} /> <b>Homeward</b>
      </Link>
      <nav>
        <Link href="/ward" {...here("/ward")}>
          {words.ward} <span className="count">{patients}</span>
        </Link>
        <Link href="/alerts" {...here("/alerts")}>
          {words.alerts}
          <UrgentCounts />
        </Link>
      </nav>
      <SearchBox open={searching} onDone={onSearched} />
      <div className="bar-right">
        <FeedAge />
        <SoundSwitch />
        <ClockNow />
        <PersonMenu {...menu} />
      </div>
    </header>
  );
};
