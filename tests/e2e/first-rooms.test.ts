/** The door and a broken feed, in a real browser: wrong sign-ins stay outside, and silence of the server is said. */
import { expect, test } from "vitest";
import { openBrowser } from "#tests/support/browser.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

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

test("a broken feed is said within ten seconds, and nothing can be acted on until it is back", async () => {
  const house = await startHomeward({ args: ["--quiet-home"] });
  try {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${house.http}/?lang=en`);
    await page.locator('[data-username="nurse"]').click();
    await page.locator('[data-feed="live"]').waitFor();
    await house.kill();
    await page.locator('[data-banner="offline"]').waitFor({ timeout: 10_000 });
    expect(await page.locator(".shell.not-receiving").count()).toBe(1);
  } finally {
    await house[Symbol.asyncDispose]();
  }
});
