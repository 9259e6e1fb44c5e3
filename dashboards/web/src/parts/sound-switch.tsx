/** Sound on this screen: off until switched on, the highest priority only, repeated as long as nobody acknowledged. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { PATTERNS, soundingPriority } from "../data/alarm-pattern.ts";
import { openAlarmSound, type AlarmSound } from "../data/alarm-sound.ts";
import { rememberSound, wantsSound } from "../data/sound-memory.ts";
import { useHouse, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

const PAUSE_MS = 600_000;

interface Pause {
  readonly from: number;
  readonly until: number;
}

/** Plays what sounds now, again and again at its own distance. */
const useSounding = (sound: AlarmSound | null, pause: Pause | null): void => {
  const { store } = useHouse();
  const alerts = useStore("alerts", store.alerts);
  const priority = useTicking((now) => soundingPriority(alerts, now, pause === null || now >= pause.until ? null : pause.from) ?? "none");
  const newest = alerts.reduce((id, alert) => (alert.status === "open" && alert.severity === "S3" ? `${id}${alert.id}` : id), "");
  const playedLow = useRef("");
  useEffect(() => {
    if (sound === null || priority === "none") return;
    const { everyMs } = PATTERNS[priority];
    if (everyMs === null) {
      if (newest === playedLow.current) return;
      playedLow.current = newest;
      sound.play(priority);
      return;
    }
    sound.play(priority);
    const repeating = setInterval(() => sound.play(priority), everyMs);
    return () => clearInterval(repeating);
  }, [sound, priority, newest]);
};

export const SoundSwitch = (): ReactElement => {
  const words = useWords();
  const page = words.alertsPage;
  const time = useLocalTime();
  const { ticker } = useHouse();
  // Wanted before, so on again: if the browser forbids it, the switch says so until the first click or key.
  const [sound, setSound] = useState<AlarmSound | null>(() => (wantsSound(localStorage) ? openAlarmSound() : null));
  const [pause, setPause] = useState<Pause | null>(null);
  const [menu, setMenu] = useState(false);
  const blocked = useTicking(() => sound?.blocked === true);
  const paused = useTicking((now) => pause !== null && now < pause.until);
  const box = useRef<HTMLSpanElement>(null);
  useSounding(sound, paused ? pause : null);
  useEffect(() => () => sound?.close(), [sound]);
  useEffect(() => {
    if (sound === null || !blocked) return;
    const allow = (): void => sound.allow();
    document.addEventListener("pointerdown", allow);
    document.addEventListener("keydown", allow);
    return () => {
      document.removeEventListener("pointerdown", allow);
      document.removeEventListener("keydown", allow);
    };
  }, [sound, blocked]);
  useEffect(() => {
    if (!menu) return;
    const leave = (event: Event): void => {
      if (
        event instanceof KeyboardEvent
          ? event.key === "Escape"
          : !(event.target instanceof Node && box.current?.contains(event.target) === true)
      )
        setMenu(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("keydown", leave);
    };
  }, [menu]);
  const on = sound !== null;
  const sounding = on && !blocked && !paused;
  const text = !on
    ? words.soundOff
    : blocked
      ? words.soundBlocked
      : paused
        ? page.soundPaused(time.minute(pause?.until ?? 0))
        : words.soundOn;
  const press = (): void => {
    if (sound === null) {
      rememberSound(localStorage, true);
      const opened = openAlarmSound();
      setSound(opened);
      // One pulse, so that whoever switches it on hears that it works.
      opened.play("low");
    } else if (blocked) sound.allow();
    else setMenu(!menu);
  };
  const done = (run: () => void) => () => {
    run();
    setMenu(false);
  };
  return (
    <span className="sound-box" ref={box}>
      <button
        type="button"
        className={sounding ? "button sound on" : "button sound"}
        aria-pressed={sounding}
        aria-label={text}
        title={text}
        {...(on && !blocked ? { "aria-expanded": menu } : {})}
        onClick={press}
      >
        <Icon name={sounding ? "sound" : "mute"} />
        <span>{text}</span>
      </button>
      {menu && on && (
        <span className="sound-menu" role="group" aria-label={page.soundMenu}>
          <button type="button" className="button" onClick={() => sound.play("medium")}>
            {page.soundTest}
          </button>
          <button
            type="button"
            className="button"
            onClick={done(() => setPause(paused ? null : { from: ticker.now(), until: ticker.now() + PAUSE_MS }))}
          >
            {paused ? page.soundResume : page.soundPause}
          </button>
          <button
            type="button"
            className="button"
            onClick={done(() => {
              rememberSound(localStorage, false);
              setPause(null);
              setSound(null);
            })}
          >
            {page.soundTurnOff}
          </button>
          <small>{page.soundPauseHint}</small>
        </span>
      )}
    </span>
  );
};
