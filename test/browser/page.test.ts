/** What a person does with the page, in a real browser on a real daemon with real processes. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { isAlive, until } from "../e2e/instance.ts";
import { slowness } from "../slowness.ts";
import { accessible, launch, open, SKIP } from "./chromium.ts";
import { realScene, type Scene } from "./scene.ts";

describe("the web page on a real daemon", { skip: SKIP }, () => {
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    browser = await launch();
    scene = await realScene({ after: (end) => void ends.push(end) });
    page = await open(browser, scene.url);
  });
  after(async () => {
    await browser.close();
    for (const end of ends) await end();
  });

  /** Its line in the table. */
  const line = (name: string) => page.locator(".process", { has: page.locator(`[data-row="${name}"]`) });
  const outcome = (name: string) => line(name).locator(".outcome");

  test("what is wrong stands first and says why without a click", async () => {
    const mailer = page.locator(".trouble", { hasText: "mailer" });
    await mailer.getByText("exit code 3").waitFor();
    assert.match((await mailer.textContent()) ?? "", /fatal[\s\S]*error: connect ECONNREFUSED[\s\S]*giving up/);
    await page.locator(".trouble", { hasText: "importer" }).getByText("KeyError").first().waitFor();
    await until("the title counts them", async () => (await page.title()).startsWith("(2)"));
  });

  test("stop shows its outcome within 100 ms and is undone; start, restart by keys", async () => {
    await line("scheduler").getByText("running").waitFor();
    await page.locator('[data-row="scheduler"]').focus();
    const pressed = performance.now();
    await page.keyboard.press("s");
    await outcome("scheduler").waitFor();
    assert.ok(performance.now() - pressed < 2000 * (await slowness()), "the outcome is shown at once, a busy machine allowed for");
    await outcome("scheduler").getByRole("button", { name: "Undo" }).click();
    await line("scheduler").getByText("running").waitFor();
    await page.locator('[data-row="nightly"]').focus();
    await page.keyboard.press("s");
    await line("nightly").getByText("running").waitFor();
    const pid = await line("nightly").locator(".why").textContent();
    await page.locator('[data-row="nightly"]').focus();
    await page.keyboard.press("r");
    await until(
      "another pid",
      async () =>
        /pid/.test((await line("nightly").locator(".why").textContent()) ?? "") &&
        (await line("nightly").locator(".why").textContent()) !== pid,
    );
  });

  test("a start that fails says so, with the reason", async () => {
    await page.locator(".trouble", { hasText: "mailer" }).getByRole("button", { name: "Start mailer" }).click();
    await outcome("mailer")
      .getByText(/failed.*exit code 3/)
      .waitFor();
    await outcome("mailer").getByRole("button", { name: "Dismiss" }).click();
  });

  test("a deed on many is asked for in its place; a group and a selection", async () => {
    await page.getByRole("button", { name: "Stop api", exact: true }).click({ force: true });
    await page.getByText("Stop 2 processes of api?").waitFor();
    await accessible(page, "a question");
    await page.keyboard.press("y");
    const summary = page.locator(".bulk");
    await summary.getByText("Stopped 2 of 2").waitFor();
    await accessible(page, "a summary");
    await summary.getByRole("button", { name: "Undo (2)" }).click();
    await summary.getByText("Started 2 of 2").waitFor();
    await summary.getByRole("button", { name: "Dismiss" }).click();
    await page.locator('[data-row="api:api_0"]').focus();
    await page.keyboard.press("x");
    await page.locator('[data-row="api:api_1"]').focus();
    await page.keyboard.press("x");
    await page.getByRole("button", { name: "Restart 2 selected", exact: true }).click();
    await page.keyboard.press("y");
    await outcome("api:api_1").getByText("restarted").waitFor();
    await page.keyboard.press("Escape");
  });

  test("the log follows, searches, pauses; the signal arrives in it", async () => {
    await page.locator('[data-row="scheduler"]').focus();
    await page.keyboard.press("g");
    await page.getByRole("button", { name: "Signal HUP" }).click();
    await page.keyboard.press("l");
    await page.locator(".line", { hasText: "reloaded" }).first().waitFor();
    await page.locator(".log input[type=search]").fill("reload");
    await page.locator("mark").first().waitFor();
    await page.goto(`${scene.url}#/processes/api%3Aapi_0/log?channel=stdout`);
    const last = async (): Promise<number> => Number(/items\/(\d+)/.exec((await page.locator(".line").last().textContent()) ?? "")?.[1]);
    await page.locator(".line .fg-2").first().waitFor();
    const seen = await last();
    await until("more lines", async () => (await last()) > seen + 2);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Follow" }).waitFor();
  });

  test("timeline and configuration with its origin", async () => {
    await page.keyboard.press("Escape");
    await page.goto(`${scene.url}#/processes/mailer/timeline`);
    await page.locator(".panel tbody tr", { hasText: "fatal" }).first().waitFor();
    await page.goto(`${scene.url}#/processes/mailer/configuration`);
    await page
      .locator(".panel tr", { hasText: "startretries" })
      .getByText(/supervisord\.conf:\d+/)
      .waitFor();
  });

  test("filter, its address, and the keyboard alone", async () => {
    await page.goto(`${scene.url}#/processes`);
    await page.keyboard.press("/");
    await page.keyboard.type("state:fatal");
    await until("one line", async () => (await page.locator(".process").count()) === 1);
    assert.match(page.url(), /q=state%3Afatal/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await until("all lines", async () => (await page.locator(".process").count()) > 5);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
    await accessible(page, "the keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator(".panel").waitFor();
    await page.keyboard.press("Escape");
    await until("closed", async () => (await page.locator(".panel").count()) === 0);
  });

  test("the table by keyboard alone: arrows, space, fold, panel, sorting", async () => {
    await page.goto(`${scene.url}#/processes`);
    const focused = () =>
      page.evaluate<string | null>("document.activeElement?.dataset.row ?? document.activeElement?.dataset.fold ?? null");
    await page.locator('[data-row="api:api_0"]').focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "api:api_1");
    await page.keyboard.press("Space");
    await page.getByText("1 selected").waitFor();
    await page.keyboard.press("Space");
    await page.keyboard.press("k");
    assert.equal(await focused(), "api:api_0");
    await page.keyboard.press("Enter");
    await page.locator(".panel").waitFor();
    await page.keyboard.press("Escape");
    await until("back on its row", async () => (await focused()) === "api:api_0");
    await page.keyboard.press("f");
    await until("folded", async () => (await focused()) === "api" && (await page.locator('[data-row="api:api_0"]').count()) === 0);
    await page.keyboard.press("f");
    await page.locator('[data-row="api:api_0"]').waitFor();
    await page.locator(".heading", { hasText: "Name" }).focus();
    await page.keyboard.press("Enter");
    await page.locator('[role=columnheader][aria-sort="ascending"]').waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await until("as before", async () => (await page.locator('[aria-sort="none"]').count()) === 6);
  });

  test("the update is shown before it is applied", async () => {
    scene.reconfigure((programs) => programs.replace("[program:nightly]", "[program:hourly]"));
    await page.goto(`${scene.url}#/update`);
    await page.locator(".change.added", { hasText: "hourly" }).waitFor();
    await page.locator(".change.removed", { hasText: "nightly" }).waitFor();
    await page.getByRole("button", { name: "Apply 2 changes" }).click();
    await page.locator(".results", { hasText: "hourly added" }).waitFor();
    await page.goto(`${scene.url}#/processes`);
    await line("hourly").waitFor();
  });

  test("no view has a violation of WCAG 2 A or AA, light or dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [view, shown] of [
        ["processes", ".trouble"],
        ["processes/api%3Aapi_0/log", ".line"],
        ["processes/mailer/timeline", ".panel tbody"],
        ["processes/mailer/configuration", ".panel tbody"],
        ["processes/api%3Aapi_0/signals", ".signals"],
        ["logs?log=api%3Aapi_0&log=importer", ".line"],
        ["activity", ".line"],
        ["events", "h1"],
        ["update", ".allwell"],
      ] as const) {
        await page.goto(`${scene.url}#/${view}`);
        await page.locator(shown).first().waitFor();
        await accessible(page, `${view}, ${colorScheme}`, { contrastOnly: colorScheme === "dark" });
      }
    }
  });

  test("a phone: nothing goes over the edge, and the panel takes the whole width", async () => {
    await page.setViewportSize({ width: 390, height: 780 });
    await page.goto(`${scene.url}#/processes`);
    await page.locator(".trouble").first().waitFor();
    assert.ok((await page.evaluate<number>("document.documentElement.scrollWidth")) <= 390);
    await page.locator('[data-row="scheduler"]').click();
    await page.locator(".panel").waitFor();
    await accessible(page, "phone");
    await page.setViewportSize({ width: 1360, height: 820 });
    await page.goto(`${scene.url}#/processes`);
  });

  test("the daemon is killed: the page says so, keeps what it has, and goes on by itself", async () => {
    const daemon = scene.it.daemonPid();
    assert.ok(daemon !== undefined && isAlive(daemon));
    await line("scheduler").getByText("running").waitFor();
    await page.context().setOffline(true);
    process.kill(daemon, "SIGKILL");
    await page.getByText("Connection lost").waitFor();
    assert.ok((await page.locator(".process").count()) > 5, "the list stays");
    await accessible(page, "connection lost");
    await page.context().setOffline(false);
    await until("connected again", async () => (await page.getByText("Connection lost").count()) === 0);
    await line("scheduler").getByText("running").waitFor();
  });
});

const FLAPPING = `
[program:cache]
command=/bin/sh -c 'echo "bind: address already in use" >&2; sleep 1; exit 1'
startsecs=0
autorestart=true
`;

test("what keeps restarting stands among what is wrong with its last words, though it runs each time one looks", {
  skip: SKIP,
}, async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { url } = await realScene(t, { programs: FLAPPING });
  const page = await open(browser, url);
  const card = page.locator(".trouble", { hasText: "cache" });
  await card.getByText("keeps restarting").waitFor();
  await card.getByText("bind: address already in use").first().waitFor();
  await card.getByText("exit code 1").waitFor();
  await card.getByText("running").waitFor();
  await accessible(page, "what keeps restarting");
});
