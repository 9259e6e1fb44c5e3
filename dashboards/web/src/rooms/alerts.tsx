/** Alerts: clinical and technical queues apart, one alert opened beside them, its act docked below it. */
import { useEffect, useMemo, useState, type ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { isMediumTechnical } from "../data/alarm-pattern.ts";
import { isUrgent } from "../data/api.ts";
import { stormOf } from "../data/alert-storm.ts";
import { ALERT_SHOWS, isShown, NO_ALERT_FILTER, passes, type AlertFilter, type AlertShow } from "../data/alert-filter.ts";
import { episodesOf, type Episode } from "../data/episodes.ts";
import { findLookAlikes } from "../data/look-alikes.ts";
import { orderNeeds } from "../data/order-needs.ts";
import { codeOf, nameOf } from "../data/person.ts";
import type { WireAlert } from "../data/wire.ts";
import { AlertDetail } from "../parts/alert-detail.tsx";
import { AlertQueue } from "../parts/alert-queue.tsx";
import { useAlert } from "../parts/alert-story.tsx";
import { AlertTools, type QueueKind } from "../parts/alert-tools.tsx";
import { Empty } from "../parts/empty.tsx";
import { addressOf } from "../parts/queue-row.tsx";
import { useDesk, useHouse, useKeys, useLanguage, useLocalTime, useStore, useTicking, useWords } from "./house-context.ts";
import { useClosedToday } from "./use-alert-facts.ts";

/** From here on queue and opened alert stand side by side. */
const BESIDE = "(min-width: 900px)";

const useBeside = (): boolean => {
  const [beside, setBeside] = useState(() => matchMedia(BESIDE).matches);
  useEffect(() => {
    const query = matchMedia(BESIDE);
    const apply = (): void => setBeside(query.matches);
    query.addEventListener("change", apply);
    return () => query.removeEventListener("change", apply);
  }, []);
  return beside;
};

const Detail = ({ id, alike }: { readonly id: string; readonly alike: ReadonlyMap<string, string> }): ReactElement => {
  const words = useWords();
  const alert = useAlert(id);
  if (alert === null) return <Empty text={words.loading} />;
  if (alert === "unknown") return <Empty text={words.alertUnknown} />;
  return <AlertDetail alert={alert} others={alike.get(alert.patient ?? "") ?? null} />;
};

/** Not read yet: the page says so, or why it cannot, and shows no number. */
const AlertsLoading = (): ReactElement => {
  const words = useWords();
  const { store, reload } = useHouse();
  const feed = useStore("feed", store.feed);
  if (feed === "forbidden") return <Empty text={words.notAllowed} />;
  if (feed !== "lost") return <Empty text={words.loading} busy />;
  return (
    <div className="empty">
      <p>{words.readFailed(words.noAnswer)}</p>
      <button type="button" className="button" onClick={reload}>
        {words.retry}
      </button>
    </div>
  );
};

/** The queues as they are shown: filtered, ordered, in episodes, with what worse alerts took over. */
const useQueues = (filter: AlertFilter) => {
  const { store, ticker, me } = useHouse();
  const open = useStore("alerts", store.alerts);
  const patients = useStore("patients", store.patients);
  const closed = useClosedToday(open);
  const beat = useTicking((now) => Math.floor(now / 10_000));
  const alike = useMemo(
    () =>
      new Map(
        [...findLookAlikes(patients)].map(([id, others]) => [id, others.map((other) => `${nameOf(other)} ${codeOf(other)}`).join(", ")]),
      ),
    [patients],
  );
  const queues = useMemo(() => {
    const known: readonly WireAlert[] = filter.show === "closed" ? (closed ?? []) : open;
    const shown = known.filter((alert) => passes(alert, filter, me.id));
    const byUrgency =
      filter.show === "closed"
        ? shown.toSorted((left, right) => right.updatedAt - left.updatedAt)
        : orderNeeds(
            shown.map((alert) => ({ alert, code: store.patient(alert.patient ?? "")?.pseudonym ?? alert.device ?? "" })),
            ticker.now(),
          ).map(({ alert }) => alert);
    // The technical queue begins with what is of medium priority; among clinical alerts there is none.
    const ordered =
      filter.show === "closed"
        ? byUrgency
        : byUrgency.toSorted((left, right) => Number(isMediumTechnical(right)) - Number(isMediumTechnical(left)));
    const group = (wanted: (alert: WireAlert) => boolean): readonly Episode[] => {
      const list = ordered.filter(wanted);
      return filter.show === "closed" ? list.map((head) => ({ head, rest: [] })) : episodesOf(list);
    };
    const calm = ({ severity }: WireAlert): boolean => severity === "S4" && filter.show !== "closed";
    const clinical = group((alert) => alert.severity !== "T" && !calm(alert));
    const technical = group(({ severity }) => severity === "T");
    return {
      clinical,
      technical,
      advisories: group(calm),
      queueCounts: {
        clinical: ordered.filter(({ severity }) => severity !== "T").length,
        technical: ordered.filter(({ severity }) => severity === "T").length,
      },
    };
    // oxlint-disable-next-line react/exhaustive-deps
  }, [open, closed, filter, me.id, store, ticker, beat]);
  const absorbedBy = useMemo(() => {
    const headOf = new Map(
      [...queues.clinical, ...queues.technical].flatMap(({ head, rest }) => [head, ...rest].map(({ id }) => [id, head.id] as const)),
    );
    return filter.show === "closed"
      ? new Map<string, readonly WireAlert[]>()
      : Map.groupBy(
          (closed ?? []).filter(({ supersededBy }) => supersededBy !== null && headOf.has(supersededBy)),
          ({ supersededBy }) => headOf.get(supersededBy ?? "") ?? "",
        );
  }, [queues, closed, filter.show]);
  const showCounts = useMemo(
    () =>
      Object.fromEntries(
        ALERT_SHOWS.map((show) => [
          show,
          show === "closed" ? (closed?.length ?? null) : open.filter((alert) => isShown(alert, show, me.id)).length,
        ]),
      ) as Readonly<Record<AlertShow, number | null>>,
    [open, closed, me.id],
  );
  return { open, closed, alike, showCounts, absorbedBy, ...queues };
};

export const Alerts = ({ chosen }: { readonly chosen: string | null }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const page = words.alertsPage;
  const { store, me, ticker } = useHouse();
  const time = useLocalTime();
  const [, navigate] = useLocation();
  const { openSheet } = useDesk();
  const beside = useBeside();
  const [filter, setFilter] = useState<AlertFilter>(NO_ALERT_FILTER);
  const [asked, setAsked] = useState<QueueKind | null>(null);
  const read = useStore("patients", store.valuesRead);
  const { open, closed, alike, showCounts, queueCounts, absorbedBy, clinical, technical, advisories } = useQueues(filter);
  const stormy = useTicking((now) => stormOf(open, now) !== null);
  const first = (clinical[0] ?? technical[0])?.head.id ?? null;
  useEffect(() => {
    // Beside the queue something is always open; once open it stays, whatever comes above it.
    if (beside && chosen === null && first !== null) navigate(addressOf(first), { replace: true });
  }, [beside, chosen, first, navigate]);
  const chosenSeverity = chosen === null ? undefined : store.alert(chosen)?.severity;
  const queue: QueueKind = asked ?? (chosenSeverity === "T" ? "technical" : "clinical");

  const rowsInSight = (): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(".queue [data-alert]")].filter((row) => row.offsetParent !== null);
  const step = (by: number): void => {
    const rows = rowsInSight();
    const at = rows.findIndex(
      ({ dataset }) => dataset["alert"] === (beside ? chosen : (document.activeElement as HTMLElement | null)?.dataset["alert"]),
    );
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    const id = next?.dataset["alert"];
    if (next === undefined || id === undefined) return;
    if (beside) navigate(addressOf(id), { replace: true });
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`.queue [data-alert="${CSS.escape(id)}"]`)?.focus());
  };
  const inHand = (): string | null => {
    if (chosen !== null) return chosen;
    const focused = document.activeElement;
    return (focused instanceof HTMLElement ? focused.dataset["alert"] : undefined) ?? first;
  };
  const act = (kind: "acknowledge" | "contact" | "snooze"): void => {
    const id = inHand();
    if (id !== null) openSheet(id, kind);
  };
  const show = (selector: string): void => {
    const id = inHand();
    if (id === null) return;
    if (chosen === null) navigate(addressOf(id));
    requestAnimationFrame(() => {
      const target = document.querySelector<HTMLElement>(selector);
      target?.scrollIntoView({ block: "nearest" });
      target?.focus();
    });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    a: () => act("acknowledge"),
    c: () => act("contact"),
    s: () => act("snooze"),
    r: () => show("[data-refer]"),
    e: () => show("#evidence"),
    f: () => show("[data-feedback]"),
  });

  if (!me.permissions.includes("alerts.read")) return <Empty text={words.notAllowed} />;
  if (!read) return <AlertsLoading />;
  const filtered = filter.tier !== null || filter.rule !== null;
  const empty = filter.show === "closed" && closed === null ? page.readClosed : filtered ? page.noneFiltered : page.noneHere[filter.show];
  const hidden = open.filter((alert) => isUrgent(alert.severity) && alert.status === "open" && !passes(alert, filter, me.id)).length;
  const place = me.institution.name[language];
  const lastAt = store.lastRaisedAt();
  const calm = lastAt === 0 ? words.nobodyWaits : `${words.nobodyWaits} · ${words.lastAlert(time.moment(lastAt, ticker.now()))}`;
  const shared = { absorbedBy, alike, chosen, empty };
  return (
    <div className={`alerts${chosen === null ? "" : " with-detail"} shows-${queue}`}>
      <AlertTools
        filter={filter}
        counts={showCounts}
        queueCounts={queueCounts}
        queue={queue}
        tiers={[...new Set(open.map(({ tier }) => tier))].toSorted().map((tier) => [tier, words.tiers[tier]] as const)}
        rules={[...new Set(open.map(({ rule }) => rule.id))].toSorted().map((rule) => [rule, rule] as const)}
        onFilter={(change) => setFilter((before) => ({ ...before, ...change }))}
        onQueue={setAsked}
      />
      {hidden > 0 && (
        <p className="alerts-hidden">
          {words.hiddenNeeds(hidden)}{" "}
          <button type="button" className="link more" onClick={() => setFilter(NO_ALERT_FILTER)}>
            {words.showAll}
          </button>
        </p>
      )}
      <AlertQueue
        kind="clinical"
        owner={page.team(me.displayName, place)}
        count={queueCounts.clinical}
        episodes={clinical}
        advisories={advisories}
        storm={stormy && filter.show === "open"}
        {...shared}
      />
      <AlertQueue
        kind="technical"
        owner={words.roles["administrator"] ?? ""}
        count={queueCounts.technical}
        episodes={technical}
        advisories={[]}
        storm={stormy && filter.show === "open"}
        {...shared}
      />
      <section className="detail" aria-label={words.evidence}>
        <Link href="/alerts" className="detail-back button">
          {page.backToList}
        </Link>
        <div className="detail-scroll">
          {chosen === null ? <Empty text={first === null ? calm : words.chooseAlert} /> : <Detail id={chosen} alike={alike} />}
        </div>
        <div id="sheet-dock" />
      </section>
    </div>
  );
};
