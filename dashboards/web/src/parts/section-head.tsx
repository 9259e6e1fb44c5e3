/** The head of a section: title, how many, and by what it is ordered. */
import type { ReactElement, ReactNode } from "react";

export const SectionHead = ({
  title,
  count,
  hint,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly hint?: string | null;
  readonly children?: ReactNode;
}): ReactElement => (
  <h2 className="section-head">
    {title}
    {count !== undefined && <span className="count">{count}</span>}
    {hint !== null && hint !== undefined && <small>{hint}</small>}
    {children}
  </h2>
);
