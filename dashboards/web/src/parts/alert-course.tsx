/** Everything that happened to one alert, newest first: its transitions and what people did, by name and time. */
import type { ReactElement } from "react";
import type { AlertStory } from "../data/wire.ts";
import { useHouse, useLocalTime, useWords } from "../rooms/house-context.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const Course = ({ story }: { readonly story: AlertStory }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { me, ticker } = useHouse();
  const now = ticker.now();
  const lines = [
    ...story.history.flatMap(({ at, type, severity, version, status }) =>
      type === null || type === "alert.acknowledged"
        ? []
        : [
            {
              at,
              key: `v${version}`,
              who: words.alertsPage.system,
              line: `${severity} ${words.events[type] ?? words.statuses[status]}`,
              note: "",
            },
          ],
    ),
    ...story.acts.map(({ at, by, name, act }, index) => {
      const members: Readonly<Record<string, unknown>> = { ...act };
      const until = members["untilAt"];
      const said = [
        words.contactOutcomes[text(members["outcome"])] ?? text(members["outcome"]),
        words.dispositions[text(members["disposition"])] ?? text(members["disposition"]),
        words.alertsPage.useful[text(members["useful"])] ?? "",
        typeof until === "number" ? words.alertsPage.until(time.moment(until, now)) : "",
      ].filter((part) => part !== "");
      return {
        at,
        key: `a${index}`,
        who: by === me.id ? words.me : (name ?? by),
        line: [words.actNames[act.kind] ?? act.kind, ...said].join(" · "),
        note: text(members["note"]) || text(members["text"]) || text(members["reason"]),
      };
    }),
  ].toSorted((left, right) => right.at - left.at);
  return (
    <ol className="course">
      {lines.map(({ key, at, who, line, note }) => (
        <li key={key}>
          <time>{time.moment(at, now) === time.minute(at) ? time.clock(at) : time.moment(at, now)}</time>
          <span>
            <b>{who}</b> {line}
            {note !== "" && <q>{note}</q>}
          </span>
        </li>
      ))}
    </ol>
  );
};
