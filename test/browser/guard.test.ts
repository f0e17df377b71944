/** Who may use the page: nobody without the password, and no other site in the name of its user. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { launch, open, SKIP } from "./chromium.ts";
import { realScene } from "./scene.ts";

const PROGRAMS = "[program:one]\ncommand=/bin/sleep 10000\n";

describe("the web page behind a password", { skip: SKIP }, () => {
  test("signed in it works; another site can neither read nor order anything", async () => {
    const { it, url } = await realScene({ after }, { section: "username=ann\npassword=secret", programs: PROGRAMS });
    const browser = await launch();
    try {
      const stranger = await browser.newPage();
      const refused = await stranger.request.get(url);
      assert.equal(refused.status(), 401);
      const page = await open(browser, url, { httpCredentials: { username: "ann", password: "secret" } });
      await page.locator(".process", { hasText: "running" }).waitFor();
      const evil = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<title>evil</title>"));
      await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
      await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
      const tried = await page.evaluate<string>(`Promise.all([
        fetch("${url}api/v1/state", { credentials: "include" }).then(() => "read", () => "blocked"),
        fetch("${url}api/v1/call/supervisor.stopAllProcesses", { method: "POST", mode: "no-cors", credentials: "include", body: "[]" }).then(() => "", () => ""),
      ]).then(([read]) => read)`);
      evil.close();
      assert.equal(tried, "blocked");
      assert.match((await it.ctl("-u", "ann", "-p", "secret", "status")).stdout, /one +RUNNING/);
    } finally {
      await browser.close();
    }
  });
});
