/** What is wrong with the whole page, under the bar, as long as it is true. */
import { useState, type ReactElement } from "react";
import { stormOf } from "../data/alert-storm.ts";
import { formatCountdown } from "../data/format-time.ts";
import { useHouse, useLanguage, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";

const Offline = (): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { live, ticker } = useHouse();
  const silent = useTicking(() => Math.round(live.silence() / 1_000));
  const [stoppedAt] = useState(() => ticker.now() - live.silence());
  return (
    <p className="banner banner-offline" data-banner="offline">
      <span>
        <b>{words.offline(formatCountdown(silent * 1_000), stoppedAt > 0 ? time.clock(stoppedAt) : "--:--:--")}</b> {words.offlineMore}
      </span>
    </p>
  );
};

const StormBanner = (): ReactElement | null => {
  const words = useWords();
  const language = useLanguage();
  const { store } = useHouse();
  const alerts = useStore("alerts", store.alerts);
  const line = useTicking((now) => {
    const storm = stormOf(alerts, now);
    if (storm === null) return "";
    const cause = alerts.find(({ rule }) => rule.id === storm.cause)?.summary[language] ?? storm.cause;
    return words.storm(storm.count, storm.causeCount, cause);
  });
  return line === "" ? null : (
    <p className="banner banner-degraded" data-banner="storm">
      {line}
    </p>
  );
};

export const Banners = (): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const feed = useStore("feed", store.feed);
  const conditions = useStore("system", store.conditions);
  return (
    <div className="banners">
      {feed === "lost" && <Offline />}
      {feed === "forbidden" && <p className="banner banner-degraded">{words.forbidden}</p>}
      {conditions.map(({ condition, detail }) => (
        <p key={condition} className="banner banner-degraded" data-banner="degraded">
          {words.conditions[condition ?? ""] ??
            `${words.degraded} (${condition}${typeof detail === "string" && detail !== "" ? `: ${detail}` : ""})`}
        </p>
      ))}
      <StormBanner />
    </div>
  );
};
