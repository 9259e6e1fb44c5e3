/** Embedded broker against aedes as it is: the same load, alternating, in one run; what a million messages cost, and how many a second. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Aedes } from "aedes";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import type { DeviceId } from "#core/ids.ts";
import { spawnLoadDevices, type LoadReport } from "#tests/support/load-devices.ts";

const CONNECTIONS = Number(process.argv[2] ?? 1_000);
const SECONDS = Number(process.argv[3] ?? 6);
/** The rate the whole product has to hold on two cores, and twice that. */
const RATES = [15_000, 30_000];
const ROUNDS = 3;

interface Peer {
  readonly name: string;
  open(): Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
}

/** Acknowledges once a turn, like a group commit that costs nothing. */
const createNullSink = () => {
  let waiting: (() => void)[] = [];
  return (acknowledge: () => void): void => {
    if (waiting.length === 0) {
      setImmediate(() => {
        const batch = waiting;
        waiting = [];
        for (const call of batch) call();
      });
    }
    waiting.push(acknowledge);
  };
};

const openOurs = async (receipts: boolean) => {
  const sink = createNullSink();
  const last = new Map<string, number>();
  const bus = await openBusEmbedded({
    host: "127.0.0.1",
    port: 0,
    handlers: {
      authenticate: (clientId) => clientId as DeviceId,
      siteOf: () => "home",
      onMessage: (message, acknowledge) => {
        if (message.sender !== null) last.set(message.sender, (last.get(message.sender) ?? 0) + 1);
        sink(acknowledge);
      },
      onConnection: () => undefined,
      onViolation: () => undefined,
    },
  });
  // A receipt a second and device, a hundredth of the devices every 10 ms.
  const cursor = { at: 0 };
  const timer = setInterval(() => {
    if (!receipts || last.size === 0) return;
    const devices = [...last.keys()];
    for (let n = 0; n < devices.length / 100; n += 1) {
      const device = devices[cursor.at++ % devices.length] as string;
      bus.publish(`homeward/v1/home/${device}/receipt`, `{"seq":${last.get(device) ?? 0},"missing":[]}`);
    }
  }, 10);
  return {
    url: bus.url,
    close: async () => {
      clearInterval(timer);
      await bus[Symbol.asyncDispose]();
    },
  };
};

const peers: Peer[] = [
  { name: "own splitter", open: () => openOurs(false) },
  { name: "own splitter, receipts", open: () => openOurs(true) },
  {
    name: "aedes as it is",
    open: async () => {
      const sink = createNullSink();
      const aedes = await Aedes.createBroker({
        authorizePublish: (_client, _packet, done) => sink(() => done(null)),
      });
      const server = createServer({ noDelay: true }, (socket) => void aedes.handle(socket));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return {
        url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: async () => {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          await new Promise<void>((resolve) => aedes.close(() => resolve()));
          await closed;
        },
      };
    },
  },
];

/** What the broker's own process spent between the first connection and the end of the load. */
interface Cost {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

/** The child's half: one peer alone in its process, so that memory and processor time are its own. */
const servePeer = async (name: string): Promise<void> => {
  const peer = peers.find((one) => one.name === name);
  if (peer === undefined) throw new Error(`no peer ${name}`);
  const { url, close } = await peer.open();
  const before = process.cpuUsage();
  let rssMiB = 0;
  const watching = setInterval(() => {
    rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / 1_048_576);
  }, 100);
  process.send?.(url);
  await once(process, "message");
  clearInterval(watching);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ cpuSeconds: (user + system) / 1_000_000, rssMiB } satisfies Cost);
  await close();
  process.disconnect();
};

const measure = async (peer: Peer, rate: number): Promise<{ report: LoadReport; cost: Cost }> => {
  const child = fork(import.meta.filename, ["--serve", peer.name]);
  try {
    const [url] = (await once(child, "message")) as [string];
    const report = await spawnLoadDevices({
      url,
      devices: Array.from({ length: CONNECTIONS }, (_, n) => ({ site: "home", device: `load-${n}`, secret: "s" })),
      rate,
      seconds: SECONDS,
      warmUpSeconds: 2,
      drainSeconds: 2,
    });
    const answer = once(child, "message");
    child.send("stop");
    const [cost] = (await answer) as [Cost];
    return { report, cost };
  } finally {
    child.kill();
  }
};

const compare = async (): Promise<void> => {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${CONNECTIONS} connections, ${SECONDS} s each, ${ROUNDS} rounds alternating, each broker in its own process`);
  const costs = new Map<string, number[]>();
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const rate of RATES) {
      for (const peer of peers) {
        const { report, cost } = await measure(peer, rate);
        const perMillion = (cost.cpuSeconds / report.acknowledged) * 1_000_000;
        const key = `${peer.name} at ${rate}/s`;
        costs.set(key, [...(costs.get(key) ?? []), perMillion]);
        const { p50, p99 } = report.latencyMs;
        say(
          [
            peer.name.padEnd(22),
            `asked ${rate}/s`,
            `reached ${report.perSecond.toFixed(0)}/s`,
            `${perMillion.toFixed(1)} CPU-s per million`,
            `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
            `RSS ${cost.rssMiB.toFixed(0)} MiB`,
            `lost ${report.lost}`,
            `receipts ${report.receipts}`,
            `held back ${report.heldBack}`,
            `load itself ${((report.cpuSeconds / report.acknowledged) * 1_000_000).toFixed(1)}`,
          ].join(" | "),
        );
      }
    }
  }
  // The median: a run in which the machine was busy elsewhere batches more and looks cheaper.
  const median = (key: string): number => (costs.get(key) ?? []).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  for (const rate of RATES) {
    const ratio = median(`aedes as it is at ${rate}/s`) / median(`own splitter at ${rate}/s`);
    say(`at ${rate}/s asked, aedes as it is costs ${ratio.toFixed(2)} times the processor time of the own splitter`);
  }
};

if (process.argv[2] === "--serve") await servePeer(process.argv[3] ?? "");
else await compare();
