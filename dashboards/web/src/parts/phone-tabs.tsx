/** On a phone the rooms, the search and everything personal lie below, in reach of a thumb. */
import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";
import { UrgentCounts } from "./urgent-counts.tsx";

export const PhoneTabs = ({ onSearch, onMore }: { readonly onSearch: () => void; readonly onMore: () => void }): ReactElement => {
  const words = useWords();
  const [location] = useLocation();
  const here = (path: string) => ({
    className: location.startsWith(path) ? "phone-tab here" : "phone-tab",
    ...(location.startsWith(path) ? { "aria-current": "page" as const } : {}),
  });
  return (
    <nav className="phone-tabs">
      <Link href="/ward" {...here("/ward")}>
        <Icon name="home" size={18} />
        {words.ward}
      </Link>
      <Link href="/alerts" {...here("/alerts")}>
        <span className="phone-counts">
          <UrgentCounts fallback={<Icon name="bell" size={18} />} />
        </span>
        {words.alerts}
      </Link>
      <button type="button" className="phone-tab" onClick={onSearch}>
        <Icon name="search" size={18} />
        {words.find}
      </button>
      <button type="button" className="phone-tab" onClick={onMore}>
        <Icon name="more" size={18} />
        {words.more}
      </button>
    </nav>
  );
};
