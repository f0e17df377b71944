/** What the page shows of the life of programs beyond their states, and what can be done there: dependencies, checks, schedules. (HIS-009) */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { until } from "../e2e/instance.ts";
import { accessible, launch, open, SKIP } from "./chromium.ts";
import { manyProcesses, serveMany } from "./manyserver.ts";
import { realScene, type Scene } from "./scene.ts";

/** db is ready when a test says so. */
const PROGRAMS = `
[program:db]
command=/bin/sh -c 'while [ ! -e %(here)s/go ]; do sleep 0.1; done; echo up; sleep 10000'
ready_when=log:up
ready_timeout=1h
[program:migrate]
command=/bin/sh -c 'echo migrated'
type=oneshot
depends_on=db
[program:web]
command=/bin/sleep 10000
process_name=%(program_name)s_%(process_num)d
numprocs=2
depends_on=db, migrate
[program:cache]
command=/bin/sleep 10000
autostart=false
startsecs=0
[program:sick]
command=/bin/sleep 10000
healthcheck=unix:%(here)s/nobody.sock
healthcheck_interval=1s
healthcheck_timeout=1s
healthcheck_grace=0
healthcheck_failures=1
healthcheck_action=event
[program:nightly]
command=/bin/sh -c 'echo saved'
cron=30 2 1 1 *
[program:proxy]
command=/bin/sh -c 'trap "echo reloaded" HUP; while :; do sleep 0.1; done'
reload_signal=HUP
[program:broken]
command=/bin/sleep 10000
reload_command=/bin/false
[program:plain]
command=/bin/sleep 10000
`;

