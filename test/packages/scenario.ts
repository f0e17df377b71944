/** One life of a supervisord that was installed somewhere: start, status, tail, the death of its daemon, shutdown. */
import assert from "node:assert/strict";
import { type Instance, until } from "../e2e/instance.ts";

/** `it.bin` and `it.env` say what is started, and with what. `start`: another command than `it.bin`/supervisord. */
export async function wholeLife(it: Instance, start?: () => Promise<void>): Promise<void> {
  it.configure(`[program:writer]\ncommand=/bin/sh -c 'echo "here: $GREETING"; exec sleep 1000'\n`);
  await (start?.() ?? it.start());
  const status = async (): Promise<string> => (await it.ctl("status")).stdout;
  const running = await until("writer runs", async () => /^writer +RUNNING +pid (\d+)/.exec(await status())?.[1]);
  await until(
    "its line is in the log",
    async () => (await it.ctl("tail", "writer")).stdout.trimEnd() === `here: ${it.env["GREETING"] ?? ""}`,
  );
  const daemon = await until("there is a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("there is another daemon", () => ![daemon, undefined].includes(it.daemonPid()));
  assert.equal(await until("writer is known", async () => /^writer +RUNNING +pid (\d+)/.exec(await status())?.[1]), running);
  assert.deepEqual(await it.ctl("shutdown"), { code: 0, stdout: "Shut down\n", stderr: "" });
  assert.equal(await it.exitCode(), 0, it.output);
}
