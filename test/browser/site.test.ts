/** The site of the documents: it builds, no link of it is dead (VitePress sees to that), and its search finds words of either language in its own pages. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ROOT, run, until } from "../e2e/instance.ts";
import { launch, open, SKIP } from "./chromium.ts";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png" };

describe("the site", { skip: SKIP }, () => {
  const site = mkdtempSync(path.join(tmpdir(), "holdfast-site-"));
  const server = createServer((request, response) => {
    const asked = decodeURI(request.url ?? "/").replace(/\?.*/, "");
    const file = path.join(site, asked.endsWith("/") ? `${asked}index.html` : asked);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
  let browser: Browser;
  let base = "";

  before(async () => {
    const { code, stdout, stderr } = await run(process.execPath, [path.join(ROOT, "scripts", "site.mjs"), "--out", site]);
    assert.equal(code, 0, stdout + stderr);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    server.close();
    rmSync(site, { recursive: true, force: true });
  });

  /** Where what the search finds first leads. */
  async function found(page: Page, words: string): Promise<string | null> {
    const input = page.locator(".VPLocalSearchBox input");
    // The keys do nothing before the scripts of the page have begun.
    await until("the search opens", async () => {
      await page.keyboard.press("Control+k");
      return await input.isVisible();
    });
    await input.fill(words);
    return await page.locator(".VPLocalSearchBox a.result").first().getAttribute("href");
  }

  const SEARCHES = [
    ["/install.html", "logfile_maxbytes", /^\/reference\/configuration\.html#/],
    ["/", "Exited too quickly", /^\/not-starting\.html#/],
    ["/zh/install.html", "后台", /^\/zh\//],
    ["/zh/", "滚动重启", /^\/zh\/(?:life|web)\.html#/],
  ] as const;
  for (const [from, words, leads] of SEARCHES) {
    test(`${from}: a search for ${words} leads to a page of its language`, async () => {
      const page = await open(browser, base + from);
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      assert.match((await found(page, words)) ?? "", leads);
      assert.deepEqual(errors, []);
      await page.context().close();
    });
  }

  test("a file outside of the documents is there as text", async () => {
    const answer = await fetch(`${base}/files/src/api/types.ts.txt`);
    assert.equal(answer.status, 200);
  });
});
