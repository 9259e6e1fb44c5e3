/** Many devices at a steady rate, whatever the server does: raw sockets that speak just enough MQTT 3.1.1, so that little of the machine goes to the load itself. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

interface LoadDevice {
  readonly site: string;
  readonly device: string;
  readonly secret: string;
}

export interface LoadOptions {
  /** `mqtt://host:port` */
  readonly url: string;
  readonly devices: readonly LoadDevice[];
  /** Messages a second of all devices together. */
  readonly rate: number;
  readonly seconds: number;
  /** Seconds at the beginning that load but do not count in latencies and rate; default 0. */
  readonly warmUpSeconds?: number;
  /** Metrics of each message and about which value; default SpO2 and pulse rate at rest. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Moments each message tells of, every metric once at each, spread evenly over the time since the last message; default 1. */
  readonly momentsPerMessage?: number;
  /** First message number; default 1. */
  readonly firstSeq?: number;
  /** Subscribes every device to its receipts; default true. */
  readonly receipts?: boolean;
  /** Added to the machine's time for `t`, for a server whose clinical clock is elsewhere; default 0. */
  readonly clockOffset?: number;
  /** How long to wait at the end for acknowledgements and receipts still due; default 10 s. */
  readonly drainSeconds?: number;
}

export interface LoadReport {
  readonly connections: number;
  readonly connectSeconds: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly receipts: number;
  /** Devices whose last receipt named their last message. */
  readonly fullyReceipted: number;
  /** Connections the server ended. */
  readonly lost: number;
  /** Acknowledged a second while counting. */
  readonly perSecond: number;
  /** From the moment a message was due, not from when it could be written. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** Messages that were due but not written, since their device had too many open. */
  readonly heldBack: number;
  readonly cpuSeconds: number;
}

/** Steps the values go through, so that no sensor looks stuck. */
const STEPS = [0, 0.2, 0.4, 0.2, 0, -0.2, -0.4, -0.2];
/** Open messages of one device; a power of two. */
const MOST_OPEN = 2_048;
const TICK_MS = 5;

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

const lengthOf = (length: number): number[] => {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
};

const packet = (first: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, ...lengthOf(body.length)]), body]);
};

const connectPacket = (device: string, secret: string): Buffer =>
  packet(0x10, text("MQTT"), Buffer.from([4, 0xc2, 0, 0]), text(device), text(device), text(secret));

class LoadConnection {
  readonly socket: Socket;
  readonly dueAt = new Float64Array(MOST_OPEN);
  readonly topic: Buffer;
  readonly device: LoadDevice;
  seq: number;
  /** Newest time told: no two measurements of a device share one. */
  newestT = 0;
  sent = 0;
  acknowledged = 0;
  receipts = 0;
  receiptSeq = 0;
  ended = false;
  onReady: () => void = () => undefined;
  onAcknowledged: (dueAt: number) => void = () => undefined;
  #rest: Buffer | undefined;
  readonly #subscribes: boolean;

