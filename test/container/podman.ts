/**
 * podman with images, containers and a runtime of its own, in a folder that is gone afterwards. The runtime is runc behind a wrapper that leaves out limits,
 * since not every root may raise them (CAP_SYS_RESOURCE). Images are stand-ins of the same layout: nothing is fetched.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Finished, ROOT, run } from "../e2e/instance.ts";

const RUNTIME = `#!/bin/sh
previous=
for word; do
  case $previous in
    --bundle|-b) file=$word/config.json rule='del(.process.rlimits)' ;;
    --process|-p) file=$word rule='del(.rlimits)' ;;
    *) file= ;;
  esac
  [ -z "$file" ] || { jq "$rule" "$file" > "$file.new" && cat "$file.new" > "$file"; }
  previous=$word
done
exec runc "$@"
`;

/** With --format docker: an OCI image has no HEALTHCHECK. */
const BUILD = ["build", "--quiet", "--pull=never", "--isolation", "chroot", "--format", "docker", "--layers=false"];

const APPLETS = ["sh", "cat", "sleep", "kill", "id", "rm", "grep", "ls"];

export class Podman {
  readonly dir = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast-podman-")));
  readonly #options: readonly string[];

  constructor() {
    const runtime = path.join(this.dir, "runtime");
    writeFileSync(runtime, RUNTIME);
    chmodSync(runtime, 0o755);
    const places = ["--root", path.join(this.dir, "root"), "--runroot", path.join(this.dir, "run"), "--tmpdir", path.join(this.dir, "tmp")];
    // Where a folder cannot be the upper one of an overlay (one that is an overlay itself), every layer is a copy.
    const driver = hasOverlay(this.dir) ? "overlay" : "vfs";
    const ways = ["--storage-driver", driver, "--runtime", runtime, "--cgroup-manager", "cgroupfs", "--events-backend", "none"];
    this.#options = [...places, ...ways];
  }

  /** Its output; fails when it does not end with 0. */
  async do(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(...words);
    assert.equal(code, 0, `podman ${words.join(" ")}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  try(...words: readonly string[]): Promise<Finished> {
    return run("podman", [...this.#options, ...words], { cwd: this.dir });
  }

  /** An image of a folder. */
  async import(folder: string, ...names: readonly string[]): Promise<void> {
    const tar = `${folder}.tar`;
    spawnSync("tar", ["-C", folder, "-cf", tar, "."]);
    const [first = "", ...more] = names;
    await this.do("import", "--quiet", tar, first);
    for (const name of more) await this.do("tag", first, name);
    rmSync(tar);
  }

  build(name: string, context: string, file: string): Promise<string> {
    return this.do(...BUILD, "-t", name, "-f", file, context);
  }

  /** Why no container can run here; false: one can. */
  async problem(): Promise<string | false> {
    const folder = path.join(this.dir, "tiny");
    rootOf(folder, { shell: true, node: null });
    const tar = `${folder}.tar`;
    spawnSync("tar", ["-C", folder, "-cf", tar, "."]);
    const context = path.join(this.dir, "tiny context");
    mkdirSync(context);
    writeFileSync(path.join(context, "Dockerfile"), "FROM tiny\nCOPY Dockerfile /copied\nRUN cat /copied\n");
    const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";
    for (const words of [
      ["import", "--quiet", tar, "tiny"],
      [...BUILD, "-t", "built", context],
      ["run", "--detach", "--name", "tiny", "--network", "none", "tiny", "sleep", "1000"],
      ["exec", "tiny", "sh", "-c", "true"],
      ["rm", "--force", "--time", "0", "tiny"],
    ]) {
      const { code, stderr } = await this.try(...words);
      if (code !== 0) return `podman ${words[0]} does not work here: ${last(stderr)}`;
    }
    return false;
  }

  async destroy(): Promise<void> {
    await this.try("rm", "--force", "--all", "--time", "0");
    await this.try("rmi", "--force", "--all");
    for (const name of ["root/overlay", "root/overlay-containers", "root"])
      spawnSync("umount", ["-l", path.join(this.dir, name)], { stdio: "ignore" });
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function hasOverlay(dir: string): boolean {
  const places = ["lower", "upper", "work", "merged"].map((name) => path.join(dir, "overlay", name));
  for (const place of places) mkdirSync(place, { recursive: true });
  const [lower = "", upper = "", work = "", merged = ""] = places;
  const isMounted =
    spawnSync("mount", ["-t", "overlay", "-o", `lowerdir=${lower},upperdir=${upper},workdir=${work}`, "none", merged]).status === 0;
  if (isMounted) spawnSync("umount", [merged]);
  return isMounted;
}

/** A root with what an image of a base has: the C library, with a shell unless it is without one, with Node.js where it is told. */
export function rootOf(folder: string, { shell, node }: { readonly shell: boolean; readonly node: string | null }): void {
  for (const name of ["etc", "tmp", "run", "proc", "sys", "dev", "opt", "usr/bin", "usr/sbin", "bin"])
    mkdirSync(path.join(folder, name), { recursive: true });
  // A tmpfs takes the mode of the folder that it is mounted over.
  for (const name of ["tmp", "run"]) chmodSync(path.join(folder, name), 0o1777);
  for (const library of librariesOf(process.execPath)) cpSync(library, path.join(folder, library), { dereference: true });
  if (node !== null) {
    mkdirSync(path.dirname(path.join(folder, node)), { recursive: true });
    cpSync(process.execPath, path.join(folder, node), { dereference: true });
  }
  writeFileSync(path.join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(path.join(folder, "etc/group"), "root:x:0:\n");
  if (!shell) return;
  const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();
  cpSync(busybox, path.join(folder, "bin/busybox"), { dereference: true });
  for (const name of APPLETS) symlinkSync("busybox", path.join(folder, "bin", name));
}

function librariesOf(file: string): string[] {
  const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library ?? "");
}

type Packing = {
  readonly layOutInstallation: (folder: string, platform: string, epoch: number) => void;
};

/** What `npm run bundle` makes, not compressed, where the examples look for it; and the examples. */
export async function contextOf(folder: string): Promise<void> {
  const { layOutInstallation } = (await import(path.join(ROOT, "scripts/packages.mjs"))) as Packing;
  const { buildBinaries } = (await import(path.join(ROOT, "scripts/keepers.mjs"))) as {
    buildBinaries(platform: string): Promise<string | null>;
  };
  const { buildEverything } = (await import(path.join(ROOT, "scripts/everything.mjs"))) as { buildEverything(): Promise<unknown> };
  const platform = `linux-${process.arch}`;
  await buildEverything();
  assert.equal(await buildBinaries(platform), null);
  const laidOut = path.join(folder, "laid out", "holdfast");
  layOutInstallation(laidOut, platform, 0);
  mkdirSync(path.join(laidOut, "node/bin"), { recursive: true });
  cpSync(process.execPath, path.join(laidOut, "node/bin/node"), { dereference: true });
  mkdirSync(path.join(folder, "context/dist/packages"), { recursive: true });
  const tar = path.join(folder, `context/dist/packages/holdfast-0-linux-x64.tar.gz`);
  assert.equal(spawnSync("tar", ["-C", path.dirname(laidOut), "--owner=0", "--group=0", "-cf", tar, "holdfast"]).status, 0);
  rmSync(path.dirname(laidOut), { recursive: true });
  cpSync(path.join(ROOT, "examples/docker"), path.join(folder, "context/examples/docker"), { recursive: true });
}

export const example = (name: string): string => readFileSync(path.join(ROOT, "examples/docker", name), "utf8");
