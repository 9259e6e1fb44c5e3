/** The demo's first minutes in a real browser, in both languages: an alert comes by itself and is followed to its end; every page is kept as a picture. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { expect, test } from "vitest";
import { MINUTE, SECOND } from "#core/time.ts";
import { enrol, signIn } from "#tests/support/api.ts";
import { collectComplaints, openBrowser } from "#tests/support/browser.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { readBasics } from "#tests/support/page-basics.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

/** `HOMEWARD_SCREENSHOTS=folder` keeps them where somebody wants to look at them. */
const screenshots = process.env["HOMEWARD_SCREENSHOTS"] ?? join(tmpdir(), "homeward-screenshots");
mkdirSync(screenshots, { recursive: true });

const WIDTHS = [
  { size: "wide", width: 1440, height: 900 },
  { size: "tablet", width: 834, height: 1112 },
  { size: "phone", width: 390, height: 844 },
] as const;
const WIDE = { width: 1440, height: 900 };
/** Twice the two minutes that the first look promises: machines are shared. */
const ALERT_WITHIN_MS = 240_000;
type Language = "en" | "zh";
const SAYS = {
  en: {
    demo: "A demonstration; everyone is simulated",
    soon: "An alert will appear within about two minutes",
    contact: "contact recorded",
  },
  zh: { demo: "这是演示，人物均为模拟", soon: "约 2 分钟内会出现一条警报", contact: "已记录联系" },
} as const;

/** English in light, Chinese in dark colours. */
const visit = async (browser: Browser, http: string, language: Language) => {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    colorScheme: language === "zh" ? "dark" : "light",
  });
  const page = await context.newPage();
  const complaints = collectComplaints(page);
  await page.goto(`${http}/?lang=${language}&theme=auto`);
  await page.getByText(SAYS[language].demo).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe(language === "zh" ? "zh-CN" : "en");
  return { page, complaints };
};

/** Kept in three widths, and looked at for what a picture does not show. */
const picture = async (page: Page, name: string, language: Language, voices: readonly string[]): Promise<void> => {
  for (const { size, width, height } of WIDTHS) {
    await page.setViewportSize({ width, height });
    // Charts and rows take their new width.
    await page.evaluate("new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))");
    await page.screenshot({ path: join(screenshots, `${name}-${size}-${language}.png`) });
    expect(await readBasics(page), `${name} ${size} ${language}`).toEqual({ headings: 1, nameless: [], voices, beyond: 0 });
  }
  await page.setViewportSize(WIDE);
};
const VOICES = ["assertive", "polite"];

