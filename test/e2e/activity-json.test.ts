/** logfile_format=json: what stands in the activity log and on the console is what the classic form says, an object a message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";

test("OBS-005: every line of the activity log and of the console is an object; a reload to text goes on in text", async (t) => {
  const it = new Instance(t);
  it.configure("[program:web]\ncommand=sleep 1000\n", "logfile_format=json\nloglevel=blather\n");
  await it.start();
  await until("web runs", async () => /RUNNING/.test((await it.ctl("status", "web")).stdout));
  const objects = (text: string): { time: string; level: string; message: string }[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const inFile = objects(it.read("supervisord.log"));
  const spawned = inFile.find(({ message }) => /^spawned: 'web' with pid \d+$/.test(message));
  assert.equal(spawned?.level, "info");
  assert.ok(Math.abs(Date.parse(spawned?.time ?? "") - Date.now()) < 120_000);
  assert.deepEqual(
    inFile.filter(({ message }) => message.startsWith("supervisord started")).map((one) => Object.keys(one)),
    [["time", "level", "message"]],
  );
  const onConsole = it.output.split("\n").filter((line) => line.includes("spawned:"));
  assert.deepEqual(objects(`${onConsole.join("\n")}\n`), [spawned]);
  it.configure("[program:web]\ncommand=sleep 1000\n");
  await it.ctl("reload");
  await until("it writes text", () => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO spawned: 'web'/m.test(it.read("supervisord.log")));
});
