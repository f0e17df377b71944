/** Debian's Chromium, and the page in it: opened in a language, a scheme and a size, looked at by axe. */
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** null: there is none, and tests say so. */
export const CHROMIUM = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .map((folder) => path.join(folder, "chromium"))
  .find(isExecutable);

export const SKIP = CHROMIUM === undefined ? "there is no chromium on PATH" : false;

const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error("there is no chromium on PATH");
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...asRoot] });
}

export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1360, height: 820 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  return page;
}

/** WCAG 2 A and AA, as far as a program can tell. */
export async function accessible(page: Page, what: string, { contrastOnly = false } = {}): Promise<void> {
  const axe = new AxeBuilder({ page });
  if (contrastOnly) axe.withRules(["color-contrast"]);
  else axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]);
  const { violations } = await axe.analyze();
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`)
        .join(" | ")}`,
  );
  assert.deepEqual(told, [], what);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
