/** What the patient's room reads: the patient, their open alerts, and one series per metric, read again while looked at. */
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Problem } from "../data/api.ts";
import type { Latest, Patient, Series, WireAlert } from "../data/wire.ts";
import { useHouse, useStore } from "./house-context.ts";

const HOUR = 3_600_000;
export const RANGES = { h1: HOUR, h6: 6 * HOUR, h24: 24 * HOUR, d7: 168 * HOUR } as const;
export interface Range {
  readonly from: number;
  readonly to: number;
}

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

export const useSeries = (id: string, metricKeys: string, range: keyof typeof RANGES) => {
  const { api, clock } = useHouse();
  const [list, setList] = useState<readonly Series[]>([]);
  const [shown, setShown] = useState<Range | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    const again = setInterval(reload, range === "h1" ? 5_000 : 20_000);
    return () => clearInterval(again);
  }, [reload, range]);
  useEffect(() => {
    if (metricKeys === "" || !clock.known) return;
    let gone = false;
    const to = Math.ceil(clock.now());
    const from = to - RANGES[range];
    void Promise.all(
      metricKeys
        .split(" ")
        .map((metric) => api.get<Series>(`/patients/${encodeURIComponent(id)}/series`, { metric, from, to, maxPoints: 600 })),
    ).then((answers) => {
      if (gone) return;
      const failed = answers.find((answer) => !answer.ok);
      setProblem(failed?.ok === false ? failed.problem : null);
      setList(answers.flatMap((answer) => (answer.ok ? [answer.value] : [])));
      setShown({ from, to });
    });
    return () => {
      gone = true;
    };
    // `round` asks again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [api, clock, id, metricKeys, range, round]);
  return { list, shown, problem, reload };
};
