/** One patient: who it is and who holds them, the charts, the open alert with its evidence, what happened, latest values, devices. */
import { useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { useLocation, useSearch } from "wouter";
import { SPANS, around, searchOf, viewOfSearch, type View } from "../data/chart-window.ts";
import { metricLabel } from "../data/metric-view.ts";
import { orderNeeds } from "../data/order-needs.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import type { Patient } from "../data/wire.ts";
import { AlertStoryView, useAlert } from "../parts/alert-story.tsx";
import { Empty, Trouble } from "../parts/empty.tsx";
import { DeviceList, LatestList } from "../parts/latest-list.tsx";
import { SeverityMark } from "../parts/marks.tsx";
import { PatientCourse } from "../parts/patient-course.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { useDesk, useHouse, useKeys, useLanguage, useLocalTime, useTicking, useWords } from "./house-context.ts";
import { PatientCharts } from "./patient-charts.tsx";
import { PatientHead } from "./patient-head.tsx";
import { usePatient, usePatientAlerts, usePatientRecord, usePatientRules } from "./use-patient.ts";
import { usePrinting } from "./use-printing.ts";

/** On paper only: two identifiers on every sheet, when and where from on the first. */
const PrintHead = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { me, ticker, demo } = useHouse();
  const now = ticker.now();
  const born = birthMonthOf(patient);
  return (
    <>
      <p className="print-who">
        <span>
          <b>{nameOf(patient)}</b> · <b>{codeOf(patient)}</b>
          {born !== null && (
            <>
              {" "}
              · <b>{words.born(born)}</b>
            </>
          )}
        </span>
      </p>
      <p className="print-head">
        <span>
          {me.institution.name[language]} · {words.patient.printedAt(`${time.day(now)} ${time.clock(now)}`, time.zone(now))} ·{" "}
          {me.displayName}
        </span>
        <span>
          {demo && `${words.simulated} `}
          {words.notDevice}
        </span>
      </p>
    </>
  );
};

/** The others stand in the bar. */
const REST = ["comment", "close"] as const;

const Room = ({ patient }: { readonly patient: Patient }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const { ticker } = useHouse();
  const [, navigate] = useLocation();
  const search = useSearch();
  const { openSheet } = useDesk();
  const [span, setSpan] = useState<number>(SPANS.h24);
  const asked = new URLSearchParams(search).get("alert");
  const address = `/patients/${encodeURIComponent(patient.id)}`;
  const fixed = viewOfSearch(search);
  const fixedFrom = fixed?.kind === "fixed" ? fixed.from : null;
  const fixedTo = fixed?.kind === "fixed" ? fixed.to : null;
  const view: View = fixedFrom === null || fixedTo === null ? { kind: "live", span } : { kind: "fixed", from: fixedFrom, to: fixedTo };
  usePrinting();

  const alerts = usePatientAlerts(patient.id);
  const record = usePatientRecord(patient.id);
  const rules = usePatientRules(patient.id);
  // The order of the lane; looked at anew every ten seconds.
  useTicking((now) => Math.floor(now / 10_000));
  const ordered = orderNeeds(
    alerts.map((alert) => ({ alert, code: alert.id })),
    ticker.now(),
  ).map(({ alert }) => alert);
  const found = useAlert(asked ?? ordered[0]?.id ?? null);
  const shown = found === null || found === "unknown" ? null : found;
  const acting = shown !== null && shown.status !== "closed" ? shown : (ordered[0] ?? null);

  const onView = useCallback(
    (next: View): void => {
      if (next.kind === "live") setSpan(next.span);
      navigate(address + searchOf(location.search, next), { replace: true });
    },
    [navigate, address],
  );
  const choose = useCallback(
    (id: string): void => {
      const view = viewOfSearch(location.search);
      navigate(address + searchOf(location.search, view, id), { replace: true });
      if (matchMedia("(max-width: 899px)").matches) document.querySelector("[data-story]")?.scrollIntoView({ block: "start" });
    },
    [navigate, address],
  );
  // An alert that was asked for and lies outside what is shown takes the charts with it, once.
  const taken = useRef<string | null>(null);
  useEffect(() => {
    if (asked === null || shown?.id !== asked || taken.current === asked) return;
    taken.current = asked;
    const { from, to } = shown.evidence;
    const now = ticker.now();
    if (viewOfSearch(location.search) === null && now > 0 && to < now - SPANS.h24)
      navigate(address + searchOf(location.search, around(from, to, now)), { replace: true });
  }, [asked, shown, ticker, navigate, address]);

  const evidence = (): void => {
    if (acting !== null)
      onView(around(Math.min(acting.onsetAt, acting.evidence.from), Math.max(acting.evidence.to, acting.raisedAt), ticker.now()));
  };
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    if (acting !== null) openSheet(acting.id, kind);
  };
  useKeys({ a: () => act("acknowledge"), c: () => act("contact"), s: () => act("snooze"), e: evidence });
  const others = ordered.filter(({ id }) => id !== shown?.id);
  return (
    <div className="patient">
      <PrintHead patient={patient} />
      <PatientHead
        patient={patient}
        worst={ordered[0] ?? null}
        acting={acting}
        stories={record.stories}
        rules={rules}
        onEvidence={evidence}
      />
      <PatientCharts
        patient={patient}
        record={record}
        rules={rules}
        view={view}
        onView={onView}
        chosen={shown?.id ?? null}
        onAlert={choose}
      />
      <aside className="patient-side">
        {shown === null ? (
          <section className="panel no-alert">
            <p className="hint">{found === "unknown" ? words.alertUnknown : words.noOpenAlert}</p>
          </section>
        ) : (
          <AlertStoryView alert={shown} rules={rules} acts={REST} />
        )}
        {others.length > 0 && (
          <section className="panel">
            <SectionHead title={words.otherAlerts} count={others.length} />
            <ul className="others">
              {others.map((alert) => (
                <li key={alert.id}>
                  <button type="button" onClick={() => choose(alert.id)}>
                    <SeverityMark severity={alert.severity} status={alert.status} size={16} /> {alert.summary[language]}
                    {alert.evidence.metric !== null && <small> {metricLabel(alert.evidence.metric, language)}</small>}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <PatientCourse record={record} chosen={shown?.id ?? null} onAlert={choose} />
        <LatestList patient={patient} />
        <DeviceList patient={patient} />
      </aside>
    </div>
  );
};

export const PatientRoom = ({ id }: { readonly id: string }): ReactElement => {
  const words = useWords();
  const found = usePatient(id);
  if (found === null) return <Empty text={words.loading} busy />;
  if ("problem" in found)
    return found.problem.status === 404 ? <Empty text={words.patientUnknown} /> : <Trouble problem={found.problem} retry={found.retry} />;
  return <Room patient={found.patient} />;
};
