/** A log of 100 MB, written while one looks: the page stays at its end, holds few lines, and goes back in it on demand. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { launch, open, SKIP } from "./chromium.ts";
import { realScene } from "./scene.ts";

const PROGRAMS = `[program:flood]
command=/bin/sh -c 'yes "a line of the flood" | head -c 100000000; echo; while :; do echo tick; sleep 0.2; done'
stdout_logfile_maxbytes=0
`;

describe("the web page on a flood", { skip: SKIP }, () => {
  test("100 MB are followed with a bounded number of lines; what is older is loaded on demand", async () => {
    const { url } = await realScene({ after }, { programs: PROGRAMS });
    const browser = await launch();
    try {
      const page = await open(browser, `${url}#/processes/flood/log?channel=stdout`);
      await page.locator(".line", { hasText: "tick" }).first().waitFor();
      const lines = await page.locator(".line").count();
      assert.ok(lines > 1000 && lines <= 4100, String(lines));
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Load older lines" }).click();
      await page
        .locator(".line")
        .nth(lines + 500)
        .waitFor({ state: "attached" });
    } finally {
      await browser.close();
    }
  });
});
