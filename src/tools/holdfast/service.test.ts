/** `holdfast service`: texts for every system, and a host of its own for what it writes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { GivenFlag } from "../../config/commandline.ts";
import { type Host, serve } from "./service.ts";
import { systemdUnit } from "./serviceunits.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function host(t: TestContext, more: Partial<Host> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "holdfast-service-"));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const name of ["etc", "lib", "home", "root/bin"]) mkdirSync(path.join(dir, name), { recursive: true });
  for (const name of ["root/bin/supervisord", "c.conf"]) writeFileSync(path.join(dir, name), "");
  const ran: string[] = [];
  const run = (words: readonly string[]): number => {
    ran.push(words.join(" "));
    return words.includes("is-active") ? 3 : 0;
  };
  const folders = { systemFolder: path.join(dir, "etc"), packaged: [path.join(dir, "lib")] };
  const it: Host = { uid: 0, ...folders, isSystemd: true, isOpenrc: false, run, ...more };
  const service = (...words: readonly string[]) => {
    let said = "";
    let failed = "";
    const flags = new Map<string, GivenFlag>();
    const plain = words.filter((word) => !word.startsWith("--"));
    for (const word of words.filter((one) => one.startsWith("--"))) {
      const [name = "", text = null] = word.slice(2).split("=", 2);
      flags.set(name, { text, spelling: word } as GivenFlag);
    }
    const code = serve(
      {
        flags,
        words: plain,
        root: path.join(dir, "root"),
        environment: { HOME: path.join(dir, "home") },
        cwd: dir,
        say: (text) => {
          said += text;
        },
        fail: (text) => {
          failed += text;
          return 1;
        },
      },
      it,
    );
    return { code, said, failed };
  };
  return { dir, ran, service, read: (name: string) => readFileSync(path.join(dir, name), "utf8") };
}

test("BOOT-004: one text of the unit: that of the package is the one that is installed, and the page shows it", () => {
  const unit = systemdUnit({ bin: "/usr/bin", config: "/etc/supervisor/supervisord.conf", name: "supervisor", isUser: false });
  assert.equal(unit, readFileSync(path.join(ROOT, "scripts/debian/supervisor.service"), "utf8"));
  for (const page of ["systemd.md", "systemd.zh-CN.md"]) {
    const shown = readFileSync(path.join(ROOT, "docs", page), "utf8").replaceAll(/^ {4}/gm, "");
    assert.ok(shown.includes(unit), page);
  }
  assert.match(unit, /^Type=notify\nNotifyAccess=main\n/m);
  assert.doesNotMatch(unit, /WatchdogSec/);
});

const verify = spawnSync("systemd-analyze", ["--version"]).status === 0 ? false : "systemd-analyze is not installed";

test("BOOT-006: systemd-analyze has nothing to say of the unit, whatever the paths", { skip: verify }, (t) => {
  for (const odd of ["plain", "a b%n"]) {
    const { dir } = host(t);
    const bin = path.join(dir, odd);
    mkdirSync(bin);
    for (const name of ["supervisord", "supervisorctl"]) writeFileSync(path.join(bin, name), "#!/bin/sh\n", { mode: 0o755 });
    const file = path.join(dir, "tried.service");
    writeFileSync(file, systemdUnit({ bin, config: path.join(bin, '$X"s.conf'), name: "tried", isUser: false }));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
    assert.deepEqual([status, stderr.split("\n").filter((line) => line.includes("tried"))], [0, []], stderr);
  }
});

test("BOOT-020: install writes the unit and enables it; uninstall takes it away again", (t) => {
  const it = host(t);
  const { code, said, failed } = it.service("install", "--configuration=c.conf");
  assert.deepEqual([code, failed], [0, ""]);
  assert.match(said, /start it now with: systemctl start supervisor/);
  assert.match(
    it.read("etc/supervisor.service"),
    new RegExp(`^ExecStart=${it.dir}/root/bin/supervisord -n --systemd -c ${it.dir}/c.conf$`, "m"),
  );
  assert.equal(it.service("install", "--configuration=c.conf").code, 0, "again");
  assert.deepEqual(it.ran.slice(0, 2), ["systemctl daemon-reload", "systemctl enable supervisor"]);
  assert.equal(it.service("uninstall").code, 0);
  assert.equal(existsSync(path.join(it.dir, "etc/supervisor.service")), false);
  assert.deepEqual(it.ran.slice(-3), ["systemctl is-active --quiet supervisor", "systemctl disable supervisor", "systemctl daemon-reload"]);
  assert.match(it.service("uninstall").failed, /there is no .*supervisor\.service/);
});

test("BOOT-020: a unit of somebody else, or of a package, is refused; so is one that runs, and a user who is not root", (t) => {
  const it = host(t);
  writeFileSync(path.join(it.dir, "etc/supervisor.service"), "[Unit]\n");
  writeFileSync(path.join(it.dir, "lib/packed.service"), "[Unit]\n");
  for (const what of ["install", "uninstall"]) {
    assert.match(it.service(what, "--configuration=c.conf").failed, /is not ours, and stays as it is/);
    assert.match(it.service(what, "--configuration=c.conf", "--name=packed").failed, /a package has a service of this name/);
  }
  assert.deepEqual([it.read("etc/supervisor.service"), it.ran], ["[Unit]\n", []]);
  const running = host(t, { run: () => 0 });
  assert.equal(running.service("install", "--configuration=c.conf").code, 0);
  assert.match(running.service("uninstall").failed, /runs: stop it first/);
  assert.match(host(t, { uid: 7 }).service("install", "--configuration=c.conf").failed, /needs root: use sudo, or --user/);
  assert.match(it.service("install", "--configuration=no.conf").failed, /there is no file .*no\.conf/);
  assert.match(it.service("install", "--user").failed, /give one with -c FILE/);
});

test("BOOT-020: a user's own service", (t) => {
  const it = host(t, { uid: 7 });
  const { code, said } = it.service("install", "--user", "--name=mine", "--configuration=c.conf");
  assert.equal(code, 0);
  assert.match(said, /systemctl --user start mine\nit ends when you log out, unless: loginctl enable-linger/);
  const unit = it.read("home/.config/systemd/user/mine.service");
  assert.match(unit, /^WantedBy=default\.target$/m);
  assert.doesNotMatch(unit, /network-online|Alias/);
  assert.deepEqual(it.ran, ["systemctl --user daemon-reload", "systemctl --user enable mine"]);
});

test("PKG-026: --print gives the text for what runs here, or for another system, and changes nothing", (t) => {
  const it = host(t, { isSystemd: false });
  assert.match(it.service("install", "--configuration=c.conf").failed, /systemd does not run here/);
  const sysvinit = it.service("install", "--print", "--configuration=c.conf").said;
  assert.match(sysvinit, /^#!\/bin\/sh\n### BEGIN INIT INFO\n/);
  const openrc = host(t, { isSystemd: false, isOpenrc: true }).service("install", "--print", "--configuration=c.conf").said;
  assert.match(openrc, /^#!\/sbin\/openrc-run\n/);
  assert.match(it.service("install", "--print", "--for=systemd", "--configuration=c.conf").said, /^# made by: holdfast/);
  for (const script of [sysvinit, openrc]) {
    const file = path.join(it.dir, "script");
    writeFileSync(file, script);
    assert.equal(spawnSync("sh", ["-n", file]).status, 0);
  }
  assert.deepEqual(it.ran, []);
});
