/** Writes `docs/metrics.md` from the catalogue of operators' figures. */
import { OPERATOR_METRICS, type OperatorMetric } from "./operator-metrics.ts";

const labelsOf = ({ labels = {} }: OperatorMetric): string =>
  Object.entries(labels)
    .map(([label, values]) => (values === null || values.length > 6 ? `\`${label}\`` : `\`${label}\`: ${values.join(", ")}`))
    .join("; ");

/** Markdown, one row per figure. */
export const renderMetrics = (): string =>
  [
    "# Figures at `/metrics`",
    "",
    "Prometheus text, for a session that may read it or the bearer `HOMEWARD_METRICS_TOKEN`. No label names a patient; all are bounded sets.",
    "Every figure stands there from the start. Beside them are those of the process and of Node, `homeward_process_…` and `homeward_nodejs_…`.",
    "",
    "| figure | kind | labels | what |",
    "|---|---|---|---|",
    ...Object.entries(OPERATOR_METRICS).map(
      ([name, metric]) => `| \`${name}\` | ${metric.kind} | ${labelsOf(metric) || "–"} | ${metric.help} |`,
    ),
    "",
  ].join("\n");
