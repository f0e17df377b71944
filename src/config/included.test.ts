import assert from "node:assert/strict";
import { test } from "node:test";
import { FILE_BYTES_MAX, INCLUDED_FILES_MAX } from "./included.ts";
import { fault, faults, good, including, one, processes, warnings } from "./load.fixture.ts";

const commands = async (text: string, files: Readonly<Record<string, string>>, environment = {}) =>
  (await processes(text, { files, environment })).map(({ name, command }) => `${name}=${command}`);

test("CONF-186: [include] without files", async () => {
  assert.equal(await fault("[include]\n"), ".ini file has [include] section, but no files setting");
});

test("CONF-051, CONF-187: the last of several files counts; an empty one includes nothing, without a word", async () => {
  assert.deepEqual(await commands(`${including("a.conf")}${including("b.conf")}`, { "/etc/a.conf": one("a"), "/etc/b.conf": one("b") }), [
    "b=c",
  ]);
  assert.deepEqual(await warnings(including("")), []);
});

test("CONF-188: patterns are split at white space; quotes, commas and ~ mean nothing", async () => {
  const files = { "/etc/a.conf": one("a"), "/etc/b.conf": one("b"), "/etc/c.conf": one("c") };
  assert.deepEqual(await commands(including("a.conf  b.conf\n  c.conf"), files), ["a=c", "b=c", "c=c"]);
  assert.deepEqual(await warnings(including('"a.conf" a.conf,b.conf ~/a.conf'), { files }), [
    'No file matches via include "/etc/"a.conf""',
    'No file matches via include "/etc/a.conf,b.conf"',
    'No file matches via include "/etc/~/a.conf"',
  ]);
});

test("CONF-189: patterns count from the folder of the main file and are not made plain", async () => {
  assert.deepEqual(await warnings(including("../x/*.conf /y")), [
    'No file matches via include "/etc/../x/*.conf"',
    'No file matches via include "/y"',
  ]);
});

test("CONF-190: *, ?, sets; hidden names only by a dot; ** is *", async () => {
  const names = ["a1.conf", "b2.conf", "C3.conf", ".h.conf", "x.ini"];
  const files = Object.fromEntries(names.map((name, at) => [`/etc/d/${name}`, one(`p${at}`)]));
  const included = async (pattern: string) => {
    const { remarks } = await good(including(pattern), { files });
    return remarks.filter(({ level }) => level === "info").map(({ text }) => /"\/etc\/d\/(.*)"/.exec(text)?.[1]);
  };
  assert.deepEqual(await included("d/*.conf"), ["C3.conf", "a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/??.conf"), ["C3.conf", "a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/[ab]*.conf"), ["a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/[!ab]*.conf"), ["C3.conf"]);
  assert.deepEqual(await included("d/[a-c]?.conf"), ["a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/.*.conf"), [".h.conf"]);
  assert.deepEqual(await included("**/a1.conf"), ["a1.conf"]);
  assert.deepEqual(await included("d/{a1,b2}.conf"), []);
  assert.deepEqual(await included("[d]/c3.conf"), []);
});

test("CONF-191: matches of a pattern in code-point order, patterns as given", async () => {
  const files = Object.fromEntries(
    ["10", "9", "B", "a"].map((name) => [`/etc/d/${name}.conf`, `[program:x]\ncommand=c\n[supervisord]\nidentifier=${name}\n`]),
  );
  assert.equal((await good(including("d/*.conf"), { files })).daemon.identifier, "a");
  assert.equal((await good(including("d/a.conf d/[19].conf d/1*.conf"), { files })).daemon.identifier, "10");
});

test("CONF-192: a file that two patterns match is read twice", async () => {
  const { groups, remarks } = await good(including("a.conf a.*"), { files: { "/etc/a.conf": one("a") } });
  assert.equal(groups.length, 1);
  assert.equal(remarks.filter(({ text }) => text === 'Included extra file "/etc/a.conf" during parsing').length, 2);
});

test("CONF-193: the main file may be matched itself", async () => {
  assert.deepEqual(await commands(`${including("main.conf")}${one("a")}`, {}), ["a=c"]);
});

test("CONF-194, CONF-195, LOG-123: remarks on no match and on each match", async () => {
  const { remarks } = await good(including("no*.conf a.conf"), { files: { "/etc/a.conf": one("a") } });
  assert.deepEqual(remarks, [
    { level: "warn", text: 'No file matches via include "/etc/no*.conf"' },
    { level: "info", text: 'Included extra file "/etc/a.conf" during parsing' },
  ]);
});

test("CONF-196: a folder or an unreadable file is passed over; the file is named", async () => {
  const { groups, remarks } = await good(including("d"), { folders: ["/etc/d"] });
  assert.deepEqual([groups.length, remarks.length], [0, 1]);
  const locked = { files: { "/etc/a.conf": one("a") }, unreadable: ["/etc/a.conf"] };
  assert.equal((await good(including("a.conf"), locked)).groups.length, 0);
  assert.deepEqual(await warnings(including("a.conf"), locked), ['Cannot include "/etc/a.conf": permission denied']);
});

