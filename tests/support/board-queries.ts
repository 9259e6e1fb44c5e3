/** Every query of the operators' boards and alarms, and the series they name. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "#tests/support/start-homeward.ts";

interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly datasource: { readonly type: string; readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  }[];
}

export const boards: readonly Board[] = globSync("deploy/grafana/boards/*.json", { cwd: repository })
  .sort()
  .map((file) => JSON.parse(readFileSync(join(repository, file), "utf8")) as Board);

const { groups } = parse(readFileSync(join(repository, "deploy/prometheus/alarms.yml"), "utf8")) as {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
};
export const alarms = groups.flatMap(({ rules }) => rules);

export const queries: readonly string[] = [
  ...boards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))),
  ...alarms.map(({ expr }) => expr),
];

/** `name` → labels the query uses of it. */
export const seriesIn = (query: string): { readonly name: string; readonly labels: readonly string[] }[] =>
  [...query.matchAll(/\b(homeward_\w+|up)(?:\{([^}]*)\})?/g)].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label ?? ""),
  }));
