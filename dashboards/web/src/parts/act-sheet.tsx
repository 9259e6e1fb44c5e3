/** The docked sheet of one act: two identifiers, what it does, a note that no conflict loses; two keys and it is done. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { mayActOn } from "#core/access/permissions.ts";
import { actOnAlert, hindranceOf, type ActKind, type ActRequest } from "../data/act-on-alert.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import { formatAge } from "../data/format-time.ts";
import { useHouse, useLanguage, useLocalTime, useReceiving, useStore, useWords } from "../rooms/house-context.ts";
import { hindranceText } from "./act-buttons.tsx";
import { Icon, SeverityMark } from "./marks.tsx";
import { Choices } from "./choices.tsx";

const CONTACT_DUE_MS = 600_000;
const SNOOZES: Readonly<Record<string, readonly number[]>> = {
  S2: [15, 30, 60],
  S3: [60, 240, 1_440],
  S4: [1_440, 10_080],
  T: [60, 240, 1_440],
};

export const ActSheet = ({
  id,
  kind,
  onClose,
}: {
  readonly id: string;
  readonly kind: ActKind;
  readonly onClose: () => void;
}): ReactElement | null => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { api, store, me, ticker } = useHouse();
  const alert = useStore("alerts", () => store.alert(id));
  const patient = useStore("patients", () => store.patient(alert?.patient ?? ""));
  const receiving = useReceiving();
  const [note, setNote] = useState("");
  const [choice, setChoice] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const sheet = useRef<HTMLElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    cameFrom.current = document.activeElement;
    sheet.current?.focus();
    return () => {
      if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
    };
  }, []);
  if (alert === undefined) return null;

  const options: readonly (readonly [string, string])[] =
    kind === "contact"
      ? Object.entries(words.contactOutcomes)
      : kind === "close"
        ? Object.entries(words.dispositions)
        : kind === "snooze"
          ? (SNOOZES[alert.severity] ?? []).map((minutes) => [String(minutes), formatAge(minutes * 60_000, words)] as const)
          : [];
  const request = (chosen: string | null): ActRequest | null => {
    const withNote = note.trim() === "" ? {} : { note: note.trim() };
    if (kind === "acknowledge") return { kind, ...withNote };
    if (kind === "comment") return note.trim() === "" ? null : { kind, text: note.trim() };
    if (chosen === null) return null;
    if (kind === "contact") return { kind, outcome: chosen, ...withNote };
    if (kind === "close") return { kind, disposition: chosen, ...withNote };
    return note.trim() === "" ? null : { kind, untilAt: Math.round(ticker.now()) + Number(chosen) * 60_000, reason: note.trim() };
  };
  const hindrance = hindranceOf(kind, alert, { receiving, mayAct: mayActOn(me.roles, alert) });
  const send = async (chosen: string | null): Promise<void> => {
    const wanted = request(chosen);
    if (wanted === null || busy || hindrance !== null) return;
    setBusy(true);
    const result = await actOnAlert(api, alert, wanted);
    setBusy(false);
    if (result.kind === "done") {
      store.putAlert(result.alert);
      onClose();
    } else if (result.kind === "changed") {
      store.putAlert(result.alert);
      const { change } = result;
      setSaid(
        change === null
          ? words.changedMeanwhile
          : words.changedBy(
              change.by === me.id ? words.me : change.by,
              words.actNames[change.act] ?? change.act,
              formatAge(ticker.now() - change.at, words),
            ),
      );
    } else setSaid(words.actFailed(result.problem.status === 0 ? words.noAnswer : result.problem.detail));
  };
  const effect =
    kind === "acknowledge"
      ? alert.severity === "S1"
        ? words.ackEffectS1(time.minute(ticker.now() + CONTACT_DUE_MS))
        : words.ackEffect
      : { contact: words.contactEffect, comment: words.commentEffect, close: words.closeEffect, snooze: words.snoozeEffect }[kind];
  const ready = request(choice) !== null && !busy && hindrance === null;
  const born = patient === undefined ? null : birthMonthOf(patient);
  return (
    // Keys of the sheet: Escape, Enter, and a digit for a contact outcome.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={`sheet ${alert.severity}`}
      data-sheet={kind}
      ref={sheet}
      tabIndex={-1}
      aria-label={words[kind]}
      onKeyDown={(event) => {
        const inNote = event.target instanceof HTMLTextAreaElement;
        const picked = options[Number(event.key) - 1];
        if (event.key === "Escape") onClose();
        else if (event.key === "Enter" && (!inNote || event.ctrlKey || event.metaKey) && !(event.target instanceof HTMLButtonElement))
          void send(choice);
        else if (!inNote && kind === "contact" && picked !== undefined && /^[1-5]$/.test(event.key)) {
          setChoice(picked[0]);
          void send(picked[0]);
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <h2>
        <SeverityMark severity={alert.severity} status={alert.status} /> {words[kind]}
        <span className="sheet-who">
          <b>{patient === undefined ? (alert.device ?? words.system) : nameOf(patient)}</b>
          {patient !== undefined && <span className="code">{codeOf(patient)}</span>}
          {born !== null && <span>{words.born(born)}</span>}
        </span>
        <button type="button" className="icon-button" aria-label={words.cancel} onClick={onClose}>
          <Icon name="cross" />
        </button>
      </h2>
      <p className="sheet-what">{alert.summary[language]}</p>
      {options.length > 0 && (
        <Choices
          legend={kind === "contact" ? words.contactOutcome : kind === "close" ? words.disposition : words.snoozeFor}
          options={options}
          chosen={choice}
          numbered={kind === "contact"}
          onChoose={setChoice}
        />
      )}
      {kind === "contact" && <p className="hint">{words.digitsRecord}</p>}
      <label className="sheet-note">
        {kind === "snooze" ? words.reason : words.note}
        <textarea rows={2} maxLength={kind === "snooze" ? 500 : 2_000} value={note} onChange={({ target }) => setNote(target.value)} />
      </label>
      <p className="sheet-effect">
        <Icon name="check" /> {effect}
      </p>
      <p className="form-said" role="alert">
        {hindrance === null ? said : hindranceText(hindrance, words)}
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
};