describe("the life of programs on the page", { skip: SKIP }, () => {
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    browser = await launch();
    scene = await realScene({ after: (end) => void ends.push(end) }, { programs: PROGRAMS });
    page = await open(browser, scene.url);
  });
  after(async () => {
    await browser.close();
    for (const end of ends) await end();
  });

  const line = (name: string) => page.locator(".process", { has: page.locator(`[data-row="${name}"]`) });
  const state = (name: string, word: string) => line(name).locator(".state", { hasText: word });
  /** There twice: beside the state, and under the name where there is no room for that. */
  const said = (name: string, text: string | RegExp) => line(name).getByText(text).locator("visible=true").first();
  const panel = () => page.locator(".panel");
  const show = (name: string, tab = "life") => page.goto(`${scene.url}#/processes/${encodeURIComponent(name)}/${tab}`);
  const button = (name: string) => panel().getByRole("button", { name, exact: true });
  const press = async (name: string): Promise<void> => {
    await until(`${name} can be pressed`, () => button(name).isEnabled());
    await button(name).focus();
    await page.keyboard.press("Enter");
  };

  test("HIS-009, CMN-012: marks beside the state, what is waited for, the next run; what is unhealthy stands first", async () => {
    await said("db", "not ready").waitFor();
    await said("web:web_0", "waits for db (STARTING), migrate (STOPPED)").waitFor();
    await said("nightly", /next run .*-01-01 02:30:00/).waitFor();
    const sick = page.locator(".trouble", { hasText: "sick" });
    await sick.getByText(/unhealthy: .*failure/).waitFor();
    await line("sick").locator(".lifemark", { hasText: "unhealthy" }).waitFor();
    assert.equal(await line("plain").locator(".lifemark, .under").count(), 0);
    await sick.getByRole("link", { name: "Life" }).click();
    await panel()
      .getByText(/unhealthy since .*last check failed/)
      .waitFor();
  });

  test("HIS-009: on a phone it stands under the name, and nothing goes over the edge", async () => {
    await page.setViewportSize({ width: 390, height: 780 });
    await page.goto(`${scene.url}#/processes`);
    await line("db").locator(".under", { hasText: "not ready" }).waitFor();
    await line("web:web_0").locator(".under", { hasText: "waits for db" }).waitFor();
    assert.ok((await page.evaluate<number>("document.documentElement.scrollWidth")) <= 390);
    await accessible(page, "waits on a phone");
    await page.setViewportSize({ width: 1360, height: 820 });
  });

  test("DEP, a: the panel has what a process needs and what needs it, with what holds, and each name leads there", async () => {
    await show("web:web_0");
    const needs = panel().locator(".needs");
    await needs.filter({ hasText: "db" }).first().getByText("does not hold").waitFor({ state: "attached" });
    await panel().getByText("starts when db is ready, migrate is done").waitFor();
    await accessible(page, "a tree of dependencies");
    await needs.getByRole("link", { name: "db" }).first().focus();
    await page.keyboard.press("Enter");
    await panel().getByRole("heading", { name: "db" }).waitFor();
    const needed = panel().locator(".needed");
    await needed.getByRole("link", { name: "migrate" }).first().waitFor();
    await needed.getByRole("link", { name: "web:web_1" }).first().waitFor();
    await panel()
      .getByText(/not ready; fails at/)
      .waitFor();
  });

  test("DEP-010: a process that waits is started without what it depends on, and its wait called off", async () => {
    await show("web:web_1");
    await press("Start without dependencies web:web_1");
    await state("web:web_1", "running").waitFor();
    await press("Stop web:web_1");
    await until("down, and it waits for nothing", async () => /^((?!waits for).)*$/s.test((await panel().textContent()) ?? ""));
    await press("Start web:web_1");
    await panel().getByText("ordered").waitFor();
    await panel()
      .getByText(/waits for db/)
      .first()
      .waitFor();
    await press("Stop web:web_1");
    await until("called off", async () => (await button("Start without dependencies web:web_1").count()) === 0);
    await press("Start web:web_1");
    await panel()
      .getByText(/waits for db/)
      .first()
      .waitFor();
  });

  test("RDY-013, DEP-003: when it is ready, what waits starts, and the tree says that it holds", async () => {
    await show("web:web_0");
    await panel().locator(".needs").first().waitFor();
    writeFileSync(path.join(scene.it.dir, "go"), "");
    await state("web:web_0", "running").waitFor();
    await until("both hold", async () => {
      const marks = await panel().locator(".needs .hidden", { hasText: "hold" }).allTextContents();
      return marks.length > 0 && marks.every((text) => text === "holds");
    });
    await show("db");
    await panel()
      .getByText(/ready since/)
      .waitFor();
  });

  test("DEP-022: stop with dependants asks, names them, stops them, and is undone", async () => {
    await show("db");
    await press("Stop with dependants db");
    await panel().getByText("Stop db, and first what needs it: web:web_0, web:web_1?").waitFor();
    await accessible(page, "a question in the panel");
    await page.keyboard.press("y");
    await state("db", "stopped").waitFor();
    await state("web:web_0", "stopped").waitFor();
    await page.locator(".bulk").getByText("Stopped 3 of 3").waitFor();
    await page.locator(".bulk").getByRole("button", { name: "Undo (3)" }).click();
    await state("web:web_0", "running").waitFor();
  });

  test("CRON-002: a job is paused, resumed and run by its buttons and keys; other starts and restarts leave it alone", async () => {
    await show("nightly");
    await press("Pause schedule nightly");
    await panel().getByText("schedule paused").first().waitFor();
    await press("Resume schedule nightly");
    await panel()
      .getByText(/next run/)
      .first()
      .waitFor();
    await panel().getByText("it has not run yet").waitFor();
    assert.equal(await button("Restart nightly").count(), 0);
    await press("Run now nightly");
    await panel()
      .getByText(/last run/)
      .waitFor();
    await panel()
      .getByText(/exited .* exit code 0/)
      .waitFor();
    await page.keyboard.press("t");
    await panel().locator(".exits", { hasText: "exit code 0" }).waitFor();
    await page.keyboard.press("d");
    const ran = await panel()
      .getByText(/last run/)
      .textContent();
    await page.goto(`${scene.url}#/processes`);
    await page.locator('[data-row="cache"]').focus();
    await page.keyboard.press("x");
    await page.locator('[data-row="nightly"]').focus();
    await page.keyboard.press("x");
    await page.getByRole("button", { name: "Start 2 selected", exact: true }).click();
    await state("cache", "running").waitFor();
    await page.keyboard.press("Escape");
    await show("nightly");
    assert.equal(
      await panel()
        .getByText(/last run/)
        .textContent(),
      ran,
    );
  });

  test("SCL: another number of processes: more at once, fewer when it is said which go; back to the file; a refusal is said there", async () => {
    await show("web:web_0");
    const count = panel().getByRole("spinbutton", { name: "Number of processes of web" });
    await count.fill("1e3");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate<string>("document.activeElement.validationMessage"), "Digits only, as 12");
    await count.fill("4");
    await page.keyboard.press("Enter");
    await state("web:web_3", "running").waitFor();
    await page.locator(".bulk", { hasText: "web: 2 → 4" }).waitFor();
    await show("web:web_3");
    await count.fill("3");
    await page.keyboard.press("Enter");
    await panel().getByText("web: 4 → 3? These are stopped and taken out: web:web_3.").waitFor();
    await accessible(page, "fewer processes");
    await page.keyboard.press("Enter");
    await until("taken out, and its panel closed", async () => (await line("web:web_3").count()) + (await panel().count()) === 0);
    await page.locator(".bulk", { hasText: "web: 4 → 3" }).waitFor();
    await show("web:web_1");
    await page.route("**/api/v1/call/holdfast.scale", (route) =>
      route.fulfill({
        status: 403,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: 2, name: "FAILED", message: "may only read" } }),
      }),
    );
    await count.fill("5");
    await page.keyboard.press("Enter");
    await panel().locator(".life .outcome.failed").getByText("failed: may only read").waitFor();
    await page.unroute("**/api/v1/call/holdfast.scale");
    await panel().getByRole("button", { name: "2, as in the file" }).click();
    await panel().getByRole("button", { name: "Scale", exact: true }).click();
    await until("as in the file", async () => (await line("web:web_2").count()) === 0 && (await line("web:web_1").count()) === 1);
    await until("nothing to take back", async () => (await panel().getByText("as in the file").count()) === 0);
    await page.locator(".bulk", { hasText: "web: 3 → 2" }).getByRole("button", { name: "Dismiss" }).click();
  });

  test("ROLL-001, ROLL-002: a rolling restart of a group: asked for first, followed at the foot, by mouse and by key; its failure is said", async () => {
    await page.goto(`${scene.url}#/processes`);
    const pids = async () => Promise.all(["web:web_0", "web:web_1"].map((each) => line(each).locator(".why").textContent()));
    const before = await pids();
    await page.getByRole("button", { name: "Rolling restart web", exact: true }).click({ force: true });
    await page.getByText("Restart 2 processes of web, so many at a time:").waitFor();
    await accessible(page, "a question with a number");
    const foot = page.locator(".bulk", { hasText: "Rolling restart of web" });
    await page.keyboard.press("y");
    await foot.getByText("2 of 2 · done").waitFor();
    await accessible(page, "a rolling restart");
    await until("others run", async () => (await pids()).every((text, at) => text !== before[at]));
    await foot.getByRole("button", { name: "Dismiss" }).click();
    await page.locator('[data-row="web:web_0"]').focus();
    await page.keyboard.press("Shift+R");
    await page.getByRole("spinbutton", { name: "At a time" }).fill("2");
    await page.keyboard.press("Enter");
    await foot.getByText("2 of 2 · done").waitFor();
    await foot.getByRole("button", { name: "Dismiss" }).click();
    await show("web:web_0");
    await press("Rolling restart web");
    await panel().getByText("Restart 2 processes of web").waitFor();
    await page.keyboard.press("Escape");
    await page.route("**/api/v1/call/holdfast.rollingRestart", (route) =>
      route.fulfill({
        status: 409,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: 30, name: "FAILED", message: "FAILED: no" } }),
      }),
    );
    await press("Rolling restart web");
    await page.keyboard.press("Enter");
    await foot.getByText("failed: no").waitFor();
    await page.unroute("**/api/v1/call/holdfast.rollingRestart");
    await foot.getByRole("button", { name: "Dismiss" }).click();
  });

  test("RLD-001: a program takes up its configuration anew, by a button where it has an option for it; what fails is said there", async () => {
    await show("proxy", "log");
    await press("Reload proxy");
    await page.locator(".line", { hasText: "reloaded" }).first().waitFor();
    await panel().locator(".outcome.done", { hasText: "reloaded" }).waitFor();
    await state("proxy", "running").waitFor();
    await show("broken");
    await press("Reload broken");
    await panel().locator(".deeds .outcome.failed").getByText("failed: reload_command failed: exit 1").waitFor();
    await show("proxy");
    await panel().getByRole("heading", { name: "proxy" }).waitFor();
    assert.equal(await panel().locator(".outcome.failed").count(), 0, "the failure of another process");
    await show("sick");
    await panel().locator("h2 .lifemark", { hasText: "unhealthy" }).waitFor();
    await show("broken");
    await panel().getByRole("heading", { name: "broken" }).waitFor();
    assert.equal(await panel().locator("h2 .lifemark").count(), 0, "the marks of another process");
    await panel().locator(".deeds .outcome.failed").waitFor();
    await panel().getByRole("button", { name: "Dismiss" }).click();
  });

  test("HIS-009: what the daemon refuses is said where the button was, with its reason", async () => {
    await page.route("**/api/v1/call/holdfast.pauseJob", (route) =>
      route.fulfill({
        status: 403,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: 2, name: "FAILED", message: "may only read" } }),
      }),
    );
    await show("nightly");
    await press("Pause schedule nightly");
    await panel().locator(".deeds .outcome.failed").getByText("failed: may only read").waitFor();
    await accessible(page, "a refusal");
    await panel().getByRole("button", { name: "Dismiss" }).click();
    await page.unroute("**/api/v1/call/holdfast.pauseJob");
  });

  test("CMN-001: who uses none of it has no such tab, and only what applies to it", async () => {
    await show("plain", "log");
    await button("Stop plain").waitFor();
    assert.deepEqual(await panel().locator(".tabs a").allTextContents(), ["Log", "Timeline", "Configuration", "Signals"]);
    assert.deepEqual(await panel().locator(".deeds .verb").allTextContents(), ["Restart", "Stop", "Clear log"]);
  });

  test("HIS-009: no view of it has a violation of WCAG 2 A or AA, in the dark, in Chinese", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    for (const name of ["web:web_0", "db", "sick", "nightly"]) {
      await show(name);
      await panel().locator(".life dt").first().waitFor();
      await accessible(page, name, { contrastOnly: true });
    }
    const chinese = await open(browser, `${scene.url}#/processes/nightly/life`, { locale: "zh-CN" });
    await chinese.locator(".panel").getByRole("button", { name: "立即运行 nightly" }).waitFor();
    await chinese.getByText(/上次运行/).waitFor();
    await accessible(chinese, "in Chinese");
  });
});

