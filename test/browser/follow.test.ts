/** A log that is opened follows, however its lines wrap and its box changes, until the reader goes up. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { until } from "../e2e/instance.ts";
import { launch, open, SKIP } from "./chromium.ts";
import { realScene } from "./scene.ts";

const LONG = "a rather long line of words that has to be wrapped many times in a narrow column ".repeat(6);
const program = (name: string, pause: string) => `[program:${name}]
command=/bin/sh -c 'n=0; while :; do n=$((n+1)); echo "${name} $n ${LONG}"; test $n -lt 300 || sleep ${pause}; done'
stdout_logfile_maxbytes=0
`;

describe("logs side by side", { skip: SKIP }, () => {
  let browser: Awaited<ReturnType<typeof launch>>;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    const programs = ["one", "two", "three"].map((name, at) => program(name, `0.${at + 1}`)).join("");
    const { url } = await realScene({ after: (end) => void ends.push(end) }, { programs });
    browser = await launch();
    page = await open(browser, `${url}#/logs?log=one&log=two&log=three`);
  });
  after(async () => {
    await browser.close();
    for (const end of ends) await end();
  });

  const follow = () => page.getByRole("button", { name: "Follow" });
  const pause = () => page.getByRole("button", { name: "Pause" });
  const atEnd = `[...document.querySelectorAll(".lines")].length === 3 && [...document.querySelectorAll(".lines")]
    .every((box) => box.scrollHeight > box.clientHeight && box.scrollHeight - box.scrollTop - box.clientHeight <= 24)`;

  const areAtEnd = () => until("each is at its end", () => page.evaluate<boolean>(atEnd));

  test("each opens at its end and follows, load after load", async () => {
    for (let load = 0; load < 4; load++) {
      await page.reload();
      await areAtEnd();
      const count = `[...document.querySelectorAll(".lines")].map((box) => box.textContent.length).join()`;
      const seen = await page.evaluate(count);
      await until("more lines, at the end of each", () => page.evaluate<boolean>(`(${count}) !== ${JSON.stringify(seen)} && ${atEnd}`));
      assert.deepEqual([await follow().count(), await pause().count()], [0, 3], `load ${load}`);
    }
  });

  test("another width, and lines that are not wrapped, change nothing", async () => {
    for (const width of [900, 1400, 700, 1280]) {
      await page.setViewportSize({ width, height: 720 });
      await areAtEnd();
    }
    for (let times = 0; times < 2; times++) {
      await page.getByRole("button", { name: "Wrap" }).first().click();
      await areAtEnd();
    }
    assert.equal(await follow().count(), 0);
  });

  test("the reader who goes up pauses that log, and follows again at the end", async () => {
    await page.locator(".lines").first().hover();
    await page.mouse.wheel(0, -400);
    await follow().waitFor();
    assert.deepEqual([await follow().count(), await pause().count()], [1, 2]);
    await page.mouse.wheel(0, 100_000);
    await follow().waitFor({ state: "detached" });
    await areAtEnd();
  });
});
