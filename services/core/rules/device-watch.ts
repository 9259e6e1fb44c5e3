/** Watches devices: silence, missing daily values, battery, contact, clock, faults (DEV-1 to DEV-7, domain 2.3; semantics 3.6). */
import type { AlertBook } from "#core/alerts/alert-book.ts";
import { isActive } from "#core/alerts/alert-record.ts";
import type { BilingualText, Severity } from "#core/alerts/alert.ts";
import type { MessageEntry, StatusEntry } from "#core/journal-entry.ts";
import { metricCode } from "#core/metrics/catalogue.ts";
import { DRIFT_CLEARS, DRIFT_RAISES } from "#core/rules/clock-offset.ts";
import { intervalOf } from "#core/rules/device-interval.ts";
import type { DeviceState } from "#core/rules/device-state.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import { LONG_SILENT, nextNightMark, silenceAtNight, VERY_LONG_SILENT } from "#core/rules/night-watch.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import type { Receiving } from "#core/rules/receiving.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { OFF_BODY } from "#core/samples/flags.ts";
import type { Sample } from "#core/samples/sample.ts";
import { type DurationMs, type EpochMs, HOUR, MINUTE } from "#core/time.ts";

const SILENT_AT_NIGHT: BilingualText = {
  zh: "夜间治疗患者的监测设备长时间无数据",
  en: "Device of a patient treated at night is silent in the night",
};
const SILENT_AT_LEAST: DurationMs = 5 * MINUTE;
const BACK_FOR: DurationMs = 2 * MINUTE;
/** Longer intervals are single measurements: DEV-3 watches them. */
const DAILY_FROM: DurationMs = 10 * MINUTE;
const FLAT_FOR: DurationMs = 10 * MINUTE;
const FLAT_SAMPLES = 300;
const NORMAL_FOR: DurationMs = 30 * MINUTE;
const OFF_FOR: DurationMs = 30 * MINUTE;
const WORN_FOR: DurationMs = 10 * MINUTE;
/** Their quantum is not coarser than their noise: a living body does not hold them still (domain 4.6). */
const NEVER_FLAT = new Set(["pulse_rate", "heart_rate", "perfusion_index"].map(metricCode));

const BATTERY = metricCode("battery_level");
const SIGNAL = metricCode("signal_quality");
const CONTACT = metricCode("skin_contact");

export interface WatchHost {
  readonly now: EpochMs;
  readonly book: AlertBook;
  readonly receiving: Receiving;
  rule(id: string): RuleVersion | null;
  patientOf(device: DeviceState): PatientState | null;
  emit(event: EngineEvent): void;
  wake(device: DeviceState, at: EpochMs): void;
}

interface Notice {
  readonly severity?: Severity;
  readonly value?: number;
  readonly unit?: string;
  readonly onsetAt?: EpochMs;
  readonly worse?: boolean;
  readonly limit?: number;
  readonly summary?: BilingualText;
}

export class DeviceWatch {
  readonly #host: WatchHost;

  constructor(host: WatchHost) {
    this.#host = host;
  }

