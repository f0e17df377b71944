/** The page that shows the end of a process's output. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, FakeControl, group, running, view } from "../rpc/control.fixture.ts";
import { TAIL_PAGE_BYTES_MAX } from "./bounds.ts";
import { serve } from "./serving.fixture.ts";

const OK = "HTTP/1.1 200 OK";

test("WEB-065, WEB-066, WEB-068, WEB-074: the end of a process's output, escaped, with a link to see it again", async (t) => {
  const control = new FakeControl([group("g", running("p"))]);
  control.write("/log/p.out", "a <b> & c\n");
  const { body } = await (await serve(t, { control })).ask("GET", "/tail.html?processname=g%3Ap&limit=2000");
  assert.match(body, /<title>Supervisor tail of process g:p<\/title>/);
  assert.match(body, /<pre>\na &lt;b> &amp; c\n<\/pre>/);
  assert.match(
    body,
    /<a href="tail\.html\?processname=g%3Ap&amp;limit=2000">Refresh<\/a>/,
    "better: no button inside, which not every browser follows",
  );
  assert.doesNotMatch(body, /<(?:input|button)/);
});

test("WEB-067, WEB-073: digits only, 1024 at least, and not without end", async (t) => {
  const control = new FakeControl(alone(running("p")));
  const { ask } = await serve(t, { control });
  control.write("/log/p.out", `${"x".repeat(4000)}y`);
  const shown = async (limit: string) =>
    (/<pre>\n(.*)<\/pre>/s.exec((await ask("GET", `/tail.html?processname=p${limit}`)).body)?.[1] ?? "").length;
  for (const limit of ["", "&limit=0", "&limit=100", "&limit=abc", "&limit=-5", "&limit=", "&limit=1.5", "&limit=1024"])
    assert.equal(await shown(limit), 1024, limit);
  assert.equal(await shown("&limit=3000"), 3000);
  assert.equal(await shown("&limit=99999999999"), 4001);
  control.write("/log/p.out", "z".repeat(TAIL_PAGE_BYTES_MAX + 5));
  assert.equal(await shown("&limit=99999999999"), TAIL_PAGE_BYTES_MAX);
});

test("WEB-069, WEB-070, WEB-071: what there is instead of a log", async (t) => {
  const control = new FakeControl(alone(view("none", { stdoutLogfile: null }), view("gone")));
  const { ask } = await serve(t, { control });
  const nobody = await ask("GET", "/tail.html");
  assert.match(nobody.body, /<title>Supervisor tail of process None<\/title>[\s\S]*No process name found/);
  assert.doesNotMatch(nobody.body, /Refresh/);
  assert.match((await ask("GET", "/tail.html?processname=")).body, /No process name found/);
  for (const name of ["none", "gone"])
    assert.match((await ask("GET", `/tail.html?processname=${name}`)).body, new RegExp(`No file for ${name}`));
  const unknown = await ask("GET", "/tail.html?processname=nope");
  assert.equal(unknown.status, OK);
  assert.match(unknown.body, /ERROR: unexpected rpc fault \[10\] BAD_NAME: nope/);
});

test("WEB-072: output that is not UTF-8 is shown as well as can be", async (t) => {
  const control = new FakeControl(alone(running("p")));
  control.write("/log/p.out", Buffer.from([0x6f, 0xff, 0x6b, 0x00]));
  assert.match((await (await serve(t, { control })).ask("GET", "/tail.html?processname=p")).body, /<pre>\no\ufffdk\ufffd<\/pre>/);
});
