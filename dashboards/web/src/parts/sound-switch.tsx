/** Sound on this screen: off until switched on, the highest priority only, repeated as long as nobody acknowledged. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { PATTERNS, soundingPriority } from "../data/alarm-pattern.ts";
import { openAlarmSound, type AlarmSound } from "../data/alarm-sound.ts";
import { useHouse, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

export const SoundSwitch = (): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const alerts = useStore("alerts", store.alerts);
  const [sound, setSound] = useState<AlarmSound | null>(null);
  const priority = useTicking((now) => soundingPriority(alerts, now) ?? "none");
  const blocked = useTicking(() => sound?.blocked === true);
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
  useEffect(() => () => sound?.close(), [sound]);
  const on = sound !== null;
  return (
    <button
      type="button"
      className={on && !blocked ? "button sound on" : "button sound"}
      aria-pressed={on}
      onClick={() => {
        if (sound !== null && !blocked) return setSound(null);
        setSound(openAlarmSound());
      }}
    >
      <Icon name={on && !blocked ? "sound" : "mute"} />
      <span>{on ? (blocked ? words.soundBlocked : words.soundOn) : words.soundOff}</span>
    </button>
  );
};
