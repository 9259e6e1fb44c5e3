/** The import table of the architecture as data: what each room may import, and which packages. */
export interface Room {
  /** Path prefix of the room's files. */
  readonly folder: string;
  /** Prefixes it may import from, besides its own folder where `own` says so. */
  readonly rooms: readonly string[];
  /** Packages it may import; `*`: any. */
  readonly packages: readonly string[] | "*";
  /** May it import `node:` modules? */
  readonly node: boolean;
  readonly why: string;
}

const ROOT_ROOMS = ["services/core/", "services/contracts/", "services/ports/"];

/** The longest matching folder decides. */
export const rooms: readonly Room[] = [
  {
    folder: "services/core/",
    rooms: ["services/core/"],
    packages: [],
    node: false,
    why: "the core is pure: data in, data out, so that live, replay and back-test agree",
  },
  {
    folder: "services/contracts/",
    rooms: ["services/core/", "services/contracts/"],
    packages: ["typebox"],
    node: false,
    why: "contracts run in the browser too and only describe what crosses a boundary",
  },
  {
    folder: "services/ports/",
    rooms: ["services/core/", "services/ports/"],
    packages: [],
    node: false,
    why: "a port promises abilities, it knows no technology",
  },
  {
    folder: "services/ingest/",
    rooms: [...ROOT_ROOMS, "services/ingest/"],
    packages: [],
    node: true,
    why: "a service moves data between core and ports; it never knows another service",
  },
  {
    folder: "services/alerting/",
    rooms: [...ROOT_ROOMS, "services/alerting/"],
    packages: [],
    node: true,
    why: "a service moves data between core and ports; it never knows another service",
  },
  {
    folder: "services/webhooks/",
    rooms: [...ROOT_ROOMS, "services/webhooks/"],
    packages: [],
    node: true,
    why: "a service moves data between core and ports; it never knows another service",
  },
  {
    folder: "services/gateway/",
    rooms: [...ROOT_ROOMS, "services/gateway/"],
    packages: ["fastify", "@fastify/", "ws", "typebox", "ajv", "ajv-formats"],
    node: true,
    why: "the gateway speaks HTTP and WebSocket; everything else it reaches through ports",
  },
  {
    folder: "services/adapters/",
    rooms: ROOT_ROOMS,
    packages: "*",
    node: true,
    why: "an adapter implements ports on one technology and never knows another adapter",
  },
  {
    folder: "services/apps/",
    rooms: ["services/", "simulators/", "dashboards/"],
    packages: "*",
    node: true,
    why: "apps put the parts together",
  },
  {
    folder: "simulators/",
    rooms: ["services/core/", "services/contracts/", "simulators/"],
    packages: ["mqtt"],
    node: true,
    why: "a simulator is a device: it meets the server over MQTT alone",
  },
  {
    folder: "simulators/check-device/",
    rooms: [...ROOT_ROOMS, "simulators/", "services/adapters/bus-embedded/", "services/adapters/units-ucum/"],
    packages: [],
    node: true,
    why: "the bench for devices plays the server: it has the broker and the units, nothing of what is behind them",
  },
];

/** Text that must not stand in a room's files, and the sentence that teaches why. */
export const forbidden: readonly {
  readonly folder: string;
  readonly except: readonly string[];
  readonly pattern: RegExp;
  readonly lesson: string;
}[] = [
  {
    folder: "services/",
    except: ["services/apps/config/"],
    pattern: /\bprocess\.env\b/,
    lesson: "only apps/config reads the environment: take the value as an option",
  },
  {
    folder: "simulators/",
    // The device's program inherits the environment; nothing is read from it.
    except: ["simulators/check-device/device-program.ts"],
    pattern: /\bprocess\.env\b/,
    lesson: "only apps/config reads the environment: take the value as an option",
  },
  {
    folder: "services/core/",
    except: [],
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/,
    lesson: "the core has no clock: time comes in with the input",
  },
  {
    folder: "services/core/",
    except: [],
    pattern: /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
    lesson: "the core has no timers: say when to be woken",
  },
  {
    folder: "services/core/",
    except: [],
    pattern: /\bMath\.random\b|\brandomUUID\b/,
    lesson: "the core has no randomness: a replay must give the same answer",
  },
  { folder: "services/", except: [], pattern: /\bconsole\.\w+\(/, lesson: "logs go through the diagnostics port" },
  { folder: "services/contracts/", except: [], pattern: /\bBuffer\b/, lesson: "contracts run in the browser: use Uint8Array" },
];
