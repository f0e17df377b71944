import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, processes, warnings } from "./load.fixture.ts";

const one = (name: string, lines = "") => `[program:${name}]\ncommand=${name}\n${lines}\n`;

/** `group(member member)` for each group, in order. */
async function groups(text: string): Promise<string[]> {
  return (await good(text)).groups.map(({ name, processes: all }) => `${name}(${all.map((process) => process.name).join(" ")})`);
}

test("CONF-252, PROC-147: names of groups follow the rules of programs, without a section in the message", async () => {
  assert.equal(await fault("[group:g g]\n"), "Invalid name: 'g g' because of character: ' '");
});

test("CONF-253: programs names sections by the exact text of their header", async () => {
  assert.deepEqual(await groups(`[group:g]\nprograms=a, f\n${one("a")}[fcgi-program:f]\ncommand=f\nsocket=tcp://h:1\n`), ["g(a f)"]);
  assert.match(await fault(`[group:g]\nprograms=A\n${one("a")}`), /names unknown program/);
});

test("CONF-254: no programs: an empty group", async () => {
  assert.deepEqual(await groups("[group:g]\n[group:h]\nprograms=\n"), ["g()", "h()"]);
});

test("CONF-255: unknown members are told with their group, also behind a known one (where the original names the wrong section)", async () => {
  assert.equal(await fault("[group:gg]\nprograms=zz\n"), "[group:gg] names unknown program or fcgi-program zz");
  const [error] = await faults(`[group:gg]\nprograms=a,aab\n${one("a")}${one("aabb")}`);
  assert.deepEqual(
    [error?.message, error?.line, error?.hint],
    ["[group:gg] names unknown program or fcgi-program aab", 3, "did you mean aabb?"],
  );
});

test("CONF-256: a comma too many is an unknown program with an empty name", async () => {
  for (const list of ["a,", "a,,b"]) {
    const [error] = await faults(`[group:gg]\nprograms=${list}\n${one("a")}${one("b")}`);
    assert.deepEqual([error?.message, error?.hint], ["[group:gg] names unknown program or fcgi-program ", "remove the comma too many"]);
  }
});

test("CONF-257: names without commas between are one unknown name", async () => {
  const [error] = await faults(`[group:gg]\nprograms=a b\n${one("a")}${one("b")}`);
  assert.deepEqual(
    [error?.message, error?.hint],
    ["[group:gg] names unknown program or fcgi-program a b", "separate the names with commas"],
  );
});

test("CONF-258: a name that is both kinds of program", async () => {
  assert.equal(
    await fault(`[group:gg]\nprograms=f\n${one("f")}[fcgi-program:f]\ncommand=f\nsocket=tcp://h:1\n`),
    "[group:gg] name f is ambiguous (exists as program and fcgi-program)",
  );
});

test("CONF-259: a listener cannot be a member", async () => {
  const [error] = await faults("[group:gg]\nprograms=e\n[eventlistener:e]\ncommand=e\nevents=EVENT\n");
  assert.deepEqual(
    [error?.message, error?.hint],
    ["[group:gg] names unknown program or fcgi-program e", "an event listener cannot be a member of a group"],
  );
});

test("CONF-260, CONF-261: a member has no group of its own, and may be in two", async () => {
  assert.deepEqual(await groups(`[group:g]\nprograms=a\n[group:h]\nprograms=a\n${one("a")}${one("b")}`), ["b(b)", "g(a)", "h(a)"]);
});

test("CONF-262: a program twice in a group: one process, and a warning", async () => {
  const text = `[group:g]\nprograms=a,a\n${one("a")}`;
  assert.deepEqual(await groups(text), ["g(a)"]);
  assert.deepEqual(await warnings(text), ["More than one process of group g is called a; only the last of them exists"]);
});

test("CONF-263: members in the order of programs, each program's processes by name", async () => {
  const text = `[group:g]\nprograms=b,a\n${one("a", "numprocs=2\nprocess_name=a%(process_num)d\npriority=1")}${one("b", "priority=9")}`;
  assert.deepEqual(await groups(text), ["g(b a0 a1)"]);
});

test("CONF-264, CONF-265, PROC-138, PROC-139: a group has a priority of its own; a program alone shares its own", async () => {
  const { groups: all } = await good(`[group:g]\nprograms=a\npriority=5\n${one("a", "priority=7")}${one("b", "priority=3")}`);
  assert.deepEqual(
    all.map(({ name, priority, processes: [first] }) => [name, priority, first?.priority]),
    [
      ["b", 3, 3],
      ["g", 5, 7],
    ],
  );
  assert.equal((await good("[group:g]\n")).groups[0]?.priority, 999);
});

test("CONF-266: members know the group's name and the program's", async () => {
  const [process] = await processes("[group:g]\nprograms=a\n[program:a]\ncommand=%(group_name)s %(program_name)s\n");
  assert.equal(process?.command, "g a");
});

test("CONF-267, PROC-237: a FastCGI program in a group is a plain process, its socket is not read; that is said", async () => {
  const text = "[group:g]\nprograms=f\n[fcgi-program:f]\ncommand=f\n";
  assert.deepEqual(
    (await good(text)).groups.map(({ kind }) => kind),
    ["programs"],
  );
  assert.deepEqual(await warnings(text), ["[fcgi-program:f] is a member of [group:g]: inside a group it gets no FastCGI socket"]);
});

test("CONF-268, PROC-140, PROC-141: groups by priority, then by name as text; listeners come first", async () => {
  const text = `${one("a")}${one("B")}${one("z", "priority=1")}[eventlistener:e]\ncommand=e\nevents=EVENT\n`;
  assert.deepEqual(await groups(text), ["e(e)", "z(z)", "B(B)", "a(a)"]);
});

test("CONF-269, PROC-148: of two groups with one name the first in order is used, and that is said", async () => {
  const text = `[group:a]\npriority=1\n${one("a")}`;
  assert.deepEqual(await groups(text), ["a()"]);
  assert.deepEqual(await warnings(text), ["More than one group is called a; only the one with the lowest priority exists"]);
});
