/** One queue: its owner, its rows worst first; in a storm the rows stand under their cause; advisories wait in one line below. */
import { useState, type ReactElement, type ReactNode } from "react";
import { byCause, type Episode } from "../data/episodes.ts";
import { createOrderHolder } from "../data/order-needs.ts";
import type { WireAlert } from "../data/wire.ts";
import { useLanguage, useWords } from "../rooms/house-context.ts";
import { QueueRow } from "./queue-row.tsx";
import { SectionHead } from "./section-head.tsx";
import { SeverityMark } from "./marks.tsx";

export interface AlertQueueProps {
  readonly kind: "clinical" | "technical";
  readonly owner: string;
  readonly count: number;
  readonly episodes: readonly Episode[];
  /** S4: reviewed once a week, so one line until somebody asks. */
  readonly advisories: readonly Episode[];
  readonly absorbedBy: ReadonlyMap<string, readonly WireAlert[]>;
  readonly alike: ReadonlyMap<string, string>;
  readonly chosen: string | null;
  readonly storm: boolean;
  readonly empty: string;
}

const NONE: readonly WireAlert[] = [];

export const AlertQueue = ({
  kind,
  owner,
  count,
  episodes,
  advisories,
  absorbedBy,
  alike,
  chosen,
  storm,
  empty,
}: AlertQueueProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const [asked, setAsked] = useState(false);
  const [pointed, setPointed] = useState(false);
  const [holder] = useState(createOrderHolder);
  const byHead = new Map(episodes.map((episode) => [episode.head.id, episode]));
  // Rows stay under a pointer. Keys act on the chosen alert, wherever its row moves.
  const { order, moved } = holder([...byHead.keys()], pointed);
  const shown = order.flatMap((id) => byHead.get(id) ?? []);
  const first = shown.find(({ head }) => head.status === "open");
  const rows = (list: readonly Episode[]): ReactNode =>
    list.map((episode) => (
      <QueueRow
        key={episode.head.id}
        episode={episode}
        absorbed={absorbedBy.get(episode.head.id) ?? NONE}
        chosen={chosen}
        others={alike.get(episode.head.patient ?? "") ?? null}
        first={episode === first}
      />
    ));
  return (
    <section
      className={`queue queue-${kind}`}
      aria-label={words[kind]}
      data-queue={kind}
      onPointerEnter={({ pointerType }) => setPointed(pointerType === "mouse")}
      onPointerLeave={() => setPointed(false)}
    >
      <SectionHead title={words[kind]} count={count} hint={owner}>
        {moved > 0 && <span className="chip">{words.moved(moved)}</span>}
      </SectionHead>
      {episodes.length === 0 && advisories.length === 0 && <p className="calm">{empty}</p>}
      {storm && shown.length > 1 ? (
        <>
          <p className="hint">{words.alertsPage.stormHint}</p>
          {byCause(shown).map(([rule, theirs]) => (
            <div key={rule} className="queue-cause">
              <h3>
                {theirs[0]?.head.summary[language]} <span className="code">{rule}</span>{" "}
                <small>{words.alertsPage.cause(theirs.length)}</small>
              </h3>
              <ol>{rows(theirs)}</ol>
            </div>
          ))}
        </>
      ) : (
        <ol>{rows(shown)}</ol>
      )}
      {advisories.length > 0 && (
        <>
          <button type="button" className="weekly link" aria-expanded={asked} onClick={() => setAsked(!asked)}>
            <span aria-hidden="true">
              <SeverityMark severity="S4" status="open" size={14} />
            </span>{" "}
            {words.alertsPage.weekly(advisories.length)}
          </button>
          {asked && <ol>{rows(advisories)}</ol>}
        </>
      )}
    </section>
  );
};
