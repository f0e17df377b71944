/** `npm run screenshots`: the main views as pictures for docs/screenshots/, of a real daemon, and of a thousand processes that nobody runs. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../e2e/instance.ts";
import { launch, open } from "./chromium.ts";
import { manyProcesses, serveMany } from "./manyserver.ts";
import { realScene } from "./scene.ts";

const FOLDER = path.join(ROOT, "docs", "screenshots");
const ends: (() => Promise<void>)[] = [];
mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
try {
  const { url, reconfigure } = await realScene({ after: (end) => void ends.push(end) });
  const page = await open(browser, url, { viewport: { width: 1280, height: 760 } });
  await page.getByText("exit code 3").first().waitFor();
  await page.locator(".c-cpu polyline").first().waitFor({ state: "attached" });
  await shot(page, "trouble");
  await page.goto(`${url}#/processes/api%3Aapi_0/log`);
  await page
    .getByText(/items\/\d/)
    .first()
    .waitFor();
  await shot(page, "panel");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "dark");
  await page.goto(`${url}#/processes/importer/timeline`);
  await page.locator(".panel tbody tr").first().waitFor();
  await shot(page, "timeline");
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${url}#/logs?log=api%3Aapi_0&log=api%3Aapi_1&log=importer`);
  await page
    .getByText(/items\/\d/)
    .first()
    .waitFor();
  await shot(page, "logs");
  reconfigure((programs) => programs.replace("startretries=0", "startretries=5").replace("[program:nightly]", "[program:hourly]"));
  await page.goto(`${url}#/update`);
  await page.locator(".change").first().waitFor();
  await shot(page, "update");
  const phone = await open(browser, url, { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1, hasTouch: true });
  await phone.getByText("exit code 3").first().waitFor();
  await shot(phone, "phone");
  const chinese = await open(browser, url, { locale: "zh-CN", viewport: { width: 1280, height: 760 } });
  await chinese.getByText("退出码 3").first().waitFor();
  await shot(chinese, "chinese");
  for (const [name, count] of [
    ["thousand", 1000],
    ["empty", 0],
  ] as const) {
    const many = await serveMany(manyProcesses(count));
    ends.push(() => many.close());
    const other = await open(browser, many.url, { viewport: { width: 1280, height: 760 } });
    await other
      .locator(count === 0 ? ".empty" : ".process")
      .first()
      .waitFor();
    await shot(other, name);
  }
} finally {
  await browser.close();
  for (const end of ends) await end();
}

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
}
