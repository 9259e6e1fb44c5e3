/** A bench without a network: time that jumps to the next thing due, and devices in the same process, sound or faulty in one way each. */
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { Examination } from "#simulators/check-device/examination.ts";
import type { Bench, BenchListener, DeviceProgram } from "#simulators/check-device/bench.ts";
import type { Findings } from "#simulators/check-device/checks.ts";
import { decodeReceipt } from "#contracts/receipt.ts";

const SITE = "bench";
const DEVICE = "device-1";
const START = Date.UTC(2026, 4, 1, 8);

class VirtualTime {
  now = START;
  #due: { at: number; call: () => void }[] = [];

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.now + ms, call };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((one) => one !== entry);
    };
  }

  /** Runs what is due, moment by moment, until the promise has settled. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    void promise.then(settle, settle);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      this.#due.sort((a, b) => a.at - b.at);
      const next = this.#due.shift();
      if (next === undefined) throw new Error("nothing is due, and the examination waits");
      this.now = Math.max(this.now, next.at);
      next.call();
    }
  }
}

/** What a device does differently from a sound one. */
export interface Faults {
  readonly forgetsAtPuback?: boolean;
  readonly countsFromOneAtReconnect?: boolean;
  readonly secondsNotMs?: boolean;
  readonly clockAheadMs?: number;
  readonly topic?: string;
  readonly ignoresMissing?: boolean;
  readonly neverVoids?: boolean;
  readonly rewritesRepeats?: boolean;
  readonly neverResends?: boolean;
  readonly ignoresReceipts?: boolean;
  readonly neverSubscribes?: boolean;
  readonly retains?: boolean;
  readonly qos?: 0 | 1;
  readonly noWill?: boolean;
  readonly noStatus?: boolean;
  readonly skipsEverySecondNumber?: boolean;
  readonly giveUpWhenRefused?: boolean;
  readonly hammers?: boolean;
  readonly wrongSecret?: boolean;
  readonly foreignWill?: boolean;
  readonly losesMemoryAtRestart?: boolean | "counter" | "with epoch";
  readonly voidsEarly?: boolean;
  readonly metric?: string;
  readonly unit?: string;
  readonly samples?: number;
  readonly waveform?: "shared" | "apart";
  readonly noSeq?: boolean;
  readonly senml?: boolean;
  readonly perSecond?: number;
  readonly babbles?: boolean;
}

interface Message {
  readonly seq: number;
  readonly channel: "telemetry" | "waveform";
  body: string;
}