/** Presses Tab until the focus is there: whoever cannot point must get there too. */
const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await page.locator(selector).and(page.locator(":focus")).count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} cannot be reached with Tab`);
};

test("the demo's alert arrives by itself and is acknowledged, answered with a contact and closed, by keys alone, and the other screen hears of it", async ({
  annotate,
}) => {
  await using house = await startHomeward();
  const readyAt = performance.now();
  await using browser = await openBrowser();
  const english = await visit(browser, house.http, "en");
  const chinese = await visit(browser, house.http, "zh");
  const { page } = english;
  await picture(page, "sign-in", "en", []);
  await picture(chinese.page, "sign-in", "zh", []);

  await chinese.page.locator('[data-username="nurse2"]').click();
  await tabTo(page, '[data-username="nurse"]');
  await page.keyboard.press("Enter");
  for (const [{ page: seen }, language] of [
    [english, "en"],
    [chinese, "zh"],
  ] as const) {
    await seen.locator('[data-feed="live"]').waitFor();
    await seen.locator(".tile[data-patient]").first().waitFor();
    // The promise is kept until the alert is there.
    await seen.getByText(SAYS[language].soon).or(seen.locator(".lane-row")).first().waitFor();
  }

  const row = page.locator(".lane-row").first();
  await row.waitFor({ timeout: ALERT_WITHIN_MS });
  const took = performance.now() - readyAt;
  await annotate(`the alert came ${(took / SECOND).toFixed(0)} s after the ready line`);
  const id = await row.getAttribute("data-alert");
  const theirs = `.lane-row[data-alert="${id}"]`;
  await expect.poll(() => page.locator('[data-live="assertive"]').textContent()).toMatch(/S[12] (Urgent|Emergency), D-1\d\d: /);
  await chinese.page.locator(theirs).waitFor();
  await picture(page, "ward", "en", VOICES);
  await picture(chinese.page, "ward", "zh", VOICES);

  // The worst row, its evidence, and why.
  await page.keyboard.press("j");
  await page.locator(`${theirs}:focus-within`).waitFor();
  await page.keyboard.press("Enter");
  const story = page.locator(`[data-story="${id}"]`);
  await story.locator(".evidence svg").waitFor();
  await page.locator(".pane-plot canvas").first().waitFor();
  await picture(page, "patient", "en", VOICES);

  // Two keys to acknowledge, with two identifiers in sight.
  await page.keyboard.press("a");
  const sheet = page.locator("[data-sheet]");
  await sheet.waitFor();
  expect(await sheet.textContent()).toMatch(/D-1\d\d/);
  expect(await sheet.textContent()).toMatch(/born \d{4}-\d{2}/);
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await expect.poll(() => page.locator('[data-live="polite"]').textContent()).toMatch(/D-1\d\d/);

  // Two keys for the contact.
  await page.keyboard.press("c");
  await page.locator('[data-sheet="contact"]').waitFor();
  await page.keyboard.press("1");
  await sheet.waitFor({ state: "detached" });
  await page.locator(".patient-side .course").getByText("Patient reached").first().waitFor();
  await chinese.page.locator(theirs).getByText(SAYS.zh.contact, { exact: false }).waitFor();

  // The queue, and the same alert there.
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForURL(/\/alerts/);
  await story.waitFor();
  await picture(page, "alerts", "en", VOICES);
  await chinese.page.locator(theirs).locator("button.link").click();
  await chinese.page.locator(`[data-story="${id}"] .evidence svg`).waitFor();
  await chinese.page.locator(".pane-plot canvas").first().waitFor();
  await picture(chinese.page, "patient", "zh", VOICES);
  await chinese.page.goto(`${house.http}/alerts/${encodeURIComponent(id ?? "")}`);
  await chinese.page.locator(`[data-story="${id}"]`).waitFor();
  await picture(chinese.page, "alerts", "zh", VOICES);

  // Closed with what was done; both screens let it go.
  await story.getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Enter");
  await page.locator('[data-sheet="close"]').waitFor();
  await tabTo(page, "[data-sheet] .choices input, [data-sheet] .choices button");
  await page.keyboard.press("Space");
  await tabTo(page, "[data-confirm]");
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.waitForURL(/\/ward/);
  await page.locator(theirs).waitFor({ state: "detached" });
  await chinese.page.goto(`${house.http}/ward`);
  await chinese.page.locator(".tile[data-patient]").first().waitFor();
  await chinese.page.locator(theirs).waitFor({ state: "detached" });
  expect([...english.complaints, ...chinese.complaints]).toEqual([]);
});

/** A worn device sends on while somebody acts. */
const keepSending = (send: () => Promise<void>): AsyncDisposable => {
  const stop = new AbortController();
  const sending = (async () => {
    // The first message goes out at once, the others at the device's pace.
    await send();
    for await (const _beat of setInterval(250, undefined, { signal: stop.signal })) await send();
  })().catch((cause: unknown) => {
    if (!stop.signal.aborted) throw cause;
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await sending;
    },
  };
};

test("a patient who recovers leaves the alert to be closed by a person, and then nobody waits", async () => {
  // A minute passes in a second: ten minutes of recovery are ten seconds here.
  await using house = await startHomeward({ args: ["--quiet-home", "--speed", "60"] });
  await using browser = await openBrowser();
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  const who = await enrol(admin, { metrics: { spo2: { everyS: 1 } } });
  const { page, complaints } = await visit(browser, house.http, "en");
  await page.locator('[data-username="nurse"]').click();
  await page.getByText("Nobody is waiting", { exact: false }).waitFor();

  await using device = await connectMqttDevice({ url: house.mqtt, ...who });
  const now = async (): Promise<number> => (await admin.get<{ now: number }>("/time")).now;
  let sentTo = Math.floor((await now()) / SECOND) * SECOND - 15 * MINUTE;
  let seq = 0;
  const startedAt = sentTo;
  let recoversAt = Number.POSITIVE_INFINITY;
  /** One point in two seconds: faster is an artefact, not a patient (domain 4.6). */
  const valueAt = (t: number): number => {
    const fallen = Math.max(89, Math.min(96, 96 - Math.floor((t - startedAt - 5 * MINUTE) / (2 * SECOND))));
    return t < recoversAt ? fallen : Math.min(96, 89 + Math.floor((t - recoversAt) / (2 * SECOND)));
  };
  /** Everything up to now, a second apart, in messages of at most one minute. */
  const send = async (): Promise<void> => {
    const until = (await now()) - SECOND;
    while (sentTo < until) {
      const from = sentTo;
      const count = Math.min(60, Math.ceil((until - from) / SECOND));
      const samples = Array.from({ length: count }, (_each, index) => from + index * SECOND).map((t) => ({
        metric: "spo2",
        t,
        value: valueAt(t),
      }));
      sentTo += count * SECOND;
      seq += 1;
      await device.publish("telemetry", { seq, samples });
    }
  };
  await using _wearing = keepSending(send);

  const row = page.locator(".lane-row");
  const sheet = page.locator("[data-sheet]");
  await row.waitFor();
  await page.keyboard.press("a");
  await sheet.waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".lane-row.is-acknowledged").waitFor();
  await page.keyboard.press("c");
  await page.locator('[data-sheet="contact"]').waitFor();
  await page.keyboard.press("1");
  await sheet.waitFor({ state: "detached" });

  recoversAt = sentTo;
  const recovered = page.locator(".lane-row.is-cleared");
  await recovered.waitFor({ timeout: 60_000 });
  await recovered.getByText("Recovered; a person closes it").or(recovered.getByText("recovered, to close")).first().waitFor();
  await recovered.getByRole("button", { name: "Close" }).click();
  await page.locator('[data-sheet="close"]').getByText("Advice given").click();
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await row.waitFor({ state: "detached" });
  await page.getByText("Nobody is waiting", { exact: false }).waitFor();
  expect(complaints).toEqual([]);
});
