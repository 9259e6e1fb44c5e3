/** What the list of open alerts does not say: an alert's story, its rule, who acted, and what was closed today. */
import { useEffect, useState } from "react";
import type { Answer, Page } from "../data/api.ts";
import { waits } from "../data/order-needs.ts";
import type { AlertStory, PatientRule, WireAlert } from "../data/wire.ts";
import { useHouse, useLocalTime } from "./house-context.ts";

const pathOf = (id: string): string => `/alerts/${encodeURIComponent(id)}`;

/** The alert with its history, read again with every version; a comment changes none, so also every 15 s. */
export const useStory = (alert: WireAlert): AlertStory | null => {
  const { api } = useHouse();
  const [story, setStory] = useState<AlertStory | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = setInterval(() => setRound((before) => before + 1), 15_000);
    return () => clearInterval(again);
  }, []);
  useEffect(() => {
    let gone = false;
    void api.get<AlertStory>(pathOf(alert.id)).then((answer) => {
      if (!gone && answer.ok) setStory(answer.value);
    });
    return () => {
      gone = true;
    };
    // A new version, and the answer to an act, is a new alert object; `round` asks again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, alert.id, alert, round]);
  return story?.id === alert.id ? story : null;
};

/** The rule as it is for this patient; `undefined`: not read yet. */
export const useRule = (alert: WireAlert): PatientRule | null | undefined => {
  const { api } = useHouse();
  const key = `${alert.patient ?? ""} ${alert.rule.id}`;
  const [read, setRead] = useState<{ readonly key: string; readonly rule: PatientRule | null } | null>(null);
  useEffect(() => {
    let gone = false;
    const path = alert.patient === null ? "/rules" : `/patients/${encodeURIComponent(alert.patient)}/rules`;
    void api.all<PatientRule>(path).then((answer) => {
      if (!gone) setRead({ key, rule: answer.ok ? (answer.value.find(({ id }) => id === alert.rule.id) ?? null) : null });
    });
    return () => {
      gone = true;
    };
  }, [api, key, alert.patient, alert.rule.id]);
  return read?.key === key ? read.rule : undefined;
};

/** User id → name, learned from the stories of alerts; one question per person. */
const namesOf = new WeakMap<object, Map<string, Promise<string | null>>>();

/** Who holds the alert, by name; null while nobody does or the name is not known yet. */
export const useHolder = (alert: WireAlert | null): string | null => {
  const { api, me } = useHouse();
  const by = alert?.acknowledgedBy ?? null;
  const id = alert?.id ?? "";
  const [known, setKnown] = useState<{ readonly by: string; readonly name: string | null } | null>(null);
  const mine = by === me.id;
  useEffect(() => {
    if (by === null || mine) return;
    let names = namesOf.get(api);
    if (names === undefined) namesOf.set(api, (names = new Map()));
    let asked = names.get(by);
    if (asked === undefined) {
      asked = api
        .get<AlertStory>(pathOf(id))
        .then((answer) => (answer.ok ? (answer.value.acts.findLast((act) => act.by === by)?.name ?? null) : null));
      names.set(by, asked);
    }
    let gone = false;
    void asked.then((name) => {
      if (!gone) setKnown({ by, name });
    });
    return () => {
      gone = true;
    };
  }, [api, by, mine, id]);
  if (by === null) return null;
  return mine ? me.displayName : known?.by === by ? (known.name ?? by) : null;
};

const CLOSED_MOST = 2_000;

/** What ended since midnight in the institution's zone, newest first; read again when an alert leaves the queues. */
export const useClosedToday = (open: readonly WireAlert[]): readonly WireAlert[] | null => {
  const { api, ticker } = useHouse();
  const time = useLocalTime();
  const [closed, setClosed] = useState<readonly WireAlert[] | null>(null);
  const count = open.length;
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      const found: WireAlert[] = [];
      const today = time.day(ticker.now());
      let cursor: string | undefined;
      do {
        const page: Answer<Page<WireAlert>> = await api.get("/alerts", { status: ["closed", "cleared"], limit: 500, cursor });
        if (!page.ok || gone) return;
        found.push(...page.value.items);
        cursor = page.value.next ?? undefined;
        const oldest = page.value.items.at(-1);
        // Newest first: a page that begins before yesterday holds nothing that ends today but a straggler.
        if (oldest !== undefined && ticker.now() - oldest.raisedAt > 2 * 86_400_000) break;
      } while (cursor !== undefined && found.length < CLOSED_MOST);
      if (!gone) setClosed(found.filter((alert) => !waits(alert) && time.day(alert.updatedAt) === today));
    };
    // Several that end together ask once.
    const soon = setTimeout(() => void read(), 400);
    return () => {
      gone = true;
      clearTimeout(soon);
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, ticker, time, count]);
  return closed;
};
