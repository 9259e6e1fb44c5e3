/** Small shapes of what happened on the axis. */
import type { ReactElement } from "react";
import type { EventKind } from "../data/patient-events.ts";

const SHAPES: Readonly<Record<string, ReactElement>> = {
  reliever: <path className="solid" d="M3 2h5v6h5v6H6.5A3.500 3.500 0 0 1 3 10.500z" />,
  controller: <path d="M3.500 2.500h4v6h5v5H6.700a3.200 3.200 0 0 1-3.200-3.200z" />,
  session: <path className="solid" d="M4.500 2.600 13 8l-8.500 5.400z" />,
  device: <path d="M4 5.500a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0zM8 3v3.500" />,
  acknowledge: <path d="M2.500 8.600 6.300 12.500 13.700 3.800" strokeWidth="2" />,
  contact: (
    <path
      className="solid"
      d="M4.200 1.500 6.300 5 4.900 6.500c.8 1.900 2.300 3.500 4.400 4.500l1.600-1.500 3.600 2-.6 2.400c-.2.500-.6.700-1.100.7C6.900 14.300 1.700 9 1.400 3.200c0-.5.300-.9.700-1.100z"
    />
  ),
  comment: <path d="M2.500 3h11v8H8l-3.500 2.800V11h-2z" />,
  snooze: <path d="M8 3a5.500 5.500 0 1 0 .1 0M8 5.500v3l2 1.500M5.500 1h5" />,
  close: <path d="M3.500 3.500l9 9M12.500 3.500l-9 9" />,
  feedback: <path d="M8 2.500l1.700 3.500 3.800.500-2.800 2.700.7 3.800L8 11.200 4.600 13l.7-3.800L2.500 6.500 6.300 6z" />,
};

export const EventIcon = ({ kind, what }: { readonly kind: EventKind; readonly what: string }): ReactElement => (
  <svg className="icon event-icon" viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
    {SHAPES[kind === "act" ? what : kind] ?? SHAPES["comment"]}
  </svg>
);
