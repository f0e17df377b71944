/** Goal: who changes a configuration hears what is wrong with it, whatever he calls: reread, update, its dry run, `--check`, the API, the activity log. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { ask } from "./apiclient.ts";
import { BIN, Instance, run } from "./instance.ts";
import { ctlAtTerminal, noTerminal } from "./terminal.ts";

describe("a configuration with mistakes", () => {
  const it = new Instance({ after });
  const cat = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n";
  const change = (more: string): void => it.configure(`${cat}${more}`);
  const lineOf = (text: string): number => it.read("supervisord.conf").split("\n").indexOf(text) + 1;
  const check = (...args: string[]) => run(path.join(BIN, "supervisord"), ["-c", it.conf, "--check", ...args], { cwd: it.dir });

  before(async () => {
    change("");
    await it.start();
  });

  test("every error is told with place, text and remedy, on standard error; standard output stays the original's", async () => {
    change("autorestart=never\n[program:x]\nstartsecs=soon\ncommand=/bin/cat\n");
    const first = `invalid 'autorestart' value 'never' in section 'program:cat' (file: '${it.conf}')`;
    const second = `invalid literal for int() with base 10: 'soon' in section 'program:x' (file: '${it.conf}')`;
    const told = [
      `Error: ${first}\n  at ${it.conf}:${lineOf("autorestart=never")}: autorestart=never\n  hint: give true, false or unexpected\n`,
      `Error: ${second}\n  at ${it.conf}:${lineOf("startsecs=soon")}: startsecs=soon\n  hint: give a whole number\n`,
    ].join("");
    assert.equal((await check()).stderr.replace(/^For help.*\n/m, ""), told);
    for (const words of [["reread"], ["update"], ["update", "--dry-run"], ["update", "cat"]]) {
      const ended = await it.ctl(...words);
      assert.deepEqual([ended.code, ended.stderr], [1, told], words.join(" "));
      const shown =
        words[0] === "reread"
          ? /^ERROR: CANT_REREAD: (.*)\n$/
          : /^error: <class 'xmlrpc\.client\.Fault'>, <Fault 92: "CANT_REREAD: (.*)">: .*\n$/;
      const fault = shown.exec(ended.stdout)?.[1] ?? ended.stdout;
      assert.equal(fault, `${first} (${it.conf}:${lineOf("autorestart=never")}); also: ${second} (${it.conf}:${lineOf("startsecs=soon")})`);
    }
  });

  test("CONF-416: a single error is the original's to the byte for who reads the fault; the line stands on standard error", async () => {
    change("autostart=maybe\n");
    const ended = await it.ctl("reread");
    assert.equal(ended.stdout, `ERROR: CANT_REREAD: not a valid boolean value: 'maybe' in section 'program:cat' (file: '${it.conf}')\n`);
    assert.ok(ended.stderr.includes(`  at ${it.conf}:${lineOf("autostart=maybe")}: autostart=maybe\n`), ended.stderr);
  });

  test("the API has every error of a file that cannot be read, and every warning of one that can", async () => {
    const where = { socketPath: it.socket };
    change("autostart=maybe\nstartsecs=soon\n");
    type Refusal = { readonly error: { readonly code: number; readonly errors: readonly { readonly line: number }[] } };
    for (const answer of [await ask(where, "/api/v1/update"), await ask(where, "/api/v1/update", { body: {} })]) {
      const { error } = JSON.parse(answer.text) as Refusal;
      assert.deepEqual(
        [answer.status, error.code, error.errors.map(({ line }) => line)],
        [409, 92, [lineOf("autostart=maybe"), lineOf("startsecs=soon")]],
      );
    }
    change("autostrat=false\n");
    const { warnings } = JSON.parse((await ask(where, "/api/v1/update")).text) as { readonly warnings: readonly string[] };
    assert.deepEqual(warnings, [
      `Unknown option autostrat in [program:cat] is ignored (${it.conf}:${lineOf("autostrat=false")}); did you mean autostart?`,
    ]);
  });

  test("misspelt options and sections are told at a terminal, and in the activity log at each reread and reload", {
    skip: noTerminal,
  }, async () => {
    change("autostrat=false\n[porgram:x]\ncommand=/bin/cat\n");
    const option = `Unknown option autostrat in [program:cat] is ignored (${it.conf}:${lineOf("autostrat=false")}); did you mean autostart?`;
    const section = `Unknown section [porgram:x] is ignored (${it.conf}:${lineOf("[porgram:x]")}); did you mean [program:x]?`;
    for (const words of [["reread"], ["update"], ["update", "--dry-run"]]) {
      const { stdout, stderr } = await ctlAtTerminal(it, words, { piped: true });
      assert.equal(stdout, "No config updates to processes\n".repeat(words.join(" ") === "update" ? 0 : 1), words.join(" "));
      assert.equal(stderr, `Warning: ${option}\nWarning: ${section}\n`, words.join(" "));
    }
    assert.equal((await it.ctl("reread")).stderr, "", "scripts hear nothing of it");
    const told = () => it.read("supervisord.log").split(` WARN ${option}\n`).length - 1;
    const before = told();
    await it.ctl("reread");
    assert.equal(told(), before + 1);
  });

  test("--check and a reread at a terminal tell what will surely not work", { skip: noTerminal }, async () => {
    mkdirSync(it.path("private"));
    writeFileSync(it.path("private/tool"), "#!/bin/sh\n");
    writeFileSync(it.path("plain"), "");
    chmodSync(it.path("private/tool"), 0o755);
    chmodSync(it.path("private"), 0o700);
    const asOther = process.getuid?.() === 0 ? `[program:other]\ncommand=${it.dir}/private/tool\nuser=nobody\n` : "";
    change(
      `[program:a]\ncommand=no-such-command-of-holdfast\n[program:b]\ncommand=${it.dir}/plain\n[program:c]\ncommand=/bin/cat\ndirectory=${it.dir}/no\n${asOther}`,
    );
    const expected = [
      /^Warning: \[program:a\]: there is no command no-such-command-of-holdfast in PATH \(.*\); give its whole path, or set PATH in environment \(.*:\d+\)$/,
      /^Warning: \[program:b\]: the command .*\/plain is not executable: chmod \+x .*\/plain \(.*:\d+\)$/,
      /^Warning: \[program:c\]: there is no directory .*\/no \(.*:\d+\)$/,
      ...(asOther === "" ? [] : [/^Warning: \[program:other\]: the user nobody may not execute the command .*\/private\/tool \(.*:\d+\)$/]),
    ];
    const checked = await check();
    const atTerminal = await ctlAtTerminal(it, ["update", "--dry-run"], { piped: true });
    for (const text of [checked.stdout, atTerminal.stderr]) {
      const lines = text.split("\n").filter((line) => line.startsWith("Warning: "));
      assert.equal(lines.length, expected.length, text);
      for (const [at, pattern] of expected.entries()) assert.match(lines[at] ?? "", pattern);
    }
    assert.deepEqual([checked.code, (await check("--strict")).code], [0, 1]);
    change("");
    assert.deepEqual([(await check("--strict")).code, (await check("--strict")).stdout], [0, `${it.conf}: the configuration is good\n`]);
  });
});