test("HIS-009, HOOK-012, CGR-003, RDY-010: a hook under way, what a program says of itself, a reload, limits that are not enforced", {
  skip: SKIP,
}, async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const snapshot = manyProcesses(3);
  const [first, second, third] = snapshot.groups[0]?.processes ?? [];
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const limits = [
    { option: "rlimit_nofile", wanted: "4096", effective: "4096" },
    { option: "memory_max", wanted: "512MB", effective: "not enforced: cgroup v2 is read-only here" },
  ];
  const hook = { name: "pre_stop", pid: 812, since: snapshot.now - 4000, deadline: snapshot.now + 26_000 };
  const server = await serveMany({
    ...snapshot,
    groups: [
      {
        name: "app",
        priority: 999,
        processes: [
          { ...first, state: "STOPPING", life: { ...first.life, hook } },
          { ...second, life: { ...second.life, statusText: "warming the cache", ready: false, readyAt: null } },
          { ...third, life: { ...third.life, limits } },
        ],
      },
    ],
  });
  t.after(() => server.close());
  const page = await open(browser, server.url);
  const line = (name: string) => page.locator(".process", { has: page.locator(`[data-row="${name}"]`) });
  await line(first.namespec)
    .getByText(/pre_stop since \d+s/)
    .locator("visible=true")
    .first()
    .waitFor();
  await line(second.namespec).getByText("“warming the cache”").locator("visible=true").first().waitFor();
  await line(second.namespec).locator(".lifemark", { hasText: "reloading" }).waitFor();
  await line(third.namespec).locator(".lifemark", { hasText: "memory_max not enforced" }).waitFor();
  await accessible(page, "marks");
  await page.goto(`${server.url}#/processes/${encodeURIComponent(third.namespec)}/life`);
  await page.locator(".panel").getByText("not enforced: cgroup v2 is read-only here").waitFor();
  await page.locator(".panel", { hasText: "rlimit_nofile 4096" }).waitFor();
  await accessible(page, "limits");
  await page.goto(`${server.url}#/processes/${encodeURIComponent(first.namespec)}/life`);
  await page
    .locator(".panel")
    .getByText(/pre_stop since \d+s · pid 812 · until .* at most/)
    .waitFor();
  await page.goto(`${server.url}#/processes/${encodeURIComponent(second.namespec)}/life`);
  await page.locator(".panel").getByText("takes up its configuration anew").waitFor();
});
