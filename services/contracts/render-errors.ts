/** The error catalogue as the page people read. */
import { errorCatalogue } from "./error-catalogue.ts";

/** Markdown of `docs/errors.md`. */
export const renderErrors = (): string =>
  [
    "# Error codes",
    "",
    "Codes are stable. What happened stands with each, and what to do next. HTTP answers carry the code in the member `code` of a problem document (RFC 9457); commands print it at the end of their one line.",
    ...errorCatalogue.flatMap(({ heading, errors }) => [
      "",
      `## ${heading}`,
      "",
      "| code | status | what happened | what to do next |",
      "|---|---|---|---|",
      ...Object.entries(errors).map(([code, { status, title, next }]) => `| \`${code}\` | ${status ?? "–"} | ${title} | ${next} |`),
    ]),
    "",
  ].join("\n");
