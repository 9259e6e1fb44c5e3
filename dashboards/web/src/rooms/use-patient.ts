/** What the patient's room reads beside series: the patient, their alerts with every act, and the limits in force for them. */
import { useEffect, useMemo, useState } from "react";
import type { Page, Problem } from "../data/api.ts";
import type { AlertStory, Latest, Patient, PatientRule, WireAlert } from "../data/wire.ts";
import { useDesk, useHouse, useStore } from "./house-context.ts";

type Found = { readonly patient: Patient } | { readonly problem: Problem; readonly retry: () => void } | null;

/** From the ward's list when it is there (it is kept fresh), else asked for alone. */
export const usePatient = (id: string): Found => {
  const { api, store } = useHouse();
  const known = useStore("patients", () => store.patient(id));
  const [read, setRead] = useState<Found>(null);
  const [round, setRound] = useState(0);
  const unknown = known === undefined;
  useEffect(() => {
    let gone = false;
    if (unknown)
      void api.get<Patient>(`/patients/${encodeURIComponent(id)}`).then((answer) => {
        if (gone) return;
        setRead(answer.ok ? { patient: answer.value } : { problem: answer.problem, retry: () => setRound((before) => before + 1) });
      });
    // The feed sends what changes; what was measured long ago comes from the newest-of-each list.
    void api.get<Latest>(`/patients/${encodeURIComponent(id)}/latest`).then((answer) => {
      if (answer.ok && !gone)
        store.addReadings(
          answer.value.items.map(({ metric, value, quality, t, device }) => ({
            patient: id,
            metric,
            value,
            quality,
            t,
            ...(device === null ? {} : { device }),
          })),
        );
    });
    return () => {
      gone = true;
    };
    // `round` asks again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, store, id, unknown, round]);
  return useMemo(() => (known === undefined ? read : { patient: known }), [known, read]);
};

export const usePatientAlerts = (id: string): readonly WireAlert[] => {
  const { store } = useHouse();
  const alerts = useStore("alerts", store.alerts);
  return useMemo(
    () =>
      alerts
        .filter(({ patient }) => patient === id)
        .toSorted((left, right) =>
          left.severity < right.severity ? -1 : left.severity > right.severity ? 1 : left.raisedAt - right.raisedAt,
        ),
    [alerts, id],
  );
};

const HISTORY = 60;
const STORIES = 24;
const AGAIN_MS = 30_000;

export interface PatientRecord {
  /** Newest first, closed and superseded ones too; open ones as the feed has them. */
  readonly alerts: readonly WireAlert[];
  /** The newest of them with their acts and transitions. */
  readonly stories: readonly AlertStory[];
  /** More alerts than stories were read. */
  readonly older: number;
}

/** Read again whenever an alert of this patient changes, after every act made here, and now and then. */
export const usePatientRecord = (id: string): PatientRecord => {
  const { api } = useHouse();
  const { sheetAlert } = useDesk();
  const open = usePatientAlerts(id);
  const [past, setPast] = useState<readonly WireAlert[]>([]);
  const [stories, setStories] = useState<readonly AlertStory[]>([]);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = setInterval(() => setRound((before) => before + 1), AGAIN_MS);
    return () => clearInterval(again);
  }, []);
  const versions = open.map((alert) => `${alert.id} ${alert.version}`).join(" ");
  useEffect(() => {
    let gone = false;
    void (async () => {
      const listed = await api.get<Page<WireAlert>>("/alerts", { patient: id, limit: HISTORY });
      if (gone || !listed.ok) return;
      setPast(listed.value.items);
      const told = await Promise.all(
        listed.value.items.slice(0, STORIES).map((alert) => api.get<AlertStory>(`/alerts/${encodeURIComponent(alert.id)}`)),
      );
      if (!gone) setStories(told.flatMap((answer) => (answer.ok ? [answer.value] : [])));
    })();
    return () => {
      gone = true;
    };
    // `round` asks again, and so do every new version and a sheet that was closed: comments change no version.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, id, versions, round, sheetAlert]);
  return useMemo(() => {
    const byId = new Map(past.map((alert) => [alert.id, alert]));
    for (const alert of open) if ((byId.get(alert.id)?.version ?? 0) <= alert.version) byId.set(alert.id, alert);
    return {
      alerts: [...byId.values()].toSorted((left, right) => right.raisedAt - left.raisedAt),
      stories,
      older: Math.max(0, past.length - stories.length),
    };
  }, [past, open, stories]);
};

/** The rules with this patient's own limits; read again every few minutes. */
export const usePatientRules = (id: string): readonly PatientRule[] => {
  const { api } = useHouse();
  const [rules, setRules] = useState<readonly PatientRule[]>([]);
  useEffect(() => {
    let gone = false;
    const read = (): void =>
      void api.get<Page<PatientRule>>(`/patients/${encodeURIComponent(id)}/rules`).then((answer) => {
        if (!gone && answer.ok) setRules(answer.value.items);
      });
    read();
    const again = setInterval(read, 180_000);
    return () => {
      gone = true;
      clearInterval(again);
    };
  }, [api, id]);
  return rules;
};
