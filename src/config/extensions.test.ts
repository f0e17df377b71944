import assert from "node:assert/strict";
import { test } from "node:test";
import { extensionsInUse, extensionsLine } from "./extensions.ts";
import { good, one } from "./load.fixture.ts";

const inUse = async (text: string) => extensionsInUse((await good(text)).groups);

test("CMN-003: what is used is told by option and program, in the order of the table; what has its default is not used", async () => {
  assert.equal(await inUse(`${one("a")}env_home=false\n${one("b")}startsecs=2\n`), null);
  assert.equal(await inUse(`${one("a")}envfile=x\nenv_home=true\n${one("b")}env_home=true\n`), "envfile (a), env_home (a, b)");
  const group = `[group:g]\nprograms=a,b\n${one("a")}clear_env=true\n${one("b")}`;
  assert.equal(await inUse(group), "clear_env (a)");
  assert.equal(
    await inUse(`[program-default]\nclear_env=true\n${one("w")}numprocs=3\nprocess_name=%(program_name)s_%(process_num)d\n`),
    "clear_env (w)",
  );
  assert.equal(await inUse(`${one("a")}cron=@daily\n${one("b")}type=oneshot\n`), "type (b), cron (a)");
  assert.equal(
    await inUse(`${one("a")}stderr_logfile_prefix=x\nstdout_logfile_format=json\n`),
    "stdout_logfile_format (a), stderr_logfile_prefix (a)",
  );
  assert.equal(
    await inUse(`${one("a")}stderr_logfile_total_maxbytes=1GB\nstdout_logfile_rotate=daily\n`),
    "stdout_logfile_rotate (a), stderr_logfile_total_maxbytes (a)",
  );
  const many = Array.from({ length: 12 }, (_, number) => one(`p${number + 10}`)).join("");
  assert.match(String(await inUse(`[program-default]\nclear_env=true\n${many}`)), /^clear_env \(p10, .*, p19 and 2 more\)$/);
  assert.deepEqual([extensionsLine("x (a)"), extensionsLine(null)], ["extensions in use: x (a)", "extensions in use: none"]);
});
