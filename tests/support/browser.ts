/** A real Chromium for tests of the page; a missing one is a failure that says how to install it. */
import { existsSync } from "node:fs";
import { type Browser, type Page, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Opens the browser; closes with `await using`. */
export const openBrowser = async (): Promise<Browser & AsyncDisposable> => {
  const executablePath = PLACES.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error("No Chromium found. Install it: sudo apt-get update && sudo apt-get install -y chromium fonts-noto-cjk");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
};

/** What a page must never say: errors of its own and refused content; a call that is refused on purpose (401) is the server's answer. */
export const collectComplaints = (page: Page): string[] => {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 401/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  return complaints;
};
