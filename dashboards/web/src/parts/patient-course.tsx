/** What happened around this patient's alerts, newest first: raised, escalated, recovered, and what people did; each line opens its alert. */
import type { ReactElement } from "react";
import { courseOf, type CourseLine } from "../data/patient-events.ts";
import type { PatientRecord } from "../rooms/use-patient.ts";
import { useHouse, useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";
import { EventIcon } from "./event-icon.tsx";
import { SeverityMark } from "./marks.tsx";
import { SectionHead } from "./section-head.tsx";

const LINES = 14;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

const Told = ({ line: { alert, line } }: { readonly line: CourseLine }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { me } = useHouse();
  if (line.kind === "transition") {
    const event = words.events[line.type ?? ""] ?? words.statuses[line.status];
    return (
      <span>
        {line.severity} {alert.summary[language]} · {event}
        {alert.supersededBy !== null && line.status === "closed" && ` · ${words.patient.absorbed}`}
      </span>
    );
  }
  const { act } = line;
  const who = line.by === me.id ? words.me : (line.name ?? (line.by === "system" ? words.patient.system : line.by));
  const said = [
    words.contactOutcomes[text(act["outcome"])] ?? text(act["outcome"]),
    words.dispositions[text(act["disposition"])] ?? text(act["disposition"]),
  ];
  const note = text(act["note"]) || text(act["text"]) || text(act["reason"]);
  return (
    <span>
      {who}: {[words.actNames[text(act["kind"])] ?? text(act["kind"]), ...said].filter((part) => part !== "").join(" · ")}
      {note !== "" && <q>{note}</q>}
    </span>
  );
};

export const PatientCourse = ({
  record,
  chosen,
  onAlert,
}: {
  readonly record: PatientRecord;
  readonly chosen: string | null;
  readonly onAlert: (id: string) => void;
}): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { ticker } = useHouse();
  const now = ticker.now();
  const lines = courseOf(record.stories);
  const hidden = Math.max(0, lines.length - LINES);
  return (
    <section className="panel">
      <SectionHead title={words.course} />
      {lines.length === 0 && <p className="hint">{words.patient.noCourse}</p>}
      <ol className="course timeline">
        {lines.slice(0, LINES).map((line) => (
          <li key={line.key} className={line.alert.id === chosen ? "now" : ""}>
            <button type="button" onClick={() => onAlert(line.alert.id)}>
              <time>{time.moment(line.at, now)}</time>
              {line.line.kind === "transition" ? (
                <SeverityMark severity={line.line.severity} status={line.line.status} size={15} />
              ) : (
                <EventIcon kind="act" what={text(line.line.act["kind"])} />
              )}
              <Told line={line} />
            </button>
          </li>
        ))}
      </ol>
      {hidden + record.older > 0 && <p className="hint">{words.patient.olderLines(hidden + record.older)}</p>}
    </section>
  );
};
