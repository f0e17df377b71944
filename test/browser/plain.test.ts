/** What the page leaves alone where no program uses an option of Holdfast. (CMN-001) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, open, SKIP } from "./chromium.ts";
import { realScene } from "./scene.ts";

test("CMN-001: a daemon none of whose programs depends on anything is not asked for dependencies", { skip: SKIP }, async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { url } = await realScene(t, { programs: "[program:plain]\ncommand=/bin/sleep 10000\n" });
  const page = await open(browser, "about:blank");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${url}#/processes/plain/timeline`);
  await page.locator(".panel tbody tr", { hasText: "running" }).waitFor();
  assert.deepEqual(
    asked.filter((each) => each.endsWith("/dependencies")),
    [],
  );
});
