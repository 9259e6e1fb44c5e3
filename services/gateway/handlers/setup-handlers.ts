/** The one-time set-up link of an empty server: a page for people, JSON for programs. */
import { timingSafeEqual } from "node:crypto";
import * as calls from "#contracts/http/setup-calls.ts";
import { createFirstAdministrator, needsFirstAdministrator } from "#gateway/first-administrator.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { problem } from "#gateway/problem.ts";
import { sha256Hex } from "#gateway/random-id.ts";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Homeward</title>
<h1>Homeward: first administrator · 首位管理员</h1>
<form id="setup">
<p><label>User name · 用户名<br><input name="username" autocomplete="username" required></label></p>
<p><label>Password · 密码<br><input name="password" type="password" autocomplete="new-password" minlength="8" required></label></p>
<p><button>Create · 创建</button></p>
</form>
<p id="outcome" role="status"></p>
<script src="/setup.js"></script>
</html>
`;

const SCRIPT = `"use strict";
const form = document.getElementById("setup");
const outcome = document.getElementById("outcome");
const token = new URLSearchParams(location.search).get("token");
// The token leaves the address bar, and with it the history.
history.replaceState(null, "", "/setup");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password } = Object.fromEntries(new FormData(form));
  const answer = await fetch("/setup", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, username, password }),
  });
  if (answer.ok) location.assign("/");
  else outcome.textContent = (await answer.json()).detail;
});
`;

export const setupHandlers = (house: House): Handling[] => {
  const { config, accounts, auditor, oneAtATime } = house;
  const secret = config.setupToken === undefined ? null : Buffer.from(sha256Hex(config.setupToken));
  const isOpen = (token: string | undefined): boolean =>
    secret !== null && token !== undefined && timingSafeEqual(Buffer.from(sha256Hex(token)), secret) && needsFirstAdministrator(accounts);

  return [
    handle(calls.openSetup, ({ query }) => (isOpen(query.token) ? PAGE : problem("setup_closed"))),
    handle(calls.getSetupScript, () => SCRIPT),
    handle(calls.completeSetup, ({ query, body }) =>
      oneAtATime("setup", async () => {
        if (!isOpen(body.token ?? query.token)) return problem("setup_closed");
        const made = await createFirstAdministrator(house, body);
        if ("problem" in made) return made;
        await auditor.write({ user: made.id, institution: made.institution }, "setup.complete", { target: made.id });
        const { id, username, displayName, institution, roles, disabled, version } = made;
        return { id, username, displayName, institution, roles, disabled, version };
      }),
    ),
  ];
};
