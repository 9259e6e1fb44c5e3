/** The acts of one alert; a disabled one says why. */
import type { ReactElement } from "react";
import { mayActOn } from "#core/access/permissions.ts";
import { hindranceOf, type ActKind, type Hindrance } from "../data/act-on-alert.ts";
import type { WireAlert } from "../data/wire.ts";
import type { Words } from "../i18n/en.ts";
import { useDesk, useHouse, useReceiving, useWords } from "../rooms/house-context.ts";

export const hindranceText = (hindrance: Exclude<Hindrance, null>, words: Words): string =>
  ({
    feed_lost: words.actsOff,
    not_allowed: words.mayNotAct,
    closed: words.closedAlready,
    acknowledged: words.alreadyAcknowledged,
    snooze_s1: words.snoozeS1,
    snooze_cleared: words.snoozeCleared,
  })[hindrance];

const KEYS: Readonly<Partial<Record<ActKind, string>>> = { acknowledge: "A", contact: "C", snooze: "S" };

export const ActButton = ({
  alert,
  kind,
  primary = false,
}: {
  readonly alert: WireAlert;
  readonly kind: ActKind;
  readonly primary?: boolean;
}): ReactElement => {
  const words = useWords();
  const { openSheet } = useDesk();
  const receiving = useReceiving();
  const mayAct = mayActOn(useHouse().me.roles, alert);
  const hindrance = hindranceOf(kind, alert, { receiving, mayAct });
  return (
    <button
      type="button"
      className={primary ? "button primary" : "button"}
      aria-disabled={hindrance !== null}
      title={hindrance === null ? undefined : hindranceText(hindrance, words)}
      onClick={(event) => {
        event.stopPropagation();
        if (hindrance === null) openSheet(alert.id, kind);
      }}
    >
      {words[kind]}
      {KEYS[kind] !== undefined && <kbd>{KEYS[kind]}</kbd>}
    </button>
  );
};

/** The next act first: acknowledge what is open, close what has recovered, contact in between. */
export const NextActs = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const next: ActKind =
    alert.status === "open" || alert.status === "snoozed" ? "acknowledge" : alert.status === "cleared" ? "close" : "comment";
  return (
    <span className="acts">
      <ActButton alert={alert} kind={next} primary={alert.status === "open"} />
      <ActButton alert={alert} kind="contact" />
    </span>
  );
};
