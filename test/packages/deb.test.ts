/**
 * The Debian package for real: over an installed `supervisor`, upgraded, removed and purged, by the dpkg of this machine on an overlay of its file system,
 * once in a chroot and once in a booted systemd-nspawn container. Nothing of the machine itself is changed. (PKG-020..026)
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ROOT, text } from "../tidy/tree.ts";

type Options = { readonly target: string; readonly compress: string; readonly version?: string };
type Deb = { readonly makeDeb: (platform: string, options: Options) => Promise<string> };
const { makeDeb } = (await import(path.join(ROOT, "scripts/deb.mjs"))) as Deb;

const PLATFORM = `linux-${process.arch}`;
const base = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast-deb-")));
after(() => rmSync(base, { recursive: true, force: true }));

const first = await makeDeb(PLATFORM, { target: base, compress: "gzip" });
const later = await makeDeb(PLATFORM, { target: base, compress: "none", version: "99.0.0" });

const says = (file: string, args: readonly string[]): string => spawnSync(file, args, { encoding: "utf8" }).stdout ?? "";
/** Containers often may not mount; and what lies on a disk of its own is not in an overlay of the root. */
const PROBE = `set -e; mount --make-rprivate /; mount -t tmpfs holdfast "$0"; cd "$0"; mkdir u w m
mount -t overlay holdfast -o "lowerdir=/,upperdir=$0/u,workdir=$0/w" m; chroot m dpkg --version`;
const canMount = spawnSync("unshare", ["-m", "sh", "-c", PROBE, base]).status === 0;
const hasOriginal = says("dpkg-query", ["-W", "-f", "${db:Status-Status}", "supervisor"]) === "installed";
const skip = !canMount
  ? "an overlay of this machine cannot be mounted here"
  : !hasOriginal
    ? "Debian's supervisor is not installed"
    : false;
/** Where Node.js is no package of Debian's, the dependency cannot be met by dpkg. */
const DPKG = says("dpkg-query", ["-W", "-f", "${Version}", "nodejs"]) >= "20.19" ? "dpkg" : "dpkg --force-depends";

test("PKG-020: lintian has nothing to say", {
  skip: spawnSync("lintian", ["--version"]).error !== undefined && "lintian is not installed",
}, () => {
  const { status, stdout, stderr } = spawnSync("lintian", ["--allow-root", first], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [0, ""], stderr);
});

test("PKG-020: fields and files", () => {
  const field = (name: string) => says("dpkg-deb", ["-f", first, name]).trim();
  assert.deepEqual(["Depends", "Provides", "Conflicts", "Replaces"].map(field), [
    "nodejs (>= 20.19) | holdfast-node",
    "supervisor (= 4.4.0)",
    "supervisor",
    "supervisor",
  ]);
  const files = says("dpkg-deb", ["-c", first]);
  for (const name of ["supervisord", "supervisorctl", "echo_supervisord_conf", "pidproxy", "holdfast"]) {
    assert.match(files, new RegExp(`^lrwx\\S* root/root .* \\./usr/bin/${name} -> \\.\\./lib/holdfast/bin/${name}$`, "m"));
    assert.match(files, new RegExp(`\\./usr/share/man/man\\d/${name}\\.\\d\\.gz$`, "m"));
  }
  for (const name of [
    "bash-completion/completions/supervisorctl",
    "zsh/vendor-completions/_supervisorctl",
    "fish/vendor_completions.d/holdfast.fish",
  ])
    assert.ok(files.includes(`./usr/share/${name}\n`), name);
  assert.ok(!files.includes("./etc/supervisor/supervisord.conf") && !files.includes("./etc/default/supervisor"), files);
});

test("BOOT-004: the unit is the one of the documents", () => {
  const lines = (unit: string) =>
    unit
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !/^(Documentation|Description)=/.test(line));
  const documented = /(?:^ {4}.*\n|^\n)+/m.exec(text("docs/systemd.md").slice(text("docs/systemd.md").indexOf("    [Unit]")))?.[0] ?? "";
  assert.deepEqual(lines(text("scripts/debian/supervisor.service")), lines(documented));
});

/** What a script of sh has printed under each line `== NAME`. */
type Told = ReadonlyMap<string, string>;

function told(output: string): Told {
  const parts = output.split(/^== (.*)\n/m).slice(1);
  return new Map(parts.flatMap((name, at) => (at % 2 === 0 ? [[name, (parts[at + 1] ?? "").trim()] as const] : [])));
}