const examineWith = (faults: Faults, patienceMs: number, withProgram: boolean): Promise<Findings> => {
  const time = new VirtualTime();
  let listener: BenchListener | undefined;
  let refusals = 0;
  let connection = 0;
  let isConnected = false;
  let isSubscribed = false;
  let isRestarting = false;

  const bench: Bench = {
    convert: createUcumConverter(),
    now: () => time.now,
    after: (ms, call) => time.after(ms, call),
    listen: (to) => {
      listener = to;
    },
    refuseNext: () => {
      refusals += 1;
    },
    sendReceipt: (body) => {
      const on = connection;
      if (isSubscribed && isConnected) time.after(2, () => on === connection && isConnected && device.receipt(body));
    },
    cut: () => lose(true),
  };

  const topic = (channel: string): string => `homeward/v1/${SITE}/${DEVICE}/${channel}`;
  const publish = (to: string, body: string, qos: 0 | 1, retain: boolean, acknowledged: () => void): void => {
    const on = connection;
    time.after(1, () => {
      if (on !== connection || !isConnected) return;
      if (!to.startsWith(topic(""))) return listener?.violated("foreign_topic", to);
      const acknowledge = (): void => void time.after(1, () => on === connection && isConnected && acknowledged());
      listener?.received({ topic: to, payload: new TextEncoder().encode(body), qos, retain, will: false, acknowledge });
    });
  };
  const lose = (withWill: boolean): void => {
    if (!isConnected) return;
    isConnected = false;
    isSubscribed = false;
    if (withWill && faults.noWill !== true) {
      const payload = new TextEncoder().encode('{"online":false}');
      listener?.received({ topic: topic("status"), payload, qos: 1, retain: true, will: true, acknowledge: () => undefined });
    }
    listener?.closed();
    if (!isRestarting) device.lost();
  };
  const signIn = (): void => {
    listener?.attempted();
    if (refusals > 0) {
      refusals -= 1;
      if (faults.giveUpWhenRefused !== true) time.after(faults.hammers === true ? 5 : 1_000, signIn);
      return;
    }
    if (faults.wrongSecret === true || faults.foreignWill === true) {
      if (faults.foreignWill === true) listener?.violated("bad_will", "homeward/v1/bench/another/status");
      else listener?.violated("bad_credentials", "unknown device or wrong secret");
      time.after(1_000, signIn);
      return;
    }
    connection += 1;
    isConnected = true;
    listener?.signedIn();
    isSubscribed = faults.neverSubscribes !== true;
    if (isSubscribed) listener?.subscribed(topic("receipt"));
    device.signedIn();
  };

  const device = createDevice();
  function createDevice() {
    let life = 0;
    let epoch = faults.losesMemoryAtRestart === "with epoch" ? "life-0" : undefined;
    let seq = 0;
    let waveformSeq = 0;
    let outbox = new Map<string, Message>();
    let repeats = 0;
    const send = (message: Message, isRepeat = false): void => {
      if (isRepeat && faults.rewritesRepeats === true) {
        repeats += 1;
        message.body = message.body.replace(/"retry":\d+,|^\{/, `{"retry":${repeats},`);
      }
      publish(faults.topic ?? topic(message.channel), message.body, faults.qos ?? 1, faults.retains === true, () => {
        if (faults.forgetsAtPuback === true) outbox.delete(`${message.channel}${message.seq}`);
      });
    };
    const sayVoid = (number: number): void =>
      publish(topic("telemetry"), JSON.stringify({ seq: number, epoch, void: true }), 1, false, () => undefined);
    const add = (message: Message): void => {
      outbox.set(`${message.channel}${message.seq}`, message);
      if (isConnected) for (let times = 0; times < (faults.babbles === true ? 5 : 1); times++) send(message);
    };
    const measure = (): void => {
      const t = Math.round(time.now) + (faults.clockAheadMs ?? 0);
      seq += faults.skipsEverySecondNumber === true ? 2 : 1;
      const sample = {
        metric: faults.metric ?? "spo2",
        t: faults.secondsNotMs === true ? Math.round(t / 1_000) : t,
        value: 97,
        unit: faults.unit,
      };
      const samples = Array.from({ length: faults.samples ?? 1 }, (_, index) => ({ ...sample, t: sample.t - index }));
      const number = faults.noSeq === true ? {} : { seq, epoch };
      const pack = [{ ...number, bn: `${DEVICE}:`, bt: t / 1_000, n: "spo2", u: "%", v: 97 }];
      add({ seq, channel: "telemetry", body: JSON.stringify(faults.senml === true ? pack : { ...number, samples }) });
      if (faults.waveform !== undefined) {
        if (faults.waveform === "shared") seq += 1;
        else waveformSeq += 1;
        const waveform = faults.waveform === "shared" ? seq : waveformSeq;
        const block = { seq: waveform, signal: "pleth", t0: t - 40, hz: 75, unit: "1", values: [1, 2, 3] };
        add({ seq: waveform, channel: "waveform", body: JSON.stringify(block) });
      }
      if (faults.voidsEarly === true && seq > 4) sayVoid(seq - 1);
      time.after(1_000 / (faults.perSecond ?? 1), measureOf(life));
    };
    const measureOf = (of: number) => () => {
      if (of === life) measure();
    };
    time.after(300, signIn);
    time.after(400, measureOf(0));
    return {
      signedIn() {
        if (connection > 1 && faults.countsFromOneAtReconnect === true) {
          seq = 0;
          outbox.clear();
        }
        if (faults.noStatus !== true) publish(topic("status"), '{"online":true,"battery":80}', 1, true, () => undefined);
        if (faults.neverResends !== true) for (const message of outbox.values()) send(message, connection > 1);
      },
      receipt(text: string) {
        const receipt = decodeReceipt(text);
        if (receipt === null) return;
        for (const [key, message] of outbox) {
          if (message.seq <= receipt.seq && !receipt.missing.includes(message.seq) && faults.ignoresReceipts !== true) outbox.delete(key);
        }
        if (faults.ignoresMissing === true) return;
        for (const number of receipt.missing) {
          const message = outbox.get(`telemetry${number}`) ?? outbox.get(`waveform${number}`);
          if (message !== undefined) send(message, true);
          else if (faults.neverVoids !== true) sayVoid(number);
        }
      },
      lost() {
        const of = life;
        time.after(1_000, () => of === life && signIn());
      },
      restart() {
        life += 1;
        const lost = faults.losesMemoryAtRestart;
        if (lost === true) outbox = new Map();
        if (lost === "counter" || lost === "with epoch") {
          seq = 0;
          outbox = new Map();
        }
        if (lost === "with epoch") epoch = `life-${life}`;
        time.after(500, signIn);
        time.after(600, measureOf(life));
      },
    };
  }

  const program: DeviceProgram = {
    restart: async () => {
      // Its connection ends with it; the new process signs in by itself.
      isRestarting = true;
      lose(true);
      isRestarting = false;
      device.restart();
    },
  };
  const examination = new Examination(bench, {
    site: SITE,
    device: DEVICE,
    patienceMs,
    withinMs: 8 * patienceMs,
    ...(withProgram ? { program } : {}),
  });
  return time.drive(examination.run());
};

/** Examines a device with these faults. */
export const examine = (
  faults: Faults = {},
  options: { readonly patienceMs?: number; readonly restarts?: boolean } = {},
): Promise<Findings> => examineWith(faults, options.patienceMs ?? 30_000, options.restarts !== false);