  constructor(url: URL, device: LoadDevice, firstSeq: number, subscribes: boolean) {
    this.device = device;
    this.seq = firstSeq;
    this.#subscribes = subscribes;
    this.topic = text(`homeward/v1/${device.site}/${device.device}/telemetry`);
    this.socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.ended = true;
      this.onReady();
    });
    this.socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.socket.write(connectPacket(device.device, device.secret));
  }

  publish(body: string, dueAt: number): void {
    const packetId = (this.sent % 65_535) + 1;
    this.dueAt[packetId & (MOST_OPEN - 1)] = dueAt;
    const bodyLength = Buffer.byteLength(body);
    const length = this.topic.length + 2 + bodyLength;
    const header = length < 128 ? 2 : length < 16_384 ? 3 : 4;
    const bytes = Buffer.allocUnsafe(header + length);
    bytes[0] = 0x32;
    lengthOf(length).forEach((byte, index) => {
      bytes[index + 1] = byte;
    });
    this.topic.copy(bytes, header);
    bytes.writeUInt16BE(packetId, header + this.topic.length);
    bytes.write(body, header + this.topic.length + 2);
    this.sent += 1;
    this.seq += 1;
    this.socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      let length = 0;
      let body = at + 1;
      for (let shift = 0; ; shift += 7, body += 1) {
        const byte = bytes[body];
        if (byte === undefined) return this.#keep(bytes, at);
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      body += 1;
      if (body + length > bytes.length) break;
      this.#packet(bytes, at, body, body + length);
      at = body + length;
    }
    this.#keep(bytes, at);
  }

  #keep(bytes: Buffer, at: number): void {
    this.#rest = at === bytes.length ? undefined : bytes.subarray(at);
  }

  #packet(bytes: Buffer, at: number, body: number, end: number): void {
    const first = bytes[at] as number;
    if (first === 0x40) {
      this.acknowledged += 1;
      this.onAcknowledged(this.dueAt[bytes.readUInt16BE(body) & (MOST_OPEN - 1)] as number);
    } else if (first >> 4 === 3) {
      const topicLength = bytes.readUInt16BE(body);
      const payload = bytes.toString("utf8", body + 4 + topicLength, end);
      this.receipts += 1;
      this.receiptSeq = Math.max(this.receiptSeq, Number(/"seq":(\d+)/.exec(payload)?.[1] ?? 0));
      if ((first & 6) !== 0) {
        const id = body + 2 + topicLength;
        this.socket.write(Buffer.from([0x40, 2, bytes[id] as number, bytes[id + 1] as number]));
      }
    } else if (first === 0x20) {
      if (bytes[body + 1] !== 0) this.socket.destroy();
      else if (this.#subscribes) {
        const { site, device } = this.device;
        const filter = text(`homeward/v1/${site}/${device}/receipt`);
        this.socket.write(packet(0x82, Buffer.from([0, 1]), filter, Buffer.from([1])));
      } else this.onReady();
    } else if (first === 0x90) this.onReady();
  }
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Connects all devices, keeps the rate for the time asked for, and says what came back. Runs in this process. */
export const runLoadDevices = async (options: LoadOptions): Promise<LoadReport> => {
  const { devices, rate, seconds, warmUpSeconds = 0, firstSeq = 1, receipts = true } = options;
  const url = new URL(options.url);
  const readings = Object.entries(options.metrics ?? { spo2: 97, pulse_rate: 72 });
  const cpuBefore = process.cpuUsage();
  const connectingAt = performance.now();
  const connections: LoadConnection[] = [];
  // A hundred at a time, like homes that come back, not one flood of handshakes.
  for (let first = 0; first < devices.length; first += 100) {
    const group = devices.slice(first, first + 100).map((device) => new LoadConnection(url, device, firstSeq, receipts));
    await Promise.all(
      group.map(
        (connection) =>
          new Promise<void>((resolve) => {
            connection.onReady = resolve;
          }),
      ),
    );
    connections.push(...group);
  }
  const connectSeconds = (performance.now() - connectingAt) / 1_000;

  const total = Math.floor(rate * (seconds + warmUpSeconds));
  const latencies = new Float64Array(total);
  let recorded = 0;
  let counted = 0;
  let heldBack = 0;
  const startedAt = performance.now();
  const countFrom = startedAt + warmUpSeconds * 1_000;
  const countUntil = countFrom + seconds * 1_000;
  for (const connection of connections) {
    connection.onAcknowledged = (dueAt) => {
      const now = performance.now();
      if (now >= countFrom && now < countUntil) counted += 1;
      if (dueAt >= countFrom && recorded < total) latencies[recorded++] = now - dueAt;
    };
  }

  const moments = options.momentsPerMessage ?? 1;
  const spacing = Math.max(1, Math.floor((devices.length / rate / moments) * 1_000));
  let due = 0;
  let turn = 0;
  while (due < total) {
    const now = performance.now();
    const target = Math.min(total, Math.floor(((now - startedAt) / 1_000) * rate));
    const t = Date.now() + (options.clockOffset ?? 0);
    for (; due < target; due += 1) {
      const connection = connections[turn] as LoadConnection;
      turn = (turn + 1) % connections.length;
      if (connection.ended) continue;
      if (connection.sent - connection.acknowledged >= MOST_OPEN - 1) {
        heldBack += 1;
        continue;
      }
      let samples = "";
      for (let moment = moments - 1; moment >= 0; moment -= 1) {
        connection.newestT = Math.max(connection.newestT + 1, t - moment * spacing);
        const step = STEPS[(connection.seq * moments - moment) & 7] as number;
        for (const [metric, value] of readings)
          samples += `${samples === "" ? "" : ","}{"metric":"${metric}","t":${connection.newestT},"value":${Math.round((value + step) * 10) / 10}}`;
      }
      connection.publish(`{"seq":${connection.seq},"samples":[${samples}]}`, startedAt + (due / rate) * 1_000);
    }
    await sleep(TICK_MS);
  }

  const isDone = (connection: LoadConnection): boolean =>
    connection.ended || (connection.acknowledged >= connection.sent && (!receipts || connection.receiptSeq >= connection.seq - 1));
  const drainUntil = performance.now() + (options.drainSeconds ?? 10) * 1_000;
  while (performance.now() < drainUntil && !connections.every(isDone)) await sleep(20);

  const cpu = process.cpuUsage(cpuBefore);
  const lost = connections.filter((connection) => connection.ended).length;
  for (const connection of connections) connection.socket.destroy();
  const sorted = latencies.subarray(0, recorded).sort();
  const sum = (of: (connection: LoadConnection) => number): number => connections.reduce((so, connection) => so + of(connection), 0);
  return {
    connections: connections.length,
    connectSeconds,
    sent: sum((connection) => connection.sent),
    acknowledged: sum((connection) => connection.acknowledged),
    receipts: sum((connection) => connection.receipts),
    fullyReceipted: sum((connection) => (connection.receiptSeq >= connection.seq - 1 ? 1 : 0)),
    lost,
    perSecond: counted / seconds,
    latencyMs: {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
      max: sorted.at(-1) ?? 0,
    },
    heldBack,
    cpuSeconds: (cpu.user + cpu.system) / 1_000_000,
  };
};

/** The same in a process of its own, so that the load does not stand in the way of what it measures. */
export const spawnLoadDevices = async (options: LoadOptions): Promise<LoadReport> => {
  const child = fork(fileURLToPath(import.meta.url), ["--as-load-process"], { execArgv: [] });
  try {
    child.send(options);
    const [report] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => {
        throw new Error("the load process ended without a report");
      }),
    ])) as [LoadReport];
    return report;
  } finally {
    child.kill();
  }
};

if (process.argv[2] === "--as-load-process" && process.send !== undefined) {
  const [options] = (await once(process, "message")) as [LoadOptions];
  process.send(await runLoadDevices(options));
}