/** An overlay of this machine's files in $M, in a mount namespace of its own, which goes with all that is mounted in it. */
const OVERLAY = `set -e
mount --make-rprivate /
mount -t tmpfs holdfast "$B" && mkdir "$B/u" "$B/w" "$B/m"
mount -t overlay holdfast -o "lowerdir=/,upperdir=$B/u,workdir=$B/w" "$B/m"
M=$B/m
mkdir -p "$M/etc/supervisor/conf.d" "$M/etc/dpkg/dpkg.cfg.d"
echo force-unsafe-io >"$M/etc/dpkg/dpkg.cfg.d/quick"
rm -f "$M/var/lib/man-db/auto-update"
chroot "$M" node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null || cp -L "$NODE" "$M/usr/bin/node"
cp "$FIRST" "$M/root/first.deb" && cp "$LATER" "$M/root/later.deb" && cp "$SCRIPT" "$M/root/session.sh"
`;

function overlay(name: string, session: string, how: string, flags: readonly string[]): { readonly told: Told; readonly all: string } {
  const folder = path.join(base, name);
  mkdirSync(folder);
  const script = path.join(base, `${name}.session`);
  writeFileSync(script, `export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin\nexec </dev/null 2>&1\n${session}`);
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", B: folder, FIRST: first, LATER: later, SCRIPT: script, NODE: process.execPath };
  const { stdout, stderr } = spawnSync("unshare", [...flags, "sh", "-c", `${OVERLAY}${how}`], { env, encoding: "utf8", timeout: 400_000 });
  return { told: told(stdout), all: `${stdout}${stderr}` };
}

const CONFIG = "/etc/supervisor/supervisord.conf";
const SUM = `sha256sum <${CONFIG}`;

test("PKG-021, PKG-023: a configuration that is there stays, changed or not, unasked; one that is missing is made", {
  skip,
  timeout: 600_000,
}, () => {
  const session = `
echo '; mine' >>${CONFIG}; echo '== before'; ${SUM}
echo log >/var/log/supervisor/kept.log
echo '== install'; ${DPKG} -i /root/first.deb; echo "code $?"
echo '== after'; ${SUM}
echo '== states'; dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' supervisor holdfast | sort
echo '== versions'; holdfast version; supervisord --version; echo_supervisord_conf | grep -c supervisord
echo '== purge of supervisor'; dpkg --purge supervisor; echo "code $?"
echo '== made anew'; cmp ${CONFIG} /usr/share/holdfast/supervisord.conf && echo equal
echo '== good'; supervisord --check -c ${CONFIG}; echo "code $?"
echo '; ours' >>${CONFIG}; echo '== own'; ${SUM}
echo '== upgrade'; ${DPKG} -i /root/later.deb; echo "code $?"
echo '== own after the upgrade'; ${SUM}
echo '== remove'; dpkg -r holdfast; echo "code $?"; ls /usr/bin/supervisord /usr/lib/holdfast
echo '== own after the removal'; ${SUM}
echo '== purge'; dpkg --purge holdfast; echo "code $?"
echo '== own after the purge'; ${SUM}
rm ${CONFIG}
echo '== new'; ${DPKG} -i /root/first.deb; echo "code $?"
echo '== purge of the new'; dpkg --purge holdfast; echo "code $?"; ls ${CONFIG}; ls -d /var/log/supervisor
`;
  const inside = `mount -t proc proc "$M/proc" && mount -t tmpfs run "$M/run" && mount --bind /dev "$M/dev" && exec chroot "$M" sh /root/session.sh`;
  const { told: said, all } = overlay("chroot", session, inside, ["-m", "-p", "-f"]);
  const at = (name: string) => said.get(name) ?? assert.fail(`${name} is missing:\n${all}`);
  for (const name of ["install", "purge of supervisor", "upgrade", "remove", "purge", "new", "purge of the new"])
    assert.match(at(name), /^code 0$/m, all);
  assert.equal(at("after"), at("before"));
  assert.equal(at("states"), "holdfast installed\nsupervisor config-files");
  assert.match(at("versions"), /^\d+\.\d+\.\d+\n4\.3\.0\n/);
  assert.match(at("purge of supervisor"), /^holdfast: there was no \/etc\/supervisor\/supervisord\.conf: a new one was made/m);
  assert.equal(at("made anew"), "equal");
  assert.match(at("good"), /^code 0$/m);
  for (const name of ["own after the upgrade", "own after the removal", "own after the purge"]) assert.equal(at(name), at("own"), name);
  assert.match(at("remove"), /cannot access '\/usr\/bin\/supervisord'/);
  assert.match(at("new"), /^holdfast: there was no /m);
  assert.match(at("purge of the new"), /cannot access '\/etc\/supervisor\/supervisord\.conf'/);
  assert.match(at("purge of the new"), /^\/var\/log\/supervisor$/m);
});

