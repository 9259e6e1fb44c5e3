/** What is wrong with the whole page, under the bar, as long as it is true. */
import { useState, type ReactElement } from "react";
import { formatCountdown } from "../data/format-time.ts";
import { useHouse, useLocalTime, useStore, useTicking, useWords } from "../rooms/house-context.ts";

const STORM = 20;

const Offline = (): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { live, ticker } = useHouse();
  const silent = useTicking(() => Math.round(live.silence() / 1_000));
  const [stoppedAt] = useState(() => ticker.now() - live.silence());
  return (
    <p className="banner banner-offline" data-banner="offline">
      {words.offline(formatCountdown(silent * 1_000), stoppedAt > 0 ? time.clock(stoppedAt) : "--:--:--")}
    </p>
  );
};

export const Banners = (): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const feed = useStore("feed", store.feed);
  const conditions = useStore("system", store.conditions);
  const alerts = useStore("alerts", store.alerts);
  const storm = useTicking((now) => alerts.filter(({ raisedAt }) => now - raisedAt < 60_000).length);
  return (
    <>
      {feed === "lost" && <Offline />}
      {feed === "forbidden" && <p className="banner banner-degraded">{words.forbidden}</p>}
      {conditions.map(({ condition, detail }) => (
        <p key={condition} className="banner banner-degraded" data-banner="degraded">
          {words.conditions[condition ?? ""] ??
            `${words.degraded} (${condition}${typeof detail === "string" && detail !== "" ? `: ${detail}` : ""})`}
        </p>
      ))}
      {storm > STORM && <p className="banner banner-degraded">{words.storm(storm)}</p>}
    </>
  );
};
