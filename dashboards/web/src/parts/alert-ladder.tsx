/** The ladder of one alert as a list: whom each step tells, when, and whether it was taken. */
import type { ReactElement } from "react";
import { formatCountdown } from "../data/format-time.ts";
import { ladderSteps, type LadderStep } from "../data/ladder-steps.ts";
import type { AlertStory, WireAlert } from "../data/wire.ts";
import { useHouse, useLocalTime, useTicking, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

const StepState = ({ state, at, shownAfter }: Pick<LadderStep, "state" | "at"> & { readonly shownAfter: number | null }): ReactElement => {
  const words = useWords();
  const left = useTicking((now) => (now === 0 ? "" : formatCountdown(at - now)));
  if (state === "done")
    return (
      <small>
        <Icon name="check" size={11} />{" "}
        {shownAfter === null ? words.alertsPage.ladderDone : words.alertsPage.delivered(words.seconds(Math.round(shownAfter / 100) / 10))}
      </small>
    );
  return <small>{state === "off" ? words.alertsPage.ladderOff : words.alertsPage.ladderIn(left)}</small>;
};

export const AlertLadder = ({ alert, story }: { readonly alert: WireAlert; readonly story: AlertStory | null }): ReactElement => {
  const words = useWords();
  const time = useLocalTime();
  const { me, ticker, arrivals } = useHouse();
  const steps = ladderSteps(alert, story?.history ?? [], me.institution.timeZone);
  const who = words.alertsPage.steps[alert.severity] ?? [];
  const today = time.day(ticker.now());
  return (
    <>
      <ol className="ladder-steps">
        {steps.map(({ step, at, state }) => (
          <li key={step} className={state}>
            <time>{time.day(at) === today ? time.clock(at) : time.moment(at, ticker.now())}</time>
            <span>{who[step] ?? ""}</span>
            <StepState state={state} at={at} shownAfter={step === 0 ? arrivals.shownAfter(alert.id) : null} />
          </li>
        ))}
      </ol>
      {steps.length === 1 && alert.status === "open" && <p className="hint">{words.alertsPage.ladderNone}</p>}
    </>
  );
};
