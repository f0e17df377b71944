/** Goal: `npm start` prints its addresses behind the lines about what it starts: it waits for a real supervisord that is not there yet. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { renameSync } from "node:fs";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { programsAreUp } from "../../scripts/quickstart.mjs";
import { Instance, until } from "./instance.ts";

test("the waiting ends when the programs are up, though it began before supervisord, and a socket was left behind by another", async () => {
  const it = new Instance({ after });
  it.configure("[program:a]\ncommand=sleep 1000\n[program:b]\ncommand=/does/not/exist\nstartretries=0\n");
  const earlier = createServer().listen(it.path("earlier"));
  await once(earlier, "listening");
  renameSync(it.path("earlier"), it.socket);
  await new Promise((resolve) => earlier.close(resolve));
  let over = false;
  const waiting = programsAreUp(it.conf, it.socket).then(() => {
    over = true;
  });
  it.spawnDaemon(["-n"]);
  await until("the waiting is over", () => over);
  await waiting;
  const { stdout } = await it.ctl("status");
  assert.match(stdout, /^a +RUNNING/m);
  assert.match(stdout, /^b +FATAL/m);
});
