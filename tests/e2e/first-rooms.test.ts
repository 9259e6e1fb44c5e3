/** A nurse's first minutes with the demo, in a real browser: one click in, a living ward, an alert opened, acknowledged, contact recorded. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { collectComplaints, openBrowser } from "#tests/support/browser.ts";
import { repository, startHomeward } from "#tests/support/start-homeward.ts";

const screenshots = join(repository, "tests/e2e/screenshots");
mkdirSync(screenshots, { recursive: true });

const enter = async (page: Page, http: string, language: "en" | "zh"): Promise<void> => {
  await page.goto(`${http}/?lang=${language}`);
  await page.getByText(language === "zh" ? "这是演示，人物均为模拟" : "A demonstration; everyone is simulated").waitFor();
  await page.locator('[data-username="nurse"]').click();
  await page.locator('[data-feed="live"]').waitFor();
};

test("a wrong password is answered in the visitor's language and lets nobody in", async () => {
  await using house = await startHomeward({ args: ["--quiet-home"] });
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${house.http}/?lang=zh`);
  await page.locator('input[name="username"]').fill("nurse");
  await page.locator('input[name="password"]').fill("not this one");
  await page.locator('button[type="submit"]').click();
  await page.getByText("用户名或密码不对").waitFor();
  await page.locator('[data-switch="language"]').click();
  await page.getByText("User name or password is wrong").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  expect(await page.locator(".bar").count()).toBe(0);
});

test("a nurse signs in by one click, sees the ward alive, opens the demo's alert, acknowledges it and records the contact", async () => {
  await using house = await startHomeward();
  await using browser = await openBrowser();
  const chinese = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const refused = collectComplaints(chinese);
  await enter(chinese, house.http, "zh");
  expect(await chinese.locator("html").getAttribute("lang")).toBe("zh-CN");
  await chinese.getByText("平稳", { exact: false }).first().waitFor();
  await chinese.screenshot({ path: join(screenshots, "ward-zh.png") });

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  const complaints = collectComplaints(page);
  await enter(page, house.http, "en");
  // Alive: every patient has a tile or row, with a current saturation.
  const number = page.locator(".value-number").first();
  await expect.poll(async () => /^~?\d+%?$/.test((await number.textContent()) ?? ""), { timeout: 60_000 }).toBe(true);
  expect(await page.locator(".tile, .lane-row").count()).toBeGreaterThanOrEqual(4);

  const row = page.locator(".lane-row").first();
  await row.waitFor({ timeout: 240_000 });
  await page.screenshot({ path: join(screenshots, "ward-en.png") });
  const id = await row.getAttribute("data-alert");

  // Two keys to acknowledge, with two identifiers in sight.
  await page.keyboard.press("a");
  const sheet = page.locator("[data-sheet]");
  await sheet.waitFor();
  expect(await sheet.textContent()).toMatch(/D-10\d/);
  expect(await sheet.textContent()).toMatch(/born \d{4}-\d{2}/);
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await page.locator(`[data-alert="${id}"].is-acknowledged, [data-alert="${id}"].is-cleared`).waitFor();

  await page.locator(`[data-alert="${id}"] button.link`).click();
  await page.locator(`[data-story="${id}"]`).waitFor();
  await page.locator(`[data-story="${id}"] .evidence svg`).waitFor();
  await page.locator(".pane-plot canvas").first().waitFor();
  await page.screenshot({ path: join(screenshots, "patient-en.png") });

  // Two keys for the contact.
  await page.keyboard.press("c");
  await page.locator('[data-sheet="contact"]').waitFor();
  await page.keyboard.press("1");
  await sheet.waitFor({ state: "detached" });
  await page.locator(".patient-side .course").getByText("Patient reached").first().waitFor();

  await page.goto(`${house.http}/alerts/${encodeURIComponent(id ?? "")}`);
  await page.locator(`[data-story="${id}"]`).waitFor();
  await page.screenshot({ path: join(screenshots, "alerts-en.png") });

  // The other nurse's screen heard of it without being asked.
  await chinese.locator(`[data-alert="${id}"]`).getByText("已记录联系", { exact: false }).waitFor();
  expect([...complaints, ...refused]).toEqual([]);
});

test("a broken feed is said within ten seconds, and nothing can be acted on until it is back", async () => {
  const house = await startHomeward({ args: ["--quiet-home"] });
  try {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await enter(page, house.http, "en");
    await house.kill();
    await page.locator('[data-banner="offline"]').waitFor({ timeout: 10_000 });
    expect(await page.locator(".shell.not-receiving").count()).toBe(1);
    await page.screenshot({ path: join(screenshots, "ward-offline-390.png") });
  } finally {
    await house[Symbol.asyncDispose]();
  }
});
