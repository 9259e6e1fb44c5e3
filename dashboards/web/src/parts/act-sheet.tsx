/** The docked sheet of one act: two identifiers, what it does, a note that no conflict loses; two keys and it is done. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { createPortal } from "react-dom";
import { useLocation } from "wouter";
import { mayActOn } from "#core/access/permissions.ts";
import { actOnAlert, hindranceOf, SNOOZE_MINUTES, type ActKind, type ActRequest, type ActResult } from "../data/act-on-alert.ts";
import { findLookAlikes } from "../data/look-alikes.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import { formatAge } from "../data/format-time.ts";
import type { Words } from "../i18n/en.ts";
import type { Patient, WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useReceiving, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { useHolder } from "../rooms/use-alert-facts.ts";
import { hindranceText } from "./act-buttons.tsx";
import { DeviceTag } from "./device-tag.tsx";
import { Icon, SeverityMark } from "./marks.tsx";
import { Choices } from "./choices.tsx";
import { PersonFacts } from "./person-facts.tsx";

const CONTACT_DUE_MS = 600_000;
/** With the acknowledgement itself: who was reached already, or later. */
const LATER = "later";
const WITH_ACKNOWLEDGE = ["reached", "carer_reached", "no_answer", "emergency_called"] as const;

/** Beside a queue the sheet stands under the opened alert; elsewhere it comes from below. */
const findDock = (): HTMLElement | null => {
  const dock = document.getElementById("sheet-dock");
  return dock !== null && dock.offsetParent !== null && matchMedia("(min-width: 900px)").matches ? dock : null;
};

