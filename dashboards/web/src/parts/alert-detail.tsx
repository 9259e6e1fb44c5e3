/** One alert opened beside its queue: who, evidence, why, why not earlier, ladder, feedback, and everything that happened. */
import type { ReactElement } from "react";
import { Link } from "wouter";
import { mayActOn } from "#core/access/permissions.ts";
import { hindranceOf, type ActKind } from "../data/act-on-alert.ts";
import { isMediumTechnical } from "../data/alarm-pattern.ts";
import { nameOf } from "../data/person.ts";
import type { WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useReceiving, useStore, useWords } from "../rooms/house-context.ts";
import { useRule, useStory } from "../rooms/use-alert-facts.ts";
import { ActButton, hindranceText } from "./act-buttons.tsx";
import { AlertClockView } from "./alert-clock.tsx";
import { Course } from "./alert-course.tsx";
import { AlertFeedback } from "./alert-feedback.tsx";
import { AlertLadder } from "./alert-ladder.tsx";
import { Why, WhyNotEarlier } from "./alert-why.tsx";
import { DeviceTag } from "./device-tag.tsx";
import { EvidenceChart } from "./evidence-chart.tsx";
import { Held } from "./lane-row.tsx";
import { SeverityMark } from "./marks.tsx";
import { Alike } from "./name-tag.tsx";
import { PersonFacts } from "./person-facts.tsx";

const ACTS: readonly ActKind[] = ["acknowledge", "contact", "comment", "snooze", "close"];

/** Referrals cannot be made yet: the button stays, and says so. */
const ReferButton = (): ReactElement => {
  const words = useWords();
  return (
    <>
      <button type="button" className="button" aria-disabled="true" aria-describedby="refer-why" data-refer>
        {words.alertsPage.refer} <kbd>R</kbd>
      </button>
      <small id="refer-why" className="hint refer-why">
        {words.patient.referralsLater}
      </small>
    </>
  );
};

export const AlertDetail = ({ alert, others }: { readonly alert: WireAlert; readonly others: string | null }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { store, me } = useHouse();
  const patient = useStore("patients", () => store.patient(alert.patient ?? ""));
  const story = useStory(alert);
  const rule = useRule(alert);
  const page = words.alertsPage;
  // What forbids even a comment forbids everything: said once, in words.
  const hindrance = hindranceOf("comment", alert, { receiving: useReceiving(), mayAct: mayActOn(me.roles, alert) });
  return (
    <article className={`story ${alert.severity} is-${alert.status}${isMediumTechnical(alert) ? " medium-t" : ""}`} data-story={alert.id}>
      <header>
        <span className="story-mark">
          <SeverityMark severity={alert.severity} status={alert.status} size={20} flash />
          {alert.severity !== "T" && <b>{alert.severity}</b>} <span className="story-word">{words.severities[alert.severity]}</span>
        </span>
        <h2 className="story-who">
          {patient === undefined ? (
            <>{alert.device === null ? words.system : <DeviceTag device={alert.device} />}</>
          ) : (
            <>
              <Link href={`/patients/${encodeURIComponent(patient.id)}?alert=${encodeURIComponent(alert.id)}`} title={page.patientPage}>
                {nameOf(patient)}
              </Link>{" "}
              <Alike others={others} /> <PersonFacts patient={patient} born />
            </>
          )}
        </h2>
        <AlertClockView alert={alert} ladder={false} />
      </header>
      <div className="story-body">
        <h3>
          {alert.summary[language]}
          <Held alert={alert} />
        </h3>
        <p>{alert.action[language]}</p>
        <p className="acts">
          {ACTS.map((kind) => (
            <ActButton
              key={kind}
              alert={alert}
              kind={kind}
              primary={kind === "acknowledge" ? alert.status === "open" : kind === "close" && alert.status === "cleared"}
            />
          ))}
          {patient !== undefined && alert.severity !== "T" && <ReferButton />}
        </p>
        {hindrance !== null && <p className="hint">{hindranceText(hindrance, words)}</p>}
        <div className="story-grid">
          <section aria-label={words.evidence} id="evidence" tabIndex={-1}>
            <h4>{words.evidence}</h4>
            <EvidenceChart alert={alert} />
          </section>
          <section aria-label={words.why}>
            <h4>{words.why}</h4>
            <Why alert={alert} rule={rule ?? undefined} />
          </section>
          <section aria-label={words.escalation}>
            <h4>{words.escalation}</h4>
            <AlertLadder alert={alert} story={story} />
          </section>
          <section aria-label={page.whyNotEarlier}>
            {alert.severity !== "T" && (
              <>
                <h4>{page.whyNotEarlier}</h4>
                {rule === undefined ? (
                  <p className="hint">{words.loading}</p>
                ) : rule === null ? (
                  <p className="hint">{page.noRule}</p>
                ) : (
                  <WhyNotEarlier alert={alert} rule={rule} />
                )}
              </>
            )}
            <h4>{page.thisAlert}</h4>
            <AlertFeedback key={alert.id} alert={alert} story={story} />
          </section>
        </div>
        <h4>{page.history}</h4>
        {story === null ? <p className="hint">{words.loading}</p> : <Course story={story} />}
      </div>
    </article>
  );
};
