/** One alert beside its patient's charts: why it fired, its evidence, and what can be done about it. */
import { useEffect, useState, type ReactElement } from "react";
import type { ActKind } from "../data/act-on-alert.ts";
import type { AlertStory, PatientRule, WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useStore, useWords } from "../rooms/house-context.ts";
import { ActButton } from "./act-buttons.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { Why } from "./alert-why.tsx";
import { EvidenceChart } from "./evidence-chart.tsx";
import { SeverityMark } from "./marks.tsx";

export const AlertStoryView = ({
  alert,
  rules,
  acts,
}: {
  readonly alert: WireAlert;
  /** The limits in force for the patient: where the alert's limit comes from. */
  readonly rules: readonly PatientRule[];
  /** Those that stand nowhere else in sight. */
  readonly acts: readonly ActKind[];
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  // On a phone the evidence comes before the reasons: those open with a touch.
  const [wide] = useState(() => matchMedia("(min-width: 900px)").matches);
  return (
    <article className={`story ${alert.severity} is-${alert.status}`} data-story={alert.id}>
      <header>
        <span className="story-mark">
          <SeverityMark severity={alert.severity} status={alert.status} size={24} />
          <b>{alert.severity}</b> <span className="story-word">{words.severities[alert.severity]}</span>
        </span>
        <AlertClockView alert={alert} />
      </header>
      <div className="story-body">
        <h3>{alert.summary[language]}</h3>
        <p>{alert.action[language]}</p>
        {alert.status !== "closed" && (
          <p className="acts">
            {acts.map((kind) => (
              <ActButton
                key={kind}
                alert={alert}
                kind={kind}
                primary={kind === "acknowledge" ? alert.status === "open" : kind === "close" && alert.status === "cleared"}
              />
            ))}
          </p>
        )}
        <h4>{words.evidence}</h4>
        <EvidenceChart alert={alert} />
        <details className="why" open={wide}>
          <summary>{words.why}</summary>
          <Why alert={alert} rule={rules.find(({ id }) => id === alert.rule.id)} />
        </details>
      </div>
    </article>
  );
};

/** An alert by its id, also one that is closed already. */
export const useAlert = (id: string | null): WireAlert | null | "unknown" => {
  const { store, api } = useHouse();
  const known = useStore("alerts", () => (id === null ? undefined : store.alert(id)));
  const [read, setRead] = useState<{ readonly id: string; readonly found: WireAlert | "unknown" } | null>(null);
  useEffect(() => {
    if (id === null || known !== undefined) return;
    let gone = false;
    void api.get<AlertStory>(`/alerts/${encodeURIComponent(id)}`).then((answer) => {
      if (!gone) setRead({ id, found: answer.ok ? answer.value : "unknown" });
    });
    return () => {
      gone = true;
    };
  }, [id, known, api]);
  return known ?? (read?.id === id ? read.found : null);
};