const useDock = (): HTMLElement | null => {
  const [location] = useLocation();
  const [dock, setDock] = useState(findDock);
  useLayoutEffect(() => {
    // The room may have changed under the sheet, and the dock with it.
    // oxlint-disable-next-line react/set-state-in-effect
    setDock(findDock());
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [location]);
  return dock;
};

/** "李桂芬 A3E1" for somebody who is easily taken for another, else null. */
const useOthers = (patient: Patient | undefined): string | null => {
  const { store } = useHouse();
  const patients = useStore("patients", store.patients);
  return useMemo(() => {
    const others = patient === undefined ? [] : (findLookAlikes(patients).get(patient.id) ?? []);
    return others.length === 0 ? null : others.map((other) => `${nameOf(other)} ${codeOf(other)}`).join(", ");
  }, [patients, patient]);
};

const optionsOf = (kind: ActKind, alert: WireAlert, words: Words): readonly (readonly [string, string])[] => {
  if (kind === "contact") return Object.entries(words.contactOutcomes);
  if (kind === "close") return Object.entries(words.dispositions);
  if (kind === "snooze")
    return SNOOZE_MINUTES[alert.severity].map((minutes) => [String(minutes), formatAge(minutes * 60_000, words)] as const);
  if (kind !== "acknowledge" || alert.patient === null || alert.severity === "T") return [];
  return [
    ...WITH_ACKNOWLEDGE.map((outcome) => [outcome, words.contactOutcomes[outcome] ?? outcome] as const),
    [LATER, words.alertsPage.laterContact] as const,
  ];
};

const digits = (text: string): string => text.replaceAll(/\D/gu, "");

export const ActSheet = ({
  id,
  kind,
  onClose,
  onSaved,
}: {
  readonly id: string;
  readonly kind: ActKind;
  readonly onClose: () => void;
  /** What was recorded and for whom, to be spoken. */
  readonly onSaved: (what: string) => void;
}): ReactElement | null => {
  const words = useWords();
  const page = words.alertsPage;
  const language = useLanguage();
  const time = useLocalTime();
  const { api, store, me, ticker } = useHouse();
  const alert = useStore("alerts", () => store.alert(id));
  const patient = useStore("patients", () => store.patient(alert?.patient ?? ""));
  const others = useOthers(patient);
  const receiving = useReceiving();
  const dock = useDock();
  const ids = useId();
  const [note, setNote] = useState("");
  const [month, setMonth] = useState("");
  const [choice, setChoice] = useState<string | null>(kind === "acknowledge" ? LATER : null);
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const holder = useHolder(alert ?? null);
  const acknowledgedFor = useTicking((now) => formatAge(now - (alert?.acknowledgedAt ?? now), words));
  const until = useTicking((now) =>
    kind === "snooze" && choice !== null && now > 0 ? time.moment(now + Number(choice) * 60_000, now) : time.minute(now + CONTACT_DUE_MS),
  );
  const sheet = useRef<HTMLElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    cameFrom.current = document.activeElement;
    // Whoever is easily taken for another is named first of all.
    (sheet.current?.querySelector<HTMLElement>(".sheet-month input") ?? sheet.current)?.focus();
    return () => {
      if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
    };
  }, []);
  if (alert === undefined) return null;

  const options = optionsOf(kind, alert, words);
  const withNote = note.trim() === "" ? {} : { note: note.trim() };
  const request = (chosen: string | null): ActRequest | null => {
    if (kind === "acknowledge") return { kind, ...(chosen === null || chosen === LATER ? withNote : {}) };
    if (kind === "comment") return note.trim() === "" ? null : { kind, text: note.trim() };
    if (chosen === null) return null;
    if (kind === "contact") return { kind, outcome: chosen, ...withNote };
    if (kind === "close") return { kind, disposition: chosen, ...withNote };
    return note.trim() === "" ? null : { kind, untilAt: Math.round(ticker.now()) + Number(chosen) * 60_000, reason: note.trim() };
  };
  const born = patient === undefined ? null : birthMonthOf(patient);
  const asksMonth = others !== null && born !== null;
  const monthKnown = !asksMonth || digits(month) === digits(born);
  const hindrance = hindranceOf(kind, alert, { receiving, mayAct: mayActOn(me.roles, alert) });
  const failedIn = (result: Exclude<ActResult, { readonly kind: "done" }>): string => {
    if (result.kind === "failed") return words.actFailed(result.problem.status === 0 ? words.noAnswer : result.problem.detail);
    const { change } = result;
    if (change === null) return words.changedMeanwhile;
    return words.changedBy(
      change.by === me.id ? words.me : (change.name ?? change.by),
      words.actNames[change.act] ?? change.act,
      formatAge(ticker.now() - change.at, words),
    );
  };
  const send = async (chosen: string | null): Promise<void> => {
    const wanted = request(chosen);
    if (wanted === null || busy || hindrance !== null || !monthKnown) return;
    setBusy(true);
    const result = await actOnAlert(api, alert, wanted);
    if (result.kind !== "failed") store.putAlert(result.alert);
    let trouble = result.kind === "done" ? null : failedIn(result);
    if (result.kind === "done" && kind === "acknowledge" && chosen !== null && chosen !== LATER) {
      const contact = await actOnAlert(api, result.alert, { kind: "contact", outcome: chosen, ...withNote });
      if (contact.kind !== "failed") store.putAlert(contact.alert);
      if (contact.kind !== "done") trouble = page.contactFailed(failedIn(contact));
    }
    setBusy(false);
    if (trouble !== null) return setSaid(trouble);
    onSaved(page.saved(words[kind], patient === undefined ? (alert.device ?? words.system) : codeOf(patient)));
    onClose();
  };
  const effects: readonly (readonly [icon: string, text: string])[] =
    kind === "acknowledge"
      ? [
          ["check", words.ackEffect],
          ...(alert.severity === "S1" && (choice === null || choice === LATER) ? ([["stale", page.contactDue(until)]] as const) : []),
        ]
      : kind === "snooze"
        ? [
            [
              "check",
              [page.snoozeRule(alert.rule.id), choice === null ? "" : page.snoozeUntil(until), page.snoozeBreaks]
                .filter((part) => part !== "")
                .join(" · "),
            ],
            ...(SNOOZE_MINUTES[alert.severity].length === 0
              ? []
              : ([["stale", page.snoozeMost(formatAge((SNOOZE_MINUTES[alert.severity].at(-1) ?? 0) * 60_000, words))]] as const)),
          ]
        : [["check", { contact: words.contactEffect, comment: words.commentEffect, close: words.closeEffect }[kind]]];
  const missing =
    request(choice) !== null ? null : kind === "snooze" ? page.snoozeNeeds : kind === "comment" ? page.writeOne : page.chooseOne;
  const line =
    hindrance === "acknowledged" && holder !== null
      ? page.ackedBy(holder, acknowledgedFor)
      : hindrance !== null
        ? hindranceText(hindrance, words)
        : (said ?? (monthKnown ? missing : digits(month).length >= 6 ? page.birthMonthWrong : null));
  // An emergency cannot be snoozed: then there is nothing to fill in and nothing that it would do.
  const refused = hindrance === "snooze_s1";
  const ready = missing === null && monthKnown && !busy && hindrance === null;
  const title = kind === "acknowledge" && options.length > 0 ? page.ackAndContact : words[kind];
  const view = (
    // Keys of the sheet: Escape, Enter, and a digit for a contact outcome.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={`sheet ${alert.severity}`}
      data-sheet={kind}
      ref={sheet}
      tabIndex={-1}
      aria-label={title}
      aria-describedby={`${ids}-who ${ids}-effect ${ids}-line`}
      onKeyDown={(event) => {
        const typing = event.target instanceof HTMLTextAreaElement || event.target === document.getElementById(`${ids}-month`);
        const picked = typing || !/^[1-5]$/.test(event.key) ? undefined : options[Number(event.key) - 1];
        if (event.key === "Escape") onClose();
        else if (
          event.key === "Enter" &&
          (!(event.target instanceof HTMLTextAreaElement) || event.ctrlKey || event.metaKey) &&
          !(event.target instanceof HTMLButtonElement)
        )
          void send(choice);
        else if (picked !== undefined && (kind === "contact" || kind === "acknowledge")) {
          setChoice(picked[0]);
          if (kind === "contact") void send(picked[0]);
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <h2>
        <SeverityMark severity={alert.severity} status={alert.status} /> {title}
        <span className="sheet-who" id={`${ids}-who`}>
          {patient === undefined ? (
            alert.device === null ? (
              <b>{words.system}</b>
            ) : (
              <DeviceTag device={alert.device} />
            )
          ) : (
            <>
              <b>{nameOf(patient)}</b>
              <PersonFacts patient={patient} born />
            </>
          )}
        </span>
        <button type="button" className="icon-button" aria-label={words.cancel} onClick={onClose}>
          <Icon name="cross" />
        </button>
      </h2>
      <p className="sheet-what">{alert.summary[language]}</p>
      {asksMonth && (
        <label className="sheet-month">
          <span>≈ {page.birthMonthAsk(others)}</span>
          <input
            id={`${ids}-month`}
            value={month}
            maxLength={7}
            inputMode="numeric"
            autoComplete="off"
            placeholder="1950-01"
            aria-label={page.birthMonth}
            onChange={({ target }) => setMonth(target.value)}
          />
        </label>
      )}
      {options.length > 0 && (
        <Choices
          legend={kind === "close" ? words.disposition : kind === "snooze" ? words.snoozeFor : words.contactOutcome}
          options={options}
          chosen={choice}
          numbered={kind === "contact" || kind === "acknowledge"}
          onChoose={setChoice}
        />
      )}
      {kind === "contact" && <p className="hint">{words.digitsRecord}</p>}
      {!refused && (
        <label className="sheet-note">
          {kind === "snooze" ? words.reason : words.note}
          <textarea rows={2} maxLength={kind === "snooze" ? 500 : 2_000} value={note} onChange={({ target }) => setNote(target.value)} />
        </label>
      )}
      <p className="sheet-effect" id={`${ids}-effect`}>
        {!refused &&
          effects.map(([icon, text]) => (
            <span key={icon}>
              <Icon name={icon} size={12} /> {text}
            </span>
          ))}
      </p>
      <p className="form-said" id={`${ids}-line`}>
        {line}
      </p>
      <p className="sheet-foot">
        <button type="button" className="button" onClick={onClose}>
          {words.cancel} <kbd>Esc</kbd>
        </button>
        <button type="button" className="button primary" aria-disabled={!ready} data-confirm onClick={() => void send(choice)}>
          {kind === "acknowledge" || kind === "close" || kind === "snooze" ? words[kind] : words.record} <kbd>⏎</kbd>
        </button>
      </p>
    </section>
  );
  return dock === null ? view : createPortal(view, dock);
};
