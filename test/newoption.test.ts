/**
 * An option without special behaviour is one row of the table: everything else follows from the row. The rows of this test are in the table before
 * anything else reads it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fields } from "../src/config/optionfields.ts";
import { EVENT_LISTENER, FCGI_PROGRAM, type Option, PROGRAM, SERVER_OFFERS, SUPERVISORD, UNIX_SERVER } from "../src/config/optiontable.ts";

const brief = { en: "how nice it is", zh: "优先级" } as const;
const OF_PROGRAM = {
  niceness: { type: "integer", default: "3", scope: "program", member: { field: "niceness", place: 30 }, isLive: true, brief },
  mask: { type: "octal", default: null, unset: brief, scope: "process", member: { field: "mask" }, brief },
  stdout_colour: { type: "boolean", default: "false", scope: "process", member: { field: "colour", of: "stdout" }, brief },
} as const satisfies Record<string, Option>;
const OF_OTHERS = {
  pages: { type: "integer", default: "7", scope: "here", member: { field: "pages" }, brief },
} as const satisfies Record<string, Option>;

for (const rows of [PROGRAM, EVENT_LISTENER, FCGI_PROGRAM]) Object.assign(rows, OF_PROGRAM);
for (const rows of [SUPERVISORD, SERVER_OFFERS, UNIX_SERVER]) Object.assign(rows, OF_OTHERS);

const { differences } = await import("../src/config/diff.ts");
const { Effective, printConfig } = await import("../src/config/effective.ts");
const { faults, good, MAIN, world } = await import("../src/config/load.fixture.ts");
const { loadConfig } = await import("../src/config/load.ts");
const { referencePage } = await import("../scripts/reference/reference.ts");
const { configSchema } = await import("../scripts/reference/schema.ts");
const { getAllConfigInfo } = await import("../src/rpc/configmethods.ts");
const { FakeControl } = await import("../src/rpc/control.fixture.ts");
const { planUpdate } = await import("../src/supervisor/update.ts");

const FILE = "[program:x]\ncommand=/x\nniceness=5\nmask=0%(process_num)d7\nstdout_colour=yes\n";

async function groupOf(file: string) {
  const [group] = (await good(file)).groups;
  assert.ok(group !== undefined);
  return group;
}

test("the model has each as a field, by its type; what is not written has its default", async () => {
  const fields: Fields<typeof OF_PROGRAM> & Fields<typeof OF_PROGRAM, "stdout"> = { niceness: 5, mask: 7, colour: true };
  const [process] = (await groupOf(FILE)).processes;
  assert.deepEqual({ ...process?.stdout, ...process }, { ...process?.stdout, ...process, ...fields });
  const unset = (await groupOf("[program:x]\ncommand=/x\n")).processes[0];
  assert.deepEqual({ ...unset, ...unset?.stdout }, { ...unset, ...unset?.stdout, niceness: 3, mask: null, colour: false });
  const { daemon, servers } = await good("[supervisord]\npages=1\n[unix_http_server]\nfile=/s\n");
  const pages = [daemon, ...servers].map((one) => (one as Partial<Fields<typeof OF_OTHERS>>).pages);
  assert.deepEqual(pages, [1, 7]);
});

test("a wrong value is an error that names the option", async () => {
  const [error] = await faults("[program:x]\ncommand=/x\nniceness=very\n");
  assert.equal(error?.excerpt, "niceness=very");
});

test("reference and schema tell each", () => {
  for (const name of Object.keys({ ...OF_PROGRAM, ...OF_OTHERS })) {
    for (const language of ["en", "zh"] as const) assert.ok(referencePage(language).includes(`### ${name}\n`), name);
    assert.ok(configSchema().includes(`"${name}": {`), name);
  }
});

test("--print-config shows the values in effect", async () => {
  const effective = new Effective();
  const doors = world({ files: { [MAIN]: `[supervisord]\n${FILE}` } });
  await loadConfig(doors, { file: MAIN, flags: new Map(), listening: { trace: effective.trace } });
  const text = printConfig(effective.values(new Map()));
  assert.match(text, /^pages=7 +; default$/m);
  assert.match(text, /^niceness=5 +; \/etc\/main\.conf:4$/m);
  assert.match(text, /^mask=007 .*main\.conf:5$/m);
  assert.match(text, /^stdout_colour=yes .*main\.conf:6$/m);
});

test("a changed value is told, and an update knows whether a running process can take it over", async () => {
  const from = await groupOf(FILE);
  const to = await groupOf(FILE.replace("niceness=5", "niceness=6"));
  assert.deepEqual(differences(from, to), [{ group: "x", process: "x", option: "niceness", from: "5", to: "6" }]);
  assert.deepEqual(planUpdate(from, to), [{ process: "x", action: "apply" }]);
  const other = await groupOf(FILE.replace("mask=0%(process_num)d7", "mask=01").replace("stdout_colour=yes", ""));
  const changes = differences(from, other).map((change) => `${change.option} ${change.from} ${change.to}`);
  assert.deepEqual(changes, ["mask 07 01", "stdout_colour true false"]);
  assert.deepEqual(planUpdate(from, other), [{ process: "x", action: "restart" }]);
});

test("getAllConfigInfo tells one that has a place there", async () => {
  const port = new FakeControl();
  port.configured = { groups: [await groupOf(FILE)], reread: true };
  const answer = await getAllConfigInfo.run(port);
  assert.ok(answer.ok && Array.isArray(answer.value));
  assert.equal((answer.value as readonly { readonly niceness?: unknown }[])[0]?.niceness, 5);
});
