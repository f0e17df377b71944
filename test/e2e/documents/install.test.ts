/** docs/install.md: its first configuration with its commands, and where its other commands are run. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, freePort, Instance, run, until } from "../instance.ts";
import { blocks } from "./pages.ts";

test("the first configuration of the page runs with the page's commands", async (t) => {
  const it = new Instance(t);
  // It runs in the background, where the instance does not see it.
  t.after(() => {
    const pid = Number(it.read("supervisord.pid"));
    if (pid > 0) process.kill(pid, "SIGTERM");
  });
  const [configuration = ""] = blocks("install.md", "ini");
  writeFileSync(it.conf, configuration.replace("8000", `${await freePort()}`));
  const commands = (blocks("install.md", "sh").at(-1) ?? "").trim().split("\n");
  assert.deepEqual(commands.length, 5);
  const said: string[] = [];
  const env = { ...process.env, PATH: `${BIN}:${process.env["PATH"]}` };
  for (const line of commands) {
    const [file = "", ...args] = line.split(" ");
    const once = async () => {
      const { code, stdout, stderr } = await run(path.join(BIN, file), args, { cwd: it.dir, env });
      return { code, text: stdout + stderr };
    };
    // Only what is looked at may need another look: the program has just been started.
    const answer = await until(line, async () => {
      const one = await once();
      return (one.code === 0 && !/STARTING|^$/.test(one.text)) || line === "supervisord" || args[0] === "tail" ? one : undefined;
    });
    assert.equal(answer.code, 0, `${line}: ${answer.text}`);
    said.push(answer.text);
  }
  assert.match(said[0] ?? "", /the configuration is good\n/);
  assert.match(said[2] ?? "", /^web +RUNNING/);
  assert.match(said.at(-1) ?? "", /Shut down/);
});
