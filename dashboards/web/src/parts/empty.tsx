/** A page without content: nothing there, still reading, not allowed, or not readable and what to do. */
import type { ReactElement } from "react";
import type { Problem } from "../data/api.ts";
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

export const Trouble = ({ problem, retry }: { readonly problem: Problem; readonly retry: () => void }): ReactElement => {
  const words = useWords();
  if (problem.status === 403) return <Empty text={words.notAllowed} />;
  return (
    <output className="empty">
      <p>{words.readFailed(problem.status === 0 ? words.noAnswer : problem.detail)}</p>
      <button type="button" className="button" onClick={retry}>
        {words.retry}
      </button>
    </output>
  );
};
