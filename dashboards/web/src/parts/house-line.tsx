/** At the right of the foot: whether the alarm path works, devices that are away, the demo's speed. */
import type { ReactElement } from "react";
import { formatAge } from "../data/format-time.ts";
import { useHouse, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

const AlarmPath = (): ReactElement => {
  const words = useWords();
  const { readiness, store } = useHouse();
  const lost = useStore("feed", () => store.feed() === "lost");
  const works = useTicking(() => !lost && readiness()?.ok === true);
  const text = useTicking((now) => {
    const checked = readiness();
    if (lost || checked === null) return words.alarmPathUnknown;
    const age = words.ago(formatAge(now - checked.at, words));
    return checked.ok ? words.alarmPathOk(age) : words.alarmPathFails(age);
  });
  return (
    <span className={works ? "foot-path" : "foot-path strong"}>
      <Icon name={works ? "check" : "cross"} size={12} /> {text}
    </span>
  );
};

export const HouseLine = (): ReactElement => {
  const words = useWords();
  const { store, speed } = useHouse();
  const away = useStore("patients", () =>
    store.patients().reduce((sum, { devices }) => sum + devices.filter(({ online }) => online === false).length, 0),
  );
  const times = useTicking(() => speed());
  return (
    <span className="house-line">
      {times !== 1 && <span>{words.speed(String(Math.round(times * 10) / 10))}</span>}
      <AlarmPath />
      <span>{words.devicesOffline(away)}</span>
    </span>
  );
};