  raise(device: DeviceState, id: string, notice: Notice): void {
    const rule = this.#host.rule(id);
    if (rule === null || !rule.enabled) return;
    const { now } = this.#host;
    const onsetAt = notice.onsetAt ?? now;
    this.#host.book.fire(device, id, {
      rule,
      severity: notice.severity ?? rule.severity,
      tier: rule.tier,
      device: device.id,
      onsetAt,
      decidedT: now,
      value: notice.value ?? null,
      unit: notice.unit ?? null,
      threshold: notice.limit ?? rule.threshold,
      late: false,
      lowConfidence: false,
      evidence: () => ({ metric: rule.metric, from: onsetAt, to: now, points: [] }),
      ...(notice.worse === true ? { worse: true } : {}),
      ...(notice.summary === undefined ? {} : { summary: notice.summary }),
    });
  }

  clear(device: DeviceState, id: string): void {
    if (device.live > 0 && device.current(id) !== null) this.#host.book.clear(device, id, this.#host.now);
  }

  /** A message came: clock, return, faults. `newest` is its newest raw `t`, −∞ for none. */
  heard(device: DeviceState, entry: MessageEntry, newest: EpochMs): void {
    if (newest !== Number.NEGATIVE_INFINITY) {
      if (device.clock.observe(newest, entry.arrivedAt)) this.#judgeClock(device);
      // Nothing is measured after it arrived: a clock that is ahead must not hide a silence until it is known to be.
      const at = Math.min(newest + device.clock.offset, entry.arrivedAt);
      if (at > device.newestAt) {
        if (!device.statesInterval && device.newestAt !== Number.NEGATIVE_INFINITY) this.#learnSpacing(device, at - device.newestAt);
        device.newestAt = at;
      }
      if (device.silent || device.live > 0) this.#welcome(device);
    }
    let strays = 0;
    for (const item of entry.quarantined) if (item.reason === "out_of_range") strays++;
    if (device.countStrays(entry.arrivedAt, entry.samples.length, strays)) this.#fault(device);
    else if (device.abnormalAt === device.abnormalAt && this.#host.now - device.abnormalAt >= NORMAL_FOR) {
      device.abnormalAt = Number.NaN;
      this.clear(device, "DEV-7");
    }
  }

  #learnSpacing(device: DeviceState, spacing: DurationMs): void {
    const before = device.spacing.interval;
    device.spacing.add(spacing);
    // It became a faster one: its silence means something sooner than it was asked to be woken.
    if (before > 2 * device.spacing.interval) this.#host.wake(device, this.#host.now + this.#limit(device));
  }

  #fault(device: DeviceState): void {
    device.abnormalAt = this.#host.now;
    this.raise(device, "DEV-7", {});
  }

  #judgeClock(device: DeviceState): void {
    const drift = Math.abs(device.clock.offset);
    if (drift > DRIFT_RAISES) this.raise(device, "DEV-6", { value: device.clock.offset, unit: "ms" });
    else if (drift < DRIFT_CLEARS) this.clear(device, "DEV-6");
  }

  /** Whether a sample must be shown to `inspect`: nothing to see for most. */
  concerns(device: DeviceState, sample: Sample): boolean {
    const { metric } = sample;
    return (
      (sample.flags & OFF_BODY) !== 0 ||
      device.off.size > 0 ||
      device.worn === device.worn ||
      NEVER_FLAT.has(metric) ||
      metric === BATTERY ||
      metric === SIGNAL ||
      metric === CONTACT
    );
  }

  /** Looks at one sample; true when it belongs to a flat line and is to be trusted less. */
  inspect(device: DeviceState, sample: Sample): boolean {
    const { metric, value } = sample;
    const at = sample.t + device.clock.offset;
    if (metric === BATTERY) {
      if (value === value) this.battery(device, value);
      return false;
    }
    const off = (sample.flags & OFF_BODY) !== 0 || (metric === SIGNAL && value < 50) || (metric === CONTACT && value === 0);
    const fine = metric === SIGNAL ? value >= 70 : metric === CONTACT ? value === 1 : sample.quality !== 2;
    if (off) {
      const since = device.off.get(metric);
      if (since === undefined) device.off.set(metric, at);
      else if (at - since > OFF_FOR) this.raise(device, "DEV-5", { onsetAt: since });
      device.worn = Number.NaN;
    } else if (fine && device.off.delete(metric) && device.off.size === 0) device.worn = at;
    if (device.live > 0 && device.off.size === 0 && at - device.worn >= WORN_FOR) {
      device.worn = Number.NaN;
      this.clear(device, "DEV-5");
    }
    return NEVER_FLAT.has(metric) && sample.quality !== 2 && this.#isFlat(device, sample);
  }

  #isFlat(device: DeviceState, { metric, value, t }: Sample): boolean {
    const run = device.flat.get(metric);
    if (run === undefined || run.value !== value || t < run.newest) {
      if (run === undefined) device.flat.set(metric, { value, since: t, samples: 1, newest: t });
      else if (t >= run.newest) {
        run.value = value;
        run.since = t;
        run.samples = 1;
        run.newest = t;
      }
      return false;
    }
    run.samples++;
    run.newest = t;
    if (t - run.since < FLAT_FOR || run.samples < FLAT_SAMPLES) return false;
    this.#fault(device);
    return true;
  }

  battery(device: DeviceState, percent: number): void {
    if (percent >= 30) this.clear(device, "DEV-4");
    else if (percent < 20) {
      const open = device.current("DEV-4");
      const empty = percent < 10;
      const worse = empty && open !== null && (open.alert.value ?? 0) >= 10;
      this.raise(device, "DEV-4", { value: percent, unit: "%", worse, ...(empty ? { limit: 10 } : {}) });
    }
  }

  status(device: DeviceState, entry: StatusEntry): void {
    if (entry.battery !== undefined) this.battery(device, entry.battery);
  }

  /** Silence counts while somebody wears it, is in our care and not paused. */
  #expectedSince(device: DeviceState): EpochMs | null {
    const { now } = this.#host;
    const patient = this.#host.patientOf(device);
    const assignment = device.assignmentAt(now);
    if (patient === null || assignment === null || device.config?.revoked === true || patient.config.status !== "active") return null;
    const { pause } = patient.config;
    if (pause !== null && now >= pause.from && now < pause.to) return null;
    const paused = pause !== null && pause.to <= now ? pause.to : Number.NEGATIVE_INFINITY;
    return Math.max(device.newestAt, assignment.madeAt, paused);
  }

  #limit(device: DeviceState): DurationMs {
    const interval = intervalOf(device, this.#host.patientOf(device));
    return interval > DAILY_FROM ? Math.max(24 * HOUR, interval) : Math.max(2 * interval, SILENT_AT_LEAST);
  }

  #welcome(device: DeviceState): void {
    const { now } = this.#host;
    const silence = now - device.newestAt;
    if (silence > this.#limit(device)) return;
    if (device.backSince !== device.backSince) device.backSince = now;
    if (device.silent) {
      device.silent = false;
      this.#announce(device, "device.returned");
      this.clear(device, "DEV-2");
      this.clear(device, "DEV-3");
      // The next silence is as long as the first was: nobody waits for the later marks of this one.
      this.#host.wake(device, device.newestAt + this.#limit(device) + 1);
    }
    if (now - device.backSince >= BACK_FOR) this.clear(device, "DEV-1");
  }

  #announce(device: DeviceState, type: "device.silent" | "device.returned"): void {
    const institution = device.institutionId;
    if (institution === null) return;
    const { now } = this.#host;
    const key = `${device.key}:${type}:${now}`;
    this.#host.emit({ kind: "device-presence", key, at: now, type, device: device.id, patient: device.patientId, institution });
  }

  /** A person closed an alert of a device that is still silent: it is looked at again after as long as the first time. */
  startAnew(device: DeviceState): void {
    if (device.silent) this.#host.wake(device, this.#host.now + this.#limit(device));
  }

  /** Judges the silence of now and asks to be woken when it will mean more. */
  wake(device: DeviceState): void {
    const { now, receiving } = this.#host;
    const since = this.#expectedSince(device);
    const patient = this.#host.patientOf(device);
    if (since === null || patient === null) {
      const pause = patient?.config.pause ?? null;
      if (pause !== null && now < pause.to) this.#host.wake(device, pause.to);
      const next = device.assignments.find(({ from }) => from > now);
      if (next !== undefined) this.#host.wake(device, next.from);
      return;
    }
    if (receiving.since === null) return;
    const interval = intervalOf(device, this.#host.patientOf(device));
    const grace = receiving.since + Math.max(2 * interval, SILENT_AT_LEAST);
    if (now < grace) {
      this.#host.wake(device, grace);
      return;
    }
    const silence = receiving.heard(since, now);
    const limit = this.#limit(device);
    if (silence > limit) this.#fallSilent(device, patient, since, silence, interval);
    const marks = interval > DAILY_FROM ? [limit, 72 * HOUR] : [limit, LONG_SILENT, VERY_LONG_SILENT];
    const mark = marks.find((candidate) => candidate >= limit && silence <= candidate);
    const next = Math.min(mark === undefined ? HOUR : mark - silence + 1, nextNightMark(device, patient, since, now, receiving));
    // A device that states no interval may become a faster one meanwhile.
    this.#host.wake(device, now + (device.statesInterval ? next : Math.min(next, DAILY_FROM)));
  }

  #fallSilent(device: DeviceState, patient: PatientState, since: EpochMs, silence: DurationMs, interval: DurationMs): void {
    device.backSince = Number.NaN;
    const onsetAt = since;
    if (!device.silent) {
      device.silent = true;
      this.#announce(device, "device.silent");
    }
    if (interval > DAILY_FROM) {
      this.raise(device, "DEV-3", { onsetAt, severity: silence > 72 * HOUR ? "S3" : "T" });
      return;
    }
    if (device.current("DEV-1") === null) this.raise(device, "DEV-1", { onsetAt });
    if (silence <= LONG_SILENT) return;
    const { now, receiving } = this.#host;
    const urgent = [...patient.slots.values()].some(
      ({ record }) => isActive(record) && (record.alert.severity === "S1" || record.alert.severity === "S2"),
    );
    const atNight = silenceAtNight(device, patient, since, now, receiving);
    const open = device.current("DEV-2");
    const raise = (length: DurationMs, summary?: BilingualText): void =>
      this.raise(device, "DEV-2", {
        onsetAt,
        severity: length > VERY_LONG_SILENT ? "S3" : "T",
        ...(summary === undefined ? {} : { summary }),
      });
    if (urgent) raise(silence);
    else if (atNight > LONG_SILENT) raise(atNight, SILENT_AT_NIGHT);
    // What it was raised for may be over: nobody knows yet that the patient is safe.
    else if (open !== null) raise(silence, open.alert.summary);
  }
}
