import assert from "node:assert/strict";
import { test } from "node:test";
import { program, programFault } from "./load.fixture.ts";

test("RLD-001: a signal by its name or its number, or a command; not both, and not what is neither", async () => {
  assert.equal(
    await programFault("reload_signal=HUP\nreload_command=/bin/true"),
    "reload_signal and reload_command cannot be used together",
  );
  assert.match(String(await programFault("reload_signal=HUPP")), /HUPP/);
  assert.equal((await program("reload_command=")).reloadCommand, null);
  assert.equal((await program("reload_signal=SIGUSR1")).reloadSignal, 10);
  assert.equal((await program("reload_signal=1")).reloadSignal, 1);
  assert.equal((await program("")).reloadSignal, null);
  assert.equal((await program("reload_command=/bin/kill -HUP 1")).reloadCommand, "/bin/kill -HUP 1");
});
