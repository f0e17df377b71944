/** docs/not-starting.md: each reason that it names, brought about for real, is told by status and why in the page's words, in both languages. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Instance, until } from "../instance.ts";
import { textOf } from "./pages.ts";

type Reason = {
  readonly program: string;
  /** What the page says; a word in capitals or an ellipsis stands for anything. */
  readonly ofPage: string;
  readonly seen: RegExp;
  readonly state?: string;
};

const REASONS: Readonly<Record<string, Reason>> = {
  missing: { program: "command=/usr/bin/pyton3 app.py", ofPage: "can't find command 'X'", seen: /can't find command '\/usr\/bin\/pyton3'/ },
  bare: { program: "command=no-such-command-of-any-kind", ofPage: "can't find command 'X'", seen: /can't find command 'no-such-command/ },
  mode: { program: "command=%(here)s/plain", ofPage: "command at 'X' is not executable", seen: /command at '.*\/plain' is not executable/ },
  folder: {
    program: "command=sleep 1000\ndirectory=/srv/nowhere",
    ofPage: "couldn't chdir to DIR: …",
    seen: /couldn't chdir to \/srv\/nowhere: /,
  },
  interpreter: {
    program: "command=%(here)s/interpreter",
    ofPage: "couldn't exec X: ENOENT",
    seen: /couldn't exec .*\/interpreter: ENOENT/,
  },
  format: { program: "command=%(here)s/format", ofPage: "couldn't exec X: ENOEXEC", seen: /couldn't exec .*\/format: ENOEXEC/ },
  background: {
    program: "command=sh -c 'sleep 1000 & echo $! >%(here)s/left'",
    ofPage: "exit 0 after 0.0 s, 1 process left behind",
    seen: /exit 0 after \d.\d s, 1 process left behind/,
  },
  short: {
    program: "command=true",
    ofPage: "FATAL     Exited too quickly (process log may have details)",
    seen: /FATAL +Exited too quickly \(process log/,
  },
  shell: { program: "command=sleep 1000 && echo", ofPage: "`&&`", seen: /invalid time interval .&&/ },
  expected: { program: "command=sh -c 'sleep 0.2'\nstartsecs=0", ofPage: "EXITED", seen: /EXITED/, state: "EXITED" },
  waiting: { program: "command=sleep 1000\nautostart=false", ofPage: "`autostart=false`", seen: /STOPPED/, state: "STOPPED" },
};

test("each reason is told in the page's words", async (t) => {
  const it = new Instance(t);
  t.after(() => {
    const left = Number(it.read("left"));
    if (left > 0) process.kill(left, "SIGKILL");
  });
  writeFileSync(it.path("plain"), "#!/bin/sh\n");
  for (const [name, text] of [
    ["interpreter", "#!/usr/bin/pyton3\n"],
    ["format", "neither script nor program\n"],
  ] as const)
    writeFileSync(it.path(name), text, { mode: 0o755 });
  mkdirSync(it.path("home"));
  const programs = Object.entries(REASONS).map(
    ([name, { program }]) => `[program:${name}]\n${program}\nstartretries=0\nautorestart=unexpected`,
  );
  it.configure(programs.join("\n\n"));
  await it.start();
  for (const [name, { ofPage, seen, state = "FATAL" }] of Object.entries(REASONS)) {
    for (const page of ["not-starting.md", "not-starting.zh-CN.md"]) assert.ok(textOf(page).includes(ofPage), `${page} has no ${ofPage}`);
    const said = await until(
      `${name} is told`,
      async () => {
        const status = (await it.ctl("status", name)).stdout;
        if (!new RegExp(`^${name} +${state}`).test(status)) return undefined;
        const why = await it.ctl("why", name);
        return seen.test(status + why.stdout) ? status + why.stdout : undefined;
      },
      30_000,
    ).catch(async () => `${(await it.ctl("status", name)).stdout}${(await it.ctl("why", name)).stdout}`);
    assert.match(said, seen, name);
  }
});

test("what a program gets is what the page says: supervisord's HOME and PATH, no shell, its own environment", async (t) => {
  const it = new Instance(t);
  it.env = { PATH: process.env["PATH"], HOME: "/home/of-supervisord", EXTRA: "x" };
  const tell = (file: string, more = ""): string =>
    `[program:${file}]\ncommand=/usr/bin/env\nstartsecs=0\nautorestart=false\nstdout_logfile=%(here)s/${file}.out\n${more}\n`;
  it.configure(
    [tell("plain"), tell("given", 'environment=PATH="/srv/app/venv/bin:%(ENV_PATH)s",PERCENT="100%%"'), tell("home", "env_home=true")].join(
      "\n",
    ),
  );
  await it.start();
  const environment = (file: string) =>
    until(`${file} has told`, () => /^SUPERVISOR_ENABLED=/m.test(it.read(`${file}.out`)) && it.read(`${file}.out`));
  assert.match(await environment("plain"), /^HOME=\/home\/of-supervisord$/m);
  const given = await environment("given");
  assert.match(given, /^PATH=\/srv\/app\/venv\/bin:/m);
  assert.match(given, /^PERCENT=100%$/m);
  assert.doesNotMatch(await environment("home"), /^HOME=\/home\/of-supervisord$/m);
});
