/** supervisorctl on a real terminal: what expect scripts and `docker exec -it` read is the original's, and the shell takes keys as fast as they come. */
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { BIN, Instance, until } from "./instance.ts";
import { onTerminal } from "./pty.ts";

const CTL = path.join(BIN, "supervisorctl");
const ESC = "\u001b";

async function running(t: TestContext): Promise<Instance> {
  const it = new Instance(t);
  it.configure("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n[program:off]\ncommand=/bin/cat\nautostart=false\n");
  await it.start();
  await until("cat runs", async () => (await it.ctl("status", "cat")).stdout.includes("RUNNING"));
  return it;
}

const uptime = (text: string) => text.replace(/\d:\d\d:\d\d/g, "T").replaceAll("\r\n", "\n");

test("what Supervisor prints is the same on a terminal and in a pipe, unless colour is asked for", { timeout: 120_000 }, async (t) => {
  const it = await running(t);
  if ((await onTerminal(["/bin/true"], [])) === null) return t.skip("python3 is not installed");
  const shown = async (...words: string[]) =>
    (await onTerminal([CTL, "-c", it.conf, ...words], [], { TERM: "xterm-256color" }))?.text ?? "";
  for (const words of [
    ["status"],
    ["status", "nothere"],
    ["avail"],
    ["pid"],
    ["version"],
    ["reread"],
    ["update"],
    ["help"],
    ["signal", "CONT", "cat"],
  ]) {
    const plain = await it.ctl(...words);
    assert.equal(uptime(await shown(...words)), uptime(plain.stdout), words.join(" "));
  }
  assert.equal(uptime(await shown("start", "off")), "off: started\n");
  assert.equal(uptime(await shown("stop", "off")), "off: stopped\n");
  assert.ok((await shown("--color", "status")).includes(`${ESC}[32mRUNNING`));
  assert.ok((await it.ctl("--color=always", "status")).stdout.includes(`${ESC}[32mRUNNING`));
  assert.ok(!(await it.ctl("--color", "status")).stdout.includes(ESC));
  appendFileSync(it.conf, "[supervisorctl]\ncolor=auto\n");
  assert.ok((await shown("status")).includes(`${ESC}[32mRUNNING`));
  assert.ok(!(await shown("--color=never", "status")).includes(ESC));
});

test("keys behind Tab in one chunk come after the completion; Ctrl-C clears a line that has text and leaves at an empty one", {
  timeout: 120_000,
}, async (t) => {
  const it = await running(t);
  for (const TERM of ["xterm", "dumb"]) {
    const seen = await onTerminal(
      [CTL, "-c", it.conf],
      [
        ["supervisor> ", "verx\u007fsi\t\r"],
        ["\n4.", ""],
        ["supervisor> ", "pi\tca\t\r"],
        ["pid cat", ""],
        ["supervisor> ", "shutdown\u0003"],
        ["^C", ""],
        ["supervisor> ", "\u0003"],
      ],
      { TERM },
    );
    if (seen === null) return t.skip("python3 is not installed");
    assert.ok(seen.ended && seen.code === 0, seen.text);
    assert.doesNotMatch(seen.text, /Unknown syntax/i);
    assert.match(seen.text, /pid cat ?[^\d]*\d+\r\n/);
  }
  assert.match((await it.ctl("status", "cat")).stdout, /RUNNING/);
});

test("a terminal that nobody knows gets no escape sequences", { timeout: 120_000 }, async (t) => {
  const it = await running(t);
  for (const env of [{}, { TERM: "" }, { TERM: "unknown" }, { TERM: "dumb" }, { TERM: "no-such-terminal" }]) {
    const seen = await onTerminal(
      [CTL, "-c", it.conf, "--color"],
      [
        ["supervisor> ", "status\r"],
        ["RUNNING", ""],
        ["supervisor> ", "quit\r"],
      ],
      env,
    );
    if (seen === null) return t.skip("python3 is not installed");
    assert.ok(seen.ended && seen.code === 0, seen.text);
    assert.ok(!seen.text.includes(ESC), JSON.stringify(seen.text));
  }
});
