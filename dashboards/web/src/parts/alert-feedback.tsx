/** Was this alert any use? One press; said once, it can be said differently. */
import { useState, type ReactElement } from "react";
import { mayActOn } from "#core/access/permissions.ts";
import { actOnAlert } from "../data/act-on-alert.ts";
import type { AlertStory, WireAlert } from "../data/wire.ts";
import { useHouse, useReceiving, useWords } from "../rooms/house-context.ts";

const ANSWERS = ["useful", "not_useful", "technical"] as const;

export const AlertFeedback = ({ alert, story }: { readonly alert: WireAlert; readonly story: AlertStory | null }): ReactElement => {
  const words = useWords();
  const { api, store, me } = useHouse();
  const receiving = useReceiving();
  const [said, setSaid] = useState<string | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const mine = story?.acts.findLast(({ by, act }) => by === me.id && act.kind === "feedback")?.act;
  const given = sent ?? (mine !== undefined && "useful" in mine ? String(mine.useful) : null);
  const why = mayActOn(me.roles, alert) ? (receiving ? null : words.actsOff) : words.mayNotAct;
  const send = async (useful: (typeof ANSWERS)[number]): Promise<void> => {
    if (why !== null) return;
    const result = await actOnAlert(api, alert, { kind: "feedback", useful });
    if (result.kind === "failed") return setSaid(words.actFailed(result.problem.status === 0 ? words.noAnswer : result.problem.detail));
    store.putAlert(result.alert);
    setSaid(result.kind === "changed" ? words.changedMeanwhile : null);
    if (result.kind === "done") setSent(useful);
  };
  return (
    <>
      <div className="ward-segments feedback" role="group" aria-label={words.alertsPage.thisAlert}>
        {ANSWERS.map((answer) => (
          <button
            key={answer}
            type="button"
            data-feedback={answer}
            aria-pressed={given === answer}
            aria-disabled={why !== null}
            title={why ?? undefined}
            onClick={() => void send(answer)}
          >
            {words.alertsPage.useful[answer]}
          </button>
        ))}
      </div>
      {(said ?? why) !== null && <p className="hint">{said ?? why}</p>}
    </>
  );
};
