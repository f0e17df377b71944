import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configText, ENVIRONMENT, includedText } from "./arbitrary.fixture.ts";
import { Effective, printConfig } from "./effective.ts";
import { MAIN, type World, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";
import type { Config } from "./model.ts";

/** Reads, prints, and reads what was printed in the place of the first; null for a configuration that is not good. */
async function printedAndRead(
  files: Readonly<Record<string, string>>,
  given: World = {},
): Promise<{ first: Config; second: Config; text: string } | null> {
  const effective = new Effective();
  const around = { environment: ENVIRONMENT, ...given };
  const first = await loadConfig(world({ ...around, files }), { file: MAIN, flags: new Map(), listening: { trace: effective.trace } });
  if (!first.ok) return null;
  const text = printConfig(effective.values(new Map()));
  const second = await loadConfig(world({ ...around, files: { [MAIN]: text } }), { file: MAIN, flags: new Map() });
  assert.ok(second.ok, `${second.ok ? "" : second.error[0]?.message}\n${text}`);
  return { first: first.value, second: second.value, text };
}

/** All of a configuration but its remarks. */
function used({ daemon, groups, servers, rpcInterfaces }: Config): unknown {
  return { daemon, groups, servers, rpcInterfaces };
}

async function survives(files: Readonly<Record<string, string>>, given?: World): Promise<string> {
  const both = await printedAndRead(files, given);
  assert.ok(both !== null);
  assert.deepEqual(used(both.second), used(both.first), both.text);
  return both.text;
}

test("what is printed reads to the same configuration", async () => {
  await fc.assert(
    fc.asyncProperty(configText, async (text) => {
      const both = await printedAndRead({ [MAIN]: text });
      if (both !== null) assert.deepEqual(used(both.second), used(both.first), both.text);
    }),
    { numRuns: 300 },
  );
});

test("also when it came from several files", async () => {
  await fc.assert(
    fc.asyncProperty(configText, includedText, async (text, more) => {
      const both = await printedAndRead({ [MAIN]: `[include]\nfiles=sub/*.conf\n${text}`, "/etc/sub/a.conf": more });
      if (both !== null) assert.deepEqual(used(both.second), used(both.first), both.text);
    }),
    { numRuns: 150 },
  );
});

test("values that depend on the process are printed as written, others expanded with each % doubled", async () => {
  const text = await survives({
    [MAIN]:
      "[supervisord]\n[program:x]\ncommand=a %(process_num)d %(ENV_A)s 50%%\nnumprocs=2\nprocess_name=%(program_name)s%(process_num)d\ndirectory=/%(ENV_A)s/50%%\n",
  });
  assert.match(text, /^command=a %\(process_num\)d %\(ENV_A\)s 50%% +;/m);
  assert.match(text, /^directory=\/alpha\/50%% +;/m);
});

test("what only an expansion can give stays an expansion", async () => {
  const text = await survives(
    { [MAIN]: "[supervisord]\nidentifier=%(ENV_X)s\n[program:x]\ncommand=a\nprocess_name=%(ENV_Y)s\n" },
    { environment: { X: "a ; b", Y: "c d" } },
  );
  assert.match(text, /^identifier=%\(ENV_X\)s /m);
  assert.match(text, /^process_name=%\(ENV_Y\)s /m);
});

test("log names with a % survive", async () => {
  await survives({ [MAIN]: "[supervisord]\n[program:x]\ncommand=a\nstdout_logfile=/tmp/50%%.log\nstderr_logfile=/tmp/%%%%(x)s.log\n" });
});

test("values over several lines survive", async () => {
  await survives({ [MAIN]: "[supervisord]\n[program:x]\ncommand=\n  a\n\n  -b ; c\n" });
});

test("the default priority of a pool is printed as a remark: written out it would count for its processes, too", async () => {
  assert.match(await survives({ [MAIN]: "[supervisord]\n[eventlistener:e]\ncommand=e\nevents=EVENT\n" }), /^;priority=-1 +; default$/m);
});