/** Boots the overlay, without what this machine starts, with supervisor enabled as Debian enables it. */
const BOOT = `rm -f "$M"/etc/systemd/system/*.wants/* "$M/usr/sbin/policy-rc.d"; : >"$M/etc/machine-id"
W=$M/etc/systemd/system/multi-user.target.wants; mkdir -p "$W" "$M/var/lib/systemd/deb-systemd-helper-enabled"
ln -s /lib/systemd/system/supervisor.service "$W/supervisor.service"
printf '[program:p]\\ncommand=sleep 100000\\n' >"$M/etc/supervisor/conf.d/p.conf"
printf '[Unit]\\nAfter=multi-user.target\\n[Service]\\nType=exec\\nStandardOutput=file:/root/out\\nExecStart=/bin/sh /root/session.sh\\n' >"$M/etc/systemd/system/session.service"
ln -s /etc/systemd/system/session.service "$W/session.service"
timeout -k 5 200 systemd-nspawn -q --directory="$M" --boot --register=no --keep-unit --link-journal=no --console=pipe --private-network </dev/null >"$B/boot" 2>&1 || true
cat "$M/root/out" || { echo '== no boot'; tail -n 5 "$B/boot"; }
`;

const noContainer =
  spawnSync("systemd-nspawn", ["--version"]).error !== undefined && "systemd-nspawn is not installed (Debian: systemd-container)";

test("PKG-021, 022, 024: in a booted container it takes over the service, and an upgrade stops no program", {
  skip: skip || noContainer,
  timeout: 600_000,
}, (t) => {
  const session = `
runs() { for i in $(seq 300); do supervisorctl status | grep -q RUNNING && break; sleep 0.1; done; supervisorctl status; }
pid() { supervisorctl pid p; }
echo '== original'; runs; systemctl show -p Type supervisor
echo '== before'; ${SUM}
echo '== install'; ${DPKG} -i /root/first.deb; echo "code $?"
echo '== after'; ${SUM}
echo '== service'; systemctl is-active supervisor; systemctl is-enabled supervisor; systemctl show -p Type supervisor
echo '== status'; runs
echo '== pid'; pid
echo '== main'; systemctl show -p MainPID --value supervisor; supervisorctl pid
echo '== reload'; systemctl reload supervisor; echo "code $?"
echo '== daemon'; pgrep -fx 'holdfast: daemon'
echo '== upgrade'; ${DPKG} -i /root/later.deb; echo "code $?"
echo '== daemon after the upgrade'; pgrep -fx 'holdfast: daemon'
echo '== pid after the upgrade'; runs >/dev/null; pid
echo '== purge of supervisor'; dpkg --purge supervisor; echo "code $?"
echo '== service after the purge'; systemctl is-active supervisor; systemctl is-enabled supervisor
echo '== pid after the purge'; pid
echo '== remove'; dpkg -r holdfast; echo "code $?"; systemctl is-active supervisor
echo '== left'; pgrep -f 'sleep 100000'; pgrep -x supervisord
echo '== end'
systemctl --no-block poweroff
`;
  const { told: said, all } = overlay("booted", session, BOOT, ["-m"]);
  const noBoot = said.get("no boot");
  if (noBoot !== undefined) return t.skip(`systemd-nspawn does not boot here: ${noBoot.split("\n").at(-1) ?? ""}`);
  const at = (name: string) => said.get(name) ?? assert.fail(`${name} is missing:\n${all}`);
  assert.match(at("original"), /^p +RUNNING (.*\n)+Type=simple$/, all);
  for (const name of ["install", "reload", "upgrade", "purge of supervisor", "remove"]) assert.match(at(name), /^code 0$/m, all);
  assert.equal(at("after"), at("before"), "a configuration that nobody has changed stays as well");
  assert.equal(at("service"), "active\nenabled\nType=notify");
  assert.match(at("status"), /^p +RUNNING /);
  assert.equal(new Set(at("main").split("\n")).size, 1, "the main process of the unit is supervisord");
  for (const name of ["pid after the upgrade", "pid after the purge"]) assert.equal(at(name), at("pid"), all);
  assert.match(at("upgrade"), /^holdfast: supervisord was upgraded in place: 1 process untouched/m);
  assert.notEqual(at("daemon after the upgrade"), at("daemon"));
  assert.equal(at("service after the purge"), "active\nenabled");
  assert.match(at("remove"), /^inactive$/m);
  assert.equal(at("left"), "");
  assert.equal(at("end"), "");
});
