/** A page without content: nothing there, still reading, not allowed, or not readable and what to do. */
import type { ReactElement } from "react";
import type { Problem } from "../data/api.ts";
import { byName, codeOf, nameOf } from "../data/person.ts";
import type { Patient } from "../data/wire.ts";
import { useWords } from "../rooms/house-context.ts";

export const Empty = ({ text, busy = false }: { readonly text: string; readonly busy?: boolean }): ReactElement => (
  <div className="empty" aria-busy={busy}>
    <p>{text}</p>
    {busy && (
      <div className="tiles skeleton" aria-hidden="true">
        {Array.from({ length: 12 }, (_, index) => (
          <span key={index} className="tile" />
        ))}
      </div>
    )}
  </div>
);

/** Before the first values: who is there, and not one number that could be taken for a value. */
export const WardSkeleton = ({ patients }: { readonly patients: readonly Patient[] }): ReactElement => {
  const words = useWords();
  if (patients.length === 0) return <Empty text={words.loading} busy />;
  return (
    <div className="ward" aria-busy="true">
      <p className="calm">{words.loading}</p>
      <div className="tiles skeleton">
        {patients.toSorted(byName).map((patient) => (
          <span key={patient.id} className="tile">
            <span className="tile-head">
              <b className="tile-name">{nameOf(patient)}</b> <span className="code">{codeOf(patient)}</span>
            </span>
          </span>
        ))}
      </div>
    </div>
  );
};

export const Trouble = ({ problem, retry }: { readonly problem: Problem; readonly retry: () => void }): ReactElement => {
  const words = useWords();
  if (problem.status === 403) return <Empty text={words.notAllowed} />;
  return (
    <div className="empty">
      <p>{words.readFailed((problem.status === 0 ? words.noAnswer : problem.detail).replace(/[.。]$/u, ""))}</p>
      <button type="button" className="button" onClick={retry}>
        {words.retry}
      </button>
    </div>
  );
};
