/** The compose file: what the schema says, and what an institution would be asked about it. No engine runs here. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { repository } from "#tests/support/start-homeward.ts";

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly command?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (name: string): string => readFileSync(join(repository, name), "utf8");
const compose = parse(read("docker-compose.yml"), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const oneShots = ["first-start", "influx-setup"];

describe("docker-compose.yml", () => {
  test("is what the Compose Specification's schema allows", () => {
    const ajv = new Ajv2020({
      strict: false,
      allErrors: true,
      formats: { duration: true, ports: true, expose: true, subnet_ip_address: true },
    });
    const isCompose = ajv.compile(JSON.parse(read("tests/fixtures/compose/compose-spec.json")) as object);
    isCompose(compose);
    expect(isCompose.errors).toBeNull();
    isCompose({ services: { a: { image: 7 } } });
    expect(isCompose.errors).not.toBeNull();
  });

  test("starts the broker, the database, Homeward and what operators watch it with", () => {
    const images = Object.fromEntries(services.map(([name, { image }]) => [name, image?.split(":")[0]]));
    expect(images).toEqual({
      "first-start": "homeward",
      "influx-setup": "homeward",
      homeward: "homeward",
      mosquitto: "eclipse-mosquitto",
      influxdb: "influxdb",
      prometheus: "prom/prometheus",
      grafana: "grafana/grafana",
    });
    expect(compose.services["influxdb"]?.image).toBe("influxdb:2.7");
    for (const [name, { image }] of services) expect([name, /:[^:]*latest$|^[^:]+$/.test(image ?? "")]).toEqual([name, false]);
  });

  test.each(services)("%s runs as nobody special, on a root file system nobody can write", (_, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    expect(service.tmpfs?.every((mount) => /^\/tmp:.*size=/.test(mount))).toBe(true);
  });

  test("whoever stays is restarted and asked for its health; who waits for somebody waits until that one is well", () => {
    for (const [name, service] of services) {
      if (oneShots.includes(name)) expect(service.healthcheck?.disable).toBe(true);
      else expect([name, service.restart, (service.healthcheck?.test?.length ?? 0) > 1]).toEqual([name, "unless-stopped", true]);
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {}))
        expect([name, other, condition]).toEqual([
          name,
          other,
          oneShots.includes(other) ? "service_completed_successfully" : "service_healthy",
        ]);
    }
  });

  test("publishes HTTP and MQTT alone, on this machine unless told otherwise", () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ["mosquitto", "${HOMEWARD_PUBLISH:-127.0.0.1}:${HOMEWARD_PUBLISH_MQTT:-1883}:1883"],
      ["homeward", "${HOMEWARD_PUBLISH:-127.0.0.1}:${HOMEWARD_PUBLISH_HTTP:-8080}:8080"],
      ["grafana", "127.0.0.1:${HOMEWARD_PUBLISH_GRAFANA:-3000}:3000"],
    ]);
    expect(compose.networks["back"]).toEqual({ internal: true });
    for (const name of ["influxdb", "prometheus", "influx-setup"]) expect(compose.services[name]?.networks).toEqual(["back"]);
  });

  test("holds no secret, and gives each to its reader alone", () => {
    for (const [name, { environment = {} }] of services)
      for (const [key, value] of Object.entries(environment))
        expect([name, key, /PASSWORD|TOKEN|SECRET/.test(key) && !key.endsWith("_FILE") ? value : ""]).toEqual([name, key, ""]);
    const readers = services.flatMap(([name, { volumes = [] }]) =>
      volumes.filter((volume) => volume.includes("-secrets:")).map((volume) => `${name} ${volume}`),
    );
    expect(readers.filter((reader) => !reader.startsWith("first-start "))).toEqual([
      "mosquitto mosquitto-secrets:/secrets/mosquitto:ro",
      "influx-setup homeward-secrets:/secrets/homeward",
      "influx-setup influx-secrets:/secrets/influx",
      "homeward homeward-secrets:/secrets/homeward:ro",
      "prometheus prometheus-secrets:/secrets/prometheus:ro",
      "grafana grafana-secrets:/secrets/grafana:ro",
    ]);
    expect(compose.services["first-start"]?.network_mode).toBe("none");
  });

  test("mounts named volumes it declares and files that are there", () => {
    for (const volume of services.flatMap(([, { volumes = [] }]) => volumes)) {
      const [source = ""] = volume.split(":");
      if (!source.startsWith("./")) expect(Object.keys(compose.volumes)).toContain(source);
      else {
        expect([volume, existsSync(join(repository, source)), volume.endsWith(":ro")]).toEqual([volume, true, true]);
        expect(statSync(join(repository, source)).isDirectory()).toBe(true);
      }
    }
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0]));
    expect(Object.keys(compose.volumes).filter((volume) => !used.includes(volume))).toEqual([]);
  });

  test("sets only what Homeward reads", () => {
    const readByHomeward = globSync("services/apps/config/*.ts", { cwd: repository }).map(read).join("\n");
    const given = services.flatMap(([, { environment = {} }]) => Object.keys(environment)).filter((key) => key.startsWith("HOMEWARD_"));
    const made = [...read("deploy/first-start.mjs").matchAll(/^ +(HOMEWARD_\w+):/gm)].map(([, name]) => name ?? "");
    expect(made.length).toBeGreaterThan(3);
    for (const name of [...given, ...made])
      expect([name, readByHomeward.includes(name) || readByHomeward.includes(`"${name.replace("HOMEWARD_INFLUX_", "")}"`)]).toEqual([
        name,
        true,
      ]);
  });
});

describe("Dockerfile", () => {
  const lines = read("Dockerfile").replaceAll("\\\n", " ").split("\n");
  const words = (name: string): string[] => lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

  test("takes the slim Debian with Node 24, and no dependency of ours to build with", () => {
    expect(words("FROM").map((from) => from.split(" ")[0])).toEqual(Array.from({ length: 3 }, () => "node:24-bookworm-slim"));
    expect(
      words("RUN")
        .filter((run) => run.startsWith("npm ci"))
        .every((run) => run.includes("--omit=dev")),
    ).toBe(true);
    expect(words("USER")).toEqual(["node"]);
  });

  test("carries its licences and what it is made of", () => {
    expect(words("COPY").join("\n")).toMatch(/LICENSE NOTICES\.md/);
    expect(words("COPY").join("\n")).toContain("sbom.cdx.json");
    expect(words("RUN").some((run) => run.startsWith("npm sbom "))).toBe(true);
  });

  test("starts with the flags of npm run serve, and compiles with the very same", () => {
    const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    const entry = JSON.parse(words("ENTRYPOINT")[0] ?? "[]") as string[];
    expect(entry).toEqual(expect.arrayContaining(scripts["serve"]?.split(" ").filter((word) => word.startsWith("--")) ?? []));
    const command = JSON.parse(words("CMD")[0] ?? "[]") as string[];
    expect(
      words("RUN")
        .filter((run) => run.startsWith("["))
        .map((run) => JSON.parse(run) as string[]),
    ).toEqual([[...entry, ...command, "--help"]]);
  });

  test("copies only what the context lets in", () => {
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const copied = words("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1));
    for (const path of copied) expect([path, path === "." || allowed.some((name) => path.startsWith(name))]).toEqual([path, true]);
    for (const path of copied) expect([path, existsSync(join(repository, path))]).toEqual([path, true]);
  });
});
