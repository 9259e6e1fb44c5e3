/** What every page owes everybody: one heading, a name on whatever can be pressed, its voices, nothing beyond the edge. */
import type { Page } from "playwright-core";

const PRESSED = ["button", "link", "textbox", "searchbox", "combobox", "radio", "checkbox"] as const;

export interface PageBasics {
  readonly headings: number;
  /** Roles of which somebody has no name, as a screen reader would compute it. */
  readonly nameless: readonly string[];
  /** Kinds of live region. */
  readonly voices: readonly (string | null)[];
  /** Pixels by which the page is wider than its window. */
  readonly beyond: number;
}

export const readBasics = async (page: Page): Promise<PageBasics> => {
  const nameless: string[] = [];
  for (const role of PRESSED) if ((await page.getByRole(role, { name: /^\s*$/u }).count()) > 0) nameless.push(role);
  const regions = await page.locator("[aria-live]").all();
  return {
    headings: await page.getByRole("heading", { level: 1 }).count(),
    nameless,
    voices: await Promise.all(regions.map((region) => region.getAttribute("aria-live"))),
    beyond: Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth")),
  };
};
