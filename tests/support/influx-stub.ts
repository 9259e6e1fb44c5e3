/** A server that takes lines like InfluxDB 2, keeps each point once, and fails as a test tells it to. It knows no query but how far it was told to be. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";

export interface StubWrite {
  readonly bucket: string;
  readonly lines: readonly string[];
  readonly packed: boolean;
  readonly token: string;
}

/** What to do with a write instead of storing it; undefined: store it. */
export type Fault = (
  write: StubWrite,
  response: ServerResponse,
  /** Stores the lines all the same. */
  store: () => void,
) => undefined | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> } | "answered";

export interface InfluxStub {
  readonly url: string;
  /** Points by bucket, each named by series and time: fields as written last. */
  readonly points: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly writes: readonly StubWrite[];
  /** Most writes under way at a time. */
  readonly mostAtOnce: number;
  fault: Fault | null;
  /** Forgets every point, as a database restored from an older backup. */
  forget(): void;
  close(): Promise<void>;
}

export const startInfluxStub = async (port = 0): Promise<InfluxStub> => {
  const points = new Map<string, Map<string, string>>();
  const writes: StubWrite[] = [];
  let under = 0;
  const stub = { fault: null as Fault | null, mostAtOnce: 0 };

  const store = ({ bucket, lines }: StubWrite): void => {
    const held = points.get(bucket) ?? new Map<string, string>();
    points.set(bucket, held);
    for (const line of lines) {
      const [series = "", fields = "", time = ""] = line.split(/(?<!\\) /);
      held.set(`${series} ${time}`, fields);
    }
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://stub");
      const body = Buffer.concat(chunks);
      const answer = (status: number, text = "", headers: Readonly<Record<string, string>> = {}): void =>
        void response.writeHead(status, headers).end(text);
      if (url.pathname === "/api/v2/buckets") return answer(200, JSON.stringify({ buckets: [{ id: "b" }] }));
      if (url.pathname === "/query") {
        const asked = new URLSearchParams(body.toString()).get("q") ?? "";
        const reached = [...(points.get(url.searchParams.get("db") ?? "") ?? [])].filter(([name]) => name.startsWith("position ")).at(-1);
        if (!asked.includes('"position"') || reached === undefined) return answer(200);
        return answer(200, `name,tags,time,last\nposition,,1,${/reached=(\d+)i/.exec(reached[1])?.[1] ?? ""}\n`);
      }
      if (url.pathname !== "/api/v2/write") return answer(404);
      const packed = request.headers["content-encoding"] === "gzip";
      const write: StubWrite = {
        bucket: url.searchParams.get("bucket") ?? "",
        lines: (packed ? gunzipSync(body) : body).toString().split("\n"),
        packed,
        token: request.headers.authorization ?? "",
      };
      writes.push(write);
      under += 1;
      stub.mostAtOnce = Math.max(stub.mostAtOnce, under);
      response.once("close", () => {
        under -= 1;
      });
      const outcome = stub.fault?.(write, response, () => store(write));
      if (outcome === "answered") return undefined;
      if (outcome !== undefined) return answer(outcome.status, JSON.stringify({ message: outcome.message ?? "" }), outcome.headers);
      store(write);
      return answer(204);
    });
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    points,
    writes,
    get mostAtOnce() {
      return stub.mostAtOnce;
    },
    get fault() {
      return stub.fault;
    },
    set fault(fault) {
      stub.fault = fault;
    },
    forget: () => points.clear(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
