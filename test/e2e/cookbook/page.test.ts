/** The pages of the cookbook: both languages hold the same configurations, and none of these has a mistake, or anything doubtful in it. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, run } from "../instance.ts";
import { configurations, recipes, Setup } from "./setup.ts";

/** What is on PATH of the page's machine. */
const COMMANDS = ["postgres", "python", "gunicorn", "redis-server", "celery", "php", "nginx", "pytest"];
const APP = ["backup", "sync", "report", "notify"].map((name) => `/app/${name}.sh`);
const ERP = ["erpd", "erpctl", "check-volume"].map((name) => `/opt/erp/bin/${name}`);

/** Without comments, which are in the language of the page. */
const withoutComments = (text: string): string => text.replaceAll(/^;.*\n/gm, "");

test("both languages have the same configurations, in one order, and only their comments differ", () => {
  const [english, chinese] = (["en", "zh"] as const).map((language) =>
    recipes(language).map(({ name, blocks }) => [name, [...blocks].map(([key, text]) => [key, withoutComments(text)])]),
  );
  assert.deepEqual(chinese, english);
  assert.ok((english?.length ?? 0) >= 10, "the cookbook has ten set-ups");
});

test("each set-up has a test of its own", () => {
  const tests = readdirSync(import.meta.dirname);
  for (const name of configurations("en").keys()) assert.ok(tests.includes(`${name}.test.ts`), name);
});

for (const language of ["en", "zh"] as const) {
  test(`--check --strict has nothing to say of any configuration (${language})`, async (t) => {
    for (const name of configurations(language).keys()) {
      const it = new Setup(t);
      await it.prepare(
        name,
        { standIns: [], scripts: Object.fromEntries([...COMMANDS, ...APP, ...ERP].map((each) => [each, "exit 0"])) },
        language,
      );
      for (const file of ["shop.env", "erp.env"]) it.put(`/etc/${file}`, "");
      const { code, stdout, stderr } = await run(path.join(BIN, "supervisord"), ["--check", "--strict", "-c", it.conf], { env: it.env });
      assert.deepEqual([code, stdout, stderr], [0, `${it.conf}: the configuration is good\n`, ""], name);
    }
  });
}
