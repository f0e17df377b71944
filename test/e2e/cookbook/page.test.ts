/** The pages of the cookbook: both languages hold the same configurations, and none of these has a mistake, or anything doubtful in it. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, run } from "../instance.ts";
import { configurations, Setup } from "./setup.ts";

/** What is on PATH of the page's machine. */
const COMMANDS = ["postgres", "python", "gunicorn", "redis-server", "celery", "php", "node", "nginx", "pytest"];
const APP = ["backup", "sync", "report"].map((name) => `/app/${name}.sh`);

/** Without comments, which are in the language of the page. */
const withoutComments = (text: string): string => text.replaceAll(/^;.*\n/gm, "");

test("both languages have the same configurations, in one order, and only their comments differ", () => {
  const [english, chinese] = [configurations("en"), configurations("zh")];
  assert.deepEqual([...chinese.keys()], [...english.keys()]);
  for (const [name, text] of english) assert.equal(withoutComments(chinese.get(name) ?? ""), withoutComments(text), name);
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
        { standIns: [], scripts: Object.fromEntries([...COMMANDS, ...APP].map((each) => [each, "exit 0"])) },
        language,
      );
      for (const folder of ["/srv/shop", "/srv/thumbnails"]) it.put(`${folder}/version`, "1");
      const { code, stdout, stderr } = await run(path.join(BIN, "supervisord"), ["--check", "--strict", "-c", it.conf], { env: it.env });
      assert.deepEqual([code, stderr], [0, ""], `${name}: ${stdout}${stderr}`);
      assert.ok(!existsSync(it.socket));
    }
  });
}
