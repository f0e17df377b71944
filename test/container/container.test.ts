/** Goal: the images of examples/docker are built, and what runs in them does what a container asks of its main program. (CONT) */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "../e2e/instance.ts";
import { contextOf, example, Podman, rootOf } from "./podman.ts";

const podman = new Podman();
const skip = await podman.problem();
if (skip !== false) await podman.destroy();
const CTL = "/opt/holdfast/bin/supervisorctl";
/** What runs in place of nginx: it says who it is, and lives. */
const NGINX = '#!/bin/sh\necho "nginx as $(id -u):$(id -g)"\necho "on stderr" >&2\nexec sleep 1000\n';
let containers = 0;

/** A container that runs, by its name. */
async function start(image: string, ...options: readonly string[]): Promise<string> {
  const name = `c${++containers}`;
  await podman.do("run", "--detach", "--name", name, "--network", "none", ...options, image);
  return name;
}

async function up(name: string): Promise<void> {
  await until(`${name} answers`, async () => (await podman.try("exec", name, CTL, "health", "--ready")).code === 0);
}

async function exitCode(name: string): Promise<number> {
  return Number(await podman.do("wait", name));
}

async function logs(name: string): Promise<string> {
  const { stdout, stderr } = await podman.try("logs", name);
  return stdout + stderr;
}

/** Of all processes of the container: pid, state and command, as /proc has them. */
const LOOK = 'for p in /proc/[0-9]*; do read -r line < $p/stat && echo "$line"; done';

