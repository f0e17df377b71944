/** Goal: who starts a program that does not come up learns why, from the command at a terminal, the API and `status --json`. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask } from "./apiclient.ts";
import { Instance, until } from "./instance.ts";
import { ctlAtTerminal, noTerminal } from "./terminal.ts";

const isRoot = process.getuid?.() === 0;

describe("why a program does not come up", () => {
  const it = new Instance({ after });

  before(async () => {
    const rest = "autostart=false\nstartretries=0\n";
    it.configure(`[program:importer]\ncommand=sh -c "echo 'KeyError: DATABASE_URL' >&2; exit 3"\n${rest}
[program:folder]\ncommand=/bin/cat\ndirectory=${it.dir}/none\n${rest}
[program:denied]\ncommand=/bin/cat\ndirectory=/root\n${isRoot ? "user=nobody\n" : ""}${rest}
[program:killed]\ncommand=sh -c "kill -9 $$"\n${rest}
[program:brief]\ncommand=true\n${rest}
[program:missing]\ncommand=${it.dir}/none\n${rest}
[program:celery]\ncommand=/bin/cat\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\n`);
    await it.start();
  });

  test("at a terminal the reason stands behind the original's line", { skip: noTerminal }, async () => {
    for (const [name, error, hint] of [
      ["importer", "spawn error", /^exit code 3 after \d+\.\d s; last words: KeyError: DATABASE_URL; more: supervisorctl logs importer\n$/],
      ["folder", "spawn error", /^couldn't chdir to .*\/none: no such file or directory; more: supervisorctl logs folder\n$/],
      ["denied", "spawn error", /^couldn't chdir to \/root: permission denied; more: supervisorctl logs denied\n$/],
      ["killed", "spawn error", /^SIGKILL after \d+\.\d s; more: supervisorctl logs killed\n$/],
      ["brief", "spawn error", /^exit code 0 after \d+\.\d s, sooner than startsecs=1; more: supervisorctl logs brief\n$/],
      ["missing", "no such file", /^can't find command '.*\/none'\n$/],
      ["celery", "no such process", /^celery is a group: write celery:\*\n$/],
      ["importr", "no such process", /^did you mean importer\?\n$/],
    ] as const) {
      const shown = await ctlAtTerminal(it, ["start", name], { piped: true });
      assert.equal(shown.stdout, `${name}: ERROR (${error})\n`);
      assert.match(shown.stderr, hint);
    }
  });

  test("in a pipe there is the original's line alone", async () => {
    const { stdout, stderr, code } = await it.ctl("restart", "importer");
    assert.deepEqual([stdout, stderr, code], ["importer: ERROR (not running)\nimporter: ERROR (spawn error)\n", "", 7]);
  });

  test("the API's SPAWN_ERROR has the reason; its message is the fault's", async () => {
    const answer = await ask({ socketPath: it.socket }, "/api/v1/call/supervisor.startProcess", { body: ["importer"] });
    const { error } = JSON.parse(answer.text) as { readonly error: Readonly<Record<string, unknown>> };
    assert.deepEqual([answer.status, error["code"], error["message"]], [409, 50, "SPAWN_ERROR: importer"]);
    assert.match(String(error["reason"]), /^exit code 3 after /);
  });

  test("status --json has exit status, signal, reason and restarts", async () => {
    type Row = {
      readonly name: string;
      readonly exitstatus: number | null;
      readonly signal: string | null;
      readonly reason: string;
      readonly restarts: number;
    };
    await it.ctl("start", "importer", "killed", "folder");
    const rows = await until("all have given up", async () => {
      const found = JSON.parse((await it.ctl("status", "--json", "importer", "killed", "folder")).stdout) as Row[];
      return found.every(({ reason }) => reason !== "") ? found : undefined;
    });
    assert.deepEqual(
      rows.map(({ name, exitstatus, signal, restarts }) => [name, exitstatus, signal, restarts]),
      [
        ["importer", 3, null, 0],
        ["killed", null, "SIGKILL", 0],
        ["folder", 127, null, 0],
      ],
    );
  });
});
