/** How many S1 and S2 wait, filled while one of them is unacknowledged. */
import type { ReactElement } from "react";
import { useHouse, useStore } from "../rooms/house-context.ts";
import { SeverityMark } from "./marks.tsx";

const Count = ({ severity }: { readonly severity: "S1" | "S2" }): ReactElement | null => {
  const { store } = useHouse();
  const count = useStore("alerts", () => store.alerts().filter((alert) => alert.severity === severity).length);
  const open = useStore("alerts", () => store.alerts().some((alert) => alert.severity === severity && alert.status === "open"));
  if (count === 0) return null;
  return (
    <span className="bar-count">
      <SeverityMark severity={severity} status={open ? "open" : "acknowledged"} size={16} />
      <b>{count}</b>
    </span>
  );
};

export const UrgentCounts = ({ fallback = null }: { readonly fallback?: ReactElement | null }): ReactElement => {
  const { store } = useHouse();
  const any = useStore("alerts", () => store.alerts().some(({ severity }) => severity === "S1" || severity === "S2"));
  return any ? (
    <>
      <Count severity="S1" />
      <Count severity="S2" />
    </>
  ) : (
    <>{fallback}</>
  );
};