describe("containers", { timeout: 600_000, concurrency: false, skip }, () => {
  after(() => podman.destroy());
  before(async () => {
    await contextOf(podman.dir);
    const place = (name: string) => path.join(podman.dir, name);
    rootOf(place("node"), { shell: true, node: "/usr/bin/node" });
    await podman.import(place("node"), "docker.io/library/node:20-slim", "docker.io/library/debian:12-slim");
    rootOf(place("nginx"), { shell: true, node: null });
    writeFileSync(path.join(place("nginx"), "usr/sbin/nginx"), NGINX, { mode: 0o755 });
    await podman.import(place("nginx"), "docker.io/library/nginx:stable");
    rootOf(place("distroless"), { shell: false, node: "/nodejs/bin/node" });
    await podman.import(place("distroless"), "gcr.io/distroless/nodejs20-debian12");
    for (const name of ["slim", "any-base", "distroless"]) {
      const context = place("context");
      await podman.build(name, context, path.join(context, "examples/docker", name, "Dockerfile"));
    }
  });

  test("CONT: alpine is slim on another base", () => {
    assert.equal(example("alpine/Dockerfile").replaceAll("alpine", "slim"), example("slim/Dockerfile"));
    assert.equal(example("alpine/supervisord.conf"), example("slim/supervisord.conf"));
  });

  test("CONT: the images have a health check, and it is answered with 0", async () => {
    for (const name of ["slim", "any-base", "distroless"]) {
      const told = await podman.do("inspect", name, "--format", "{{json .HealthCheck}}");
      assert.match(told, /"CMD","\/opt\/holdfast\/bin\/supervisorctl","health"/, name);
    }
  });

  test("CONT-001: slim: PID 1 reaps what others leave, and exec reaches it", async () => {
    const name = await start("slim");
    await up(name);
    assert.match(await podman.do("exec", name, CTL, "status"), /^web +RUNNING +pid \d+, uptime /);
    assert.equal(await podman.do("exec", name, CTL, "pid"), "1");
    await podman.do("exec", name, "sh", "-c", "for i in 1 2 3; do sh -c 'sleep 0.1 &' & done; sleep 0.3");
    await until("no zombie is left", async () => !/\) Z /.test(await podman.do("exec", name, "sh", "-c", LOOK)));
    assert.match(await logs(name), /listening on 8080 as user 0/);
    await podman.do("stop", "--time", "60", name);
    assert.equal(await exitCode(name), 0);
  });

  test("CONT-001: INT and QUIT end it with 0, too", async () => {
    for (const signal of ["INT", "QUIT"]) {
      const name = await start("any-base");
      await up(name);
      await podman.do("kill", "--signal", signal, name);
      assert.equal(await exitCode(name), 0, signal);
    }
  });

  test("CONT-001: the exit code of a program is that of the container", async () => {
    const conf = example("any-base/supervisord.conf")
      .replace(/^command=.*/m, "command=sh -c 'exit 7'")
      .replace("exit_on=fatal", "exit_on=exit");
    const file = path.join(podman.dir, "exit.conf");
    writeFileSync(file, conf);
    const name = await start("any-base", "--volume", `${file}:/etc/supervisord.conf:ro`);
    assert.equal(await exitCode(name), 7);
  });

  test("CONT-002: a TERM is not lost with a daemon that hangs and is killed", async () => {
    const name = await start("any-base");
    await up(name);
    const [daemon] = /^(\d+) \(node\)|^(\d+) \(holdfast[^\n]*/m.exec(await podman.do("exec", name, "sh", "-c", LOOK)) ?? [];
    const pid = daemon?.split(" ", 1)[0] ?? "";
    await podman.do("exec", name, "kill", "-STOP", pid);
    await podman.do("kill", "--signal", "TERM", name);
    await podman.do("exec", name, "kill", "-KILL", pid);
    assert.equal(await exitCode(name), 0);
  });

  test("CONT-003, CONT-004, CONT-006: any user, group 0, a read-only root: what programs print is in the log of the container", async () => {
    const name = await start("any-base", "--user", "12345:0", "--passwd=false", "--read-only", "--tmpfs", "/tmp");
    await up(name);
    const said = await logs(name);
    assert.match(said, /^nginx as 12345:0$/m);
    assert.match(said, /^on stderr$/m);
    assert.doesNotMatch(said, /EROFS|EACCES|CRIT cannot/);
    assert.match(await podman.do("exec", name, CTL, "status"), /^nginx +RUNNING/);
    await podman.do("stop", "--time", "60", name);
    assert.equal(await exitCode(name), 0);
  });

  test("CONT-005: user= in a container that runs as another user: the error, what to do, and 2", async () => {
    const file = path.join(podman.dir, "user.conf");
    writeFileSync(file, example("any-base/supervisord.conf").replace("nodaemon=true", "nodaemon=true\nuser=root"));
    const name = await start("any-base", "--user", "12345:0", "--passwd=false", "--volume", `${file}:/etc/supervisord.conf:ro`);
    assert.equal(await exitCode(name), 2);
    assert.match(await logs(name), /Can't drop privilege as nonroot user\n {2}hint: the container.* as user 12345: remove user=/);
  });

  test("CONT: distroless: no shell anywhere, by the entry point that holdfast version --entrypoint tells", async () => {
    const name = await start("distroless");
    await up(name);
    assert.notEqual((await podman.try("exec", name, "sh", "-c", "true")).code, 0, "there is no shell");
    const words = ["/nodejs/bin/node", "/opt/holdfast/dist/holdfast.cjs", "version", "--entrypoint"];
    const [entry] = JSON.parse(await podman.do("exec", name, ...words)) as string[];
    assert.ok(example("distroless/Dockerfile").includes(`ENTRYPOINT ["${entry}",`), entry);
    assert.match(await logs(name), /listening on 8080/);
    await podman.do("stop", "--time", "60", name);
    assert.equal(await exitCode(name), 0);
  });

  test("CONT-009: under a profile of seccomp that forbids what is new", async () => {
    const profile = path.join(podman.dir, "seccomp.json");
    const names = ["memfd_create", "pidfd_getfd", "close_range", "pidfd_open"];
    writeFileSync(
      profile,
      JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names, action: "SCMP_ACT_ERRNO", errnoRet: 1 }] }),
    );
    const name = await start("any-base", "--security-opt", `seccomp=${profile}`);
    await up(name);
    await podman.do("exec", name, CTL, "restart", "nginx");
    await podman.do("stop", "--time", "60", name);
    assert.equal(await exitCode(name), 0);
  });
});