test("CONF-196: a reread passes over what may not be read only where the configuration in force did: programs run of anything else", async () => {
  const files = { "/etc/d/a.conf": one("a"), "/etc/b.conf": one("b") };
  const text = including("d/*.conf b.conf");
  const locked = { files, unreadable: ["/etc/d/a.conf"] };
  const { passedOver, groups } = await good(text, locked);
  assert.deepEqual([passedOver, groups.map(({ name }) => name)], [["/etc/d/a.conf"], ["b"]]);
  assert.deepEqual((await good(text, { ...locked, passedOver })).passedOver, passedOver);
  assert.deepEqual((await good(text, { files, passedOver })).passedOver, []);
  const [error, ...more] = await faults(text, { ...locked, passedOver: [] });
  assert.deepEqual(more, []);
  assert.deepEqual([error?.message, error?.file], ["could not read config file /etc/d/a.conf: permission denied", "/etc/d/a.conf"]);
  assert.match(error?.hint ?? "", /^let the user of supervisord read it/);
});

test("a folder of an include that cannot be listed is like a file that cannot be read", async () => {
  const text = including("d/*.conf");
  const files = { "/etc/d/a.conf": one("a") };
  const locked = { files, unreadable: ["/etc/d"] };
  assert.deepEqual(await warnings(text, locked), [
    'No file matches via include "/etc/d/*.conf"',
    'Cannot include "/etc/d": permission denied',
  ]);
  assert.equal((await good(text, { ...locked, passedOver: ["/etc/d"] })).groups.length, 0);
  assert.equal(await fault(text, { ...locked, passedOver: [] }), "could not read config file /etc/d: permission denied");
  assert.match(await fault(text, { files, failing: { "/etc/d": "EMFILE" } }), /^could not read config file \/etc\/d: too many open files/);
});

test("CONF-196: what cannot be read though it is there is an error, at a start too; what went since it matched is none", async () => {
  const files = { "/etc/a.conf": one("a"), "/etc/b.conf": one("b") };
  const failing = (errno: string) => ({ files, failing: { "/etc/a.conf": errno } });
  for (const errno of ["EIO", "EFBIG", "EMFILE", "ENFILE", "ENOMEM", "ETIMEDOUT", "EISDIR", "ESTALE", "EINVAL"]) {
    for (const passedOver of [undefined, ["/etc/a.conf"]]) {
      const [error, ...more] = await faults(including("*.conf"), { ...failing(errno), ...(passedOver && { passedOver }) });
      assert.deepEqual([error?.file, more], ["/etc/a.conf", []]);
      assert.match(error?.message ?? "", /^could not read config file \/etc\/a\.conf: ./);
      assert.notEqual(error?.hint, null);
    }
  }
  for (const errno of ["ENOENT", "ENOTDIR", "ELOOP"]) {
    assert.deepEqual(
      (await good(including("*.conf"), { ...failing(errno), passedOver: [] })).groups.map(({ name }) => name),
      ["b"],
    );
  }
});

test("an included file that is too large is told with its size", async () => {
  const files = { "/etc/a.conf": new Uint8Array(FILE_BYTES_MAX + 1) };
  const [error] = await faults(including("a.conf"), { files });
  const message = "could not read config file /etc/a.conf: it is larger than 16 MiB";
  assert.deepEqual([error?.message, error?.hint], [message, "split it into several files"]);
});

test("CONF-196: a pipe or a device is never opened, where the original waits for a writer, and the reread with it", async () => {
  const world = { files: { "/etc/a.conf": one("a") }, pipes: ["/etc/a.conf"] };
  assert.equal((await good(including("a.conf"), world)).groups.length, 0);
  assert.deepEqual(await warnings(including("a.conf"), world), ['Cannot include "/etc/a.conf": it is no regular file']);
});

test("CONF-197: faults of an included file carry its name, and all files' faults are shown", async () => {
  const files = { "/etc/a.conf": "nonsense\n", "/etc/b.conf": "[x]\nnonsense\n", "/etc/c.conf": new Uint8Array([0xff]) };
  const errors = await faults(including("*.conf"), { files });
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      "File contains no section headers.\nfile: '/etc/a.conf', line: 1\n'nonsense\\n'",
      "Source contains parsing errors: '/etc/b.conf'\n\t[line  2]: 'nonsense\\n'",
      "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ],
  );
  assert.deepEqual(
    errors.map(({ file, line }) => `${file}:${line}`),
    ["/etc/a.conf:1", "/etc/b.conf:2", "/etc/c.conf:1"],
  );
});

test("CONF-198: included files share one name space; later ones win", async () => {
  const files = {
    "/etc/a.conf": "[supervisord]\nidentifier=a\n[DEFAULT]\nstartsecs=7\n[program:m]\npriority=3\n",
    "/etc/b.conf": "[supervisord]\nidentifier=b\n[program:m]\ncommand=b\n",
  };
  const { daemon, groups } = await good(`${including("a.conf b.conf")}${one("m", "main")}`, { files });
  const process = groups[0]?.processes[0];
  assert.deepEqual([daemon.identifier, groups.length, process?.command, process?.startSecs, process?.priority], ["b", 1, "b", 7, 3]);
});

test("CONF-199: an include inside an included file does nothing", async () => {
  assert.deepEqual(
    await commands(including("a.conf"), { "/etc/a.conf": `[include]\nfiles=b.conf\n${one("a")}`, "/etc/b.conf": one("b") }),
    ["a=c"],
  );
});

test("more files than anybody has are refused", async () => {
  const files = Object.fromEntries(Array.from({ length: INCLUDED_FILES_MAX + 1 }, (_, at) => [`/etc/d/${at}.conf`, ""]));
  assert.match(await fault(including("d/*.conf"), { files }), /^\[include\] matches 10001 files/);
});
