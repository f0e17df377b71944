/** The options of the life of a program: what they read to, and what is wrong with them alone or together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, processes } from "./load.fixture.ts";

const program = (lines: string): string => `[program:x]\ncommand=a\n${lines}\n`;
const read = async (lines: string) => (await processes(program(lines)))[0];
const refused = async (lines: string) => {
  const [error] = await faults(program(lines));
  return [error?.message.replace(/ in section 'program:x' \(file: '.*'\)$/, ""), error?.line, error?.hint];
};

test("RST-001: the restart policy reads, with its defaults", async () => {
  const plain = await read("");
  assert.deepEqual(
    [plain?.restartDelay, plain?.restartBackoff, plain?.restartDelayMax, plain?.restartJitter, plain?.restartReset],
    [0, 1, 300_000, 0, 60_000],
  );
  assert.deepEqual([plain?.restartLimit, plain?.fatalRetry, plain?.startRetries], [null, null, 3]);
  const full = await read(
    "restart_delay=1s\nrestart_backoff=1.5\nrestart_delay_max=2m\nrestart_jitter=.5\nrestart_reset=90\nrestart_limit=10/1h\nfatal_retry=5m",
  );
  assert.deepEqual(
    [full?.restartDelay, full?.restartBackoff, full?.restartDelayMax, full?.restartJitter, full?.restartReset],
    [1000, 1.5, 120_000, 0.5, 90_000],
  );
  assert.deepEqual([full?.restartLimit, full?.fatalRetry], [{ count: 10, ms: 3_600_000 }, 300_000]);
});

test("RST-005: startretries takes the word infinite, and says of everything else what it always said", async () => {
  assert.equal((await read("startretries=Infinite"))?.startRetries, 2_147_483_647);
  assert.equal((await read("startretries=-1"))?.startRetries, -1);
  assert.match(String((await refused("startretries=always"))[0]), /'?always'?/);
});

test("RST: what is wrong with the restart policy has its line and a hint", async () => {
  assert.deepEqual(await refused("restart_backoff=2"), [
    "restart_backoff needs restart_delay",
    4,
    "add restart_delay=1s, or take restart_backoff out",
  ]);
  assert.equal((await read("restart_delay=10m"))?.restartDelay, 600_000, "the default of restart_delay_max is no reason to refuse");
  assert.deepEqual(await refused("restart_delay=10m\nrestart_delay_max=5m"), [
    "restart_delay is above restart_delay_max",
    4,
    "lower restart_delay, or raise restart_delay_max",
  ]);
  assert.deepEqual(await refused("restart_limit=10"), [
    "not a valid restart limit: '10'",
    4,
    "write 10/1h: so many restarts within so long a time",
  ]);
  for (const wrong of ["0/1h", "1001/1h", "10/0", "10/1h/1m", "x/1h", "10/x"]) {
    assert.equal((await refused(`restart_limit=${wrong}`))[0], `not a valid restart limit: '${wrong}'`);
  }
  assert.equal((await refused("fatal_retry=500ms"))[0], "not a valid duration: '500ms' (at least 1s)");
  assert.equal((await refused("restart_jitter=2"))[0], "not a number from 0 to 1: '2'");
});
