import assert from "node:assert/strict";
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { realAccounts } from "./accounts.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-accounts-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

writeFileSync(
  at("passwd"),
  [
    "root:x:0:0:root:/root:/bin/bash",
    "web:x:33:34::/var/www:",
    "# comment:x:1:1::/:",
    "+nis::7:7:::",
    "broken",
    "bad:x:abc:1::/:",
    "huge:x:4294967295:1::/:",
    "twin:x:33:35::/twin:",
    "",
  ].join("\n"),
);
writeFileSync(at("group"), ["root:x:0:", "web:x:34:", "adm:x:4:root,web", "extra:x:99:web,other", "primary:x:34:web", ""].join("\n"));

/** A getent that knows one user more, and says on a file what it was asked. */
writeFileSync(
  at("getent"),
  `#!/bin/sh
echo "$@" >> ${at("asked")}
case "$1 $3" in
  "passwd ldap"|"passwd 5000") echo "ldap:*:5000:5001:Ada:/home/ldap:/bin/sh" ;;
  "passwd 33") echo "shadowed:*:33:1::/:" ;;
  "passwd 77") echo "seventy:*:78:1::/:" ;;
  "group people"|"group 5001") echo "people:*:5001:ldap,web" ;;
  "initgroups ldap") echo "ldap                  5001 6000 6001" ;;
  *) exit 2 ;;
esac
`,
  { mode: 0o755 },
);

const local = realAccounts({ passwd: at("passwd"), group: at("group"), getent: null });
const both = realAccounts({ passwd: at("passwd"), group: at("group"), getent: at("getent") });

test("a user has its primary group first, then those that name it, each once", () => {
  assert.deepEqual(local.byName("web"), { name: "web", uid: 33, gid: 34, groups: [34, 4, 99], home: "/var/www", shell: "" });
  assert.deepEqual(local.byName("root"), { name: "root", uid: 0, gid: 0, groups: [0, 4], home: "/root", shell: "/bin/bash" });
});

test("by uid the first line counts", () => {
  assert.equal(local.byUid(33)?.name, "web");
  assert.equal(local.byUid(0)?.name, "root");
});

test("groups by name and number", () => {
  assert.equal(local.groupByName("extra"), 99);
  assert.equal(local.groupByName("none"), null);
  assert.equal(local.groupById(99), true);
  assert.equal(local.groupById(98), false);
});

test("what is no user is none: comments, NIS lines, broken lines, ids that cannot be, odd names", () => {
  for (const name of ["# comment", "+nis", "broken", "bad", "huge", "", "a:b", "a\nb", "a\0b", "__proto__"])
    assert.equal(both.byName(name), null, JSON.stringify(name));
  for (const uid of [-1, 1.5, 0xffff_ffff, Number.NaN]) assert.equal(both.byUid(uid), null, String(uid));
});

test("a name that is not in the files is asked of getent, with its groups", () => {
  assert.deepEqual(both.byName("ldap"), {
    name: "ldap",
    uid: 5000,
    gid: 5001,
    groups: [5001, 6000, 6001],
    home: "/home/ldap",
    shell: "/bin/sh",
  });
  assert.equal(both.byUid(5000)?.name, "ldap");
  assert.equal(both.groupByName("people"), 5001);
  assert.equal(both.groupById(5001), true);
});

test("the files come first, and getent's answer to another question is none", () => {
  assert.equal(both.byUid(33)?.name, "web");
  assert.equal(both.byName("5000"), null, "a number is a name here, and getent takes it as an id");
  assert.equal(both.byUid(77), null);
});

test("a getent that is not there, or a file that is not there, knows nobody", () => {
  const none = realAccounts({ passwd: at("no-passwd"), group: at("no-group"), getent: at("no-getent") });
  assert.equal(none.byName("root"), null);
  assert.equal(none.groupById(0), false);
});

test("a file that changes is read again", () => {
  const passwd = at("passwd2");
  const accounts = realAccounts({ passwd, group: at("group"), getent: null });
  writeFileSync(passwd, "a:x:1:1::/:\n");
  assert.equal(accounts.byName("a")?.uid, 1);
  writeFileSync(passwd, "a:x:22:1::/:\nb:x:3:1::/:\n");
  assert.equal(accounts.byName("a")?.uid, 22);
  assert.equal(accounts.byName("b")?.uid, 3);
  unlinkSync(passwd);
  assert.equal(accounts.byName("a"), null);
});

test("the real files know root", () => {
  assert.equal(realAccounts().byName("root")?.uid, 0);
  assert.equal(realAccounts().byUid(0)?.name, "root");
});
