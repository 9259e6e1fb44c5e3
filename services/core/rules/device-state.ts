/** What the engine knows of one device: who wears it when, its clock, its silence and its faults. */
import { AlertOwner } from "#core/alerts/alert-record.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { Assignment, DeviceConfig } from "#core/people.ts";
import { ClockOffset } from "#core/rules/clock-offset.ts";
import { Spacing } from "#core/rules/spacing.ts";
import type { Stream } from "#core/rules/stream.ts";
import { type DurationMs, type EpochMs, MINUTE, SECOND } from "#core/time.ts";

export interface FlatRun {
  value: number;
  since: EpochMs;
  samples: number;
  newest: EpochMs;
}

/** Samples by minute of arrival over one hour. */
const BUCKETS = 60;

export class DeviceState extends AlertOwner {
  readonly id: DeviceId;
  #config: DeviceConfig | null = null;
  /** Its shortest stated interval; Infinity when it states none. */
  statedInterval: DurationMs = Number.POSITIVE_INFINITY;
  /** Of its messages' newest `t`, while it states no interval. */
  readonly spacing = new Spacing();
  assignments: Assignment[] = [];
  readonly clock = new ClockOffset();
  /** Newest `t` of any metric, in our time. */
  newestAt: EpochMs = Number.NEGATIVE_INFINITY;
  silent = false;
  /** Data flows again since then; NaN while it does not. */
  backSince: EpochMs = Number.NaN;
  /** Metrics without contact or signal, since when (our time). */
  readonly off = new Map<number, EpochMs>();
  worn: EpochMs = Number.NaN;
  readonly flat = new Map<number, FlatRun>();
  readonly samplesByMinute = new Uint32Array(BUCKETS);
  readonly strayByMinute = new Uint32Array(BUCKETS);
  minute = 0;
  strays = 0;
  abnormalAt: EpochMs = Number.NaN;
  /** Streams of the present wearer by metric, without a side; others are found the long way. */
  readonly routes: (Stream | undefined)[] = [];
  wearer: PatientId | null = null;
  wornFrom: EpochMs = Number.NaN;
  wornTo: EpochMs = Number.NaN;
  /** Wearer at the engine's present, for alerts about the device. */
  present: PatientId | null = null;

  constructor(id: DeviceId) {
    super();
    this.id = id;
  }

  get key(): string {
    return `device:${this.id}`;
  }
  get subject(): string {
    return this.id;
  }
  get patientId(): PatientId | null {
    return this.present;
  }
  get institutionId(): InstitutionId | null {
    return this.config?.institution ?? null;
  }
  get deviceId(): DeviceId {
    return this.id;
  }
  timeZone = "UTC";
  get watched(): boolean {
    return true;
  }
  staleAt(): EpochMs {
    return Number.POSITIVE_INFINITY;
  }

  get config(): DeviceConfig | null {
    return this.#config;
  }
  set config(config: DeviceConfig | null) {
    this.#config = config;
    let shortest = Number.POSITIVE_INFINITY;
    for (const { everyS } of Object.values(config?.metrics ?? {})) shortest = Math.min(shortest, everyS);
    this.statedInterval = shortest * SECOND;
  }
  get statesInterval(): boolean {
    return this.statedInterval !== Number.POSITIVE_INFINITY;
  }

  assign(assignment: Assignment): void {
    this.assignments = [
      ...this.assignments.filter(({ from }) => from !== assignment.from),
      ...(assignment.to !== null && assignment.to <= assignment.from ? [] : [assignment]),
    ].sort((a, b) => a.from - b.from);
    this.wornFrom = Number.NaN;
    this.wornTo = Number.NaN;
    this.routes.length = 0;
  }

  /** The statement that holds at `t`: the one that began last. */
  assignmentAt(t: EpochMs): Assignment | null {
    // The newest statement that has begun ends every earlier one, also where it has itself ended since: as the registry reads it.
    const last = this.assignments.findLast(({ from }) => from <= t);
    return last !== undefined && (last.to === null || t < last.to) ? last : null;
  }

  /** Whose sample it is at `t`; remembers the span for the samples that follow. */
  wearerAt(t: EpochMs): PatientId | null {
    if (t >= this.wornFrom && t < this.wornTo) return this.wearer;
    const found = this.assignmentAt(t);
    let from = found?.from ?? Number.NEGATIVE_INFINITY;
    let to = found?.to ?? Number.POSITIVE_INFINITY;
    for (const other of this.assignments) {
      if (other.from > t && other.from < to) to = other.from;
      if (found === null && other.to !== null && other.to <= t && other.to > from) from = other.to;
    }
    const patient = found?.patient ?? null;
    // Only the present wearer's streams are kept at hand.
    if (patient !== this.wearer || !(t >= this.wornFrom)) this.routes.length = 0;
    this.wearer = patient;
    this.wornFrom = from;
    this.wornTo = to;
    return patient;
  }

  /** Counts a message's samples into the hour; true when more than 5 % of at least 20 lay outside the hard limits. */
  countStrays(arrivedAt: EpochMs, samples: number, strays: number): boolean {
    const minute = Math.floor(arrivedAt / MINUTE);
    if (minute > this.minute) {
      const passed = Math.min(BUCKETS, minute - this.minute);
      for (let step = 1; step <= passed; step++) {
        const bucket = (minute - passed + step) % BUCKETS;
        this.strays -= this.strayByMinute[bucket] as number;
        this.samplesByMinute[bucket] = 0;
        this.strayByMinute[bucket] = 0;
      }
      this.minute = minute;
    }
    const bucket = this.minute % BUCKETS;
    this.samplesByMinute[bucket] = (this.samplesByMinute[bucket] as number) + samples + strays;
    if (strays === 0) return false;
    this.strayByMinute[bucket] = (this.strayByMinute[bucket] as number) + strays;
    this.strays += strays;
    let total = 0;
    for (const count of this.samplesByMinute) total += count;
    return total >= 20 && this.strays > 0.05 * total;
  }
}
