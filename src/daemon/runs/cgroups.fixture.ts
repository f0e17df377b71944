/** Control groups as the kernel has them, as far as they are used here: who lives where, which controllers are enabled, what may be removed. (cgroups(7)) */
import type { CgroupFiles } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

type Group = { readonly pids: Set<number>; readonly enabled: Set<string>; readonly files: Map<string, string> };

export class FakeCgroups implements CgroupFiles {
  readonly groups = new Map<string, Group>();
  /** Everything that was written, as `FILE=TEXT`. */
  readonly written: string[] = [];
  /** Of the group at the top. */
  readonly controllers: readonly string[];
  /** What any write and any folder fails with. */
  fault: string | null = null;
  readonly #own: string;
  readonly #point: string;

  /** `own`: the group of the keeper, below `point`. */
  constructor(point: string, own: string, controllers: readonly string[], pids: readonly number[]) {
    this.controllers = controllers;
    this.#own = own;
    this.#point = point;
    this.groups.set(point + own, { pids: new Set(pids), enabled: new Set(), files: new Map() });
  }

  read(path: string): Promise<Result<string, string>> {
    if (path === "/proc/self/mountinfo") return answer(ok(`29 23 0:26 / ${this.#point} rw - cgroup2 cgroup2 rw\n`));
    if (path.startsWith("/proc/")) return answer(ok(`4:memory:/x\n0::${this.#whereIs(Number(path.split("/")[2])) || "/"}\n`));
    const { group, file, folder } = this.#find(path);
    if (group === undefined) return answer(refuse("ENOENT"));
    if (file === "cgroup.procs") return answer(ok([...group.pids].map((pid) => `${pid}\n`).join("")));
    if (file === "cgroup.controllers") return answer(ok(`${[...this.#available(folder)].join(" ")}\n`));
    if (file === "cgroup.events") return answer(ok(`populated ${this.#isPopulated(folder) ? 1 : 0}\nfrozen 0\n`));
    if (file === "cgroup.kill") return answer(refuse("EINVAL"));
    const text = group.files.get(file);
    return answer(text === undefined ? refuse("ENOENT") : ok(text));
  }

  write(path: string, text: string): Promise<Result<true, string>> {
    if (this.fault !== null) return answer(refuse(this.fault));
    const { group, file, folder } = this.#find(path);
    if (group === undefined) return answer(refuse("ENOENT"));
    if (text !== "") this.written.push(`${path}=${text}`);
    switch (file) {
      case "cgroup.procs":
        if (text === "") return answer(ok(true));
        if (group.enabled.size > 0) return answer(refuse("EBUSY"));
        for (const other of this.groups.values()) other.pids.delete(Number(text));
        group.pids.add(Number(text));
        return answer(ok(true));
      case "cgroup.subtree_control":
        return answer(this.#enable(group, folder, text));
      case "cgroup.kill":
        for (const [name, { pids }] of this.groups) if (name === folder || name.startsWith(`${folder}/`)) pids.clear();
        return answer(ok(true));
      default:
        if (!this.#available(folder).has(file.split(".")[0] ?? "")) return answer(refuse("ENOENT"));
        group.files.set(file, text);
        return answer(ok(true));
    }
  }

  folders(path: string): Promise<Result<readonly string[], string>> {
    const below = [...this.groups.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1));
    return answer(this.groups.has(path) ? ok(below.filter((name) => !name.includes("/"))) : refuse("ENOENT"));
  }

  makeFolder(path: string): Promise<Result<true, string>> {
    if (this.fault !== null) return answer(refuse(this.fault));
    if (this.groups.has(path)) return answer(refuse("EEXIST"));
    if (!this.groups.has(path.slice(0, path.lastIndexOf("/")))) return answer(refuse("ENOENT"));
    this.groups.set(path, { pids: new Set(), enabled: new Set(), files: new Map() });
    return answer(ok(true));
  }

  removeFolder(path: string): Promise<Result<true, string>> {
    const group = this.groups.get(path);
    if (group === undefined) return answer(refuse("ENOENT"));
    const hasBelow = [...this.groups.keys()].some((name) => name.startsWith(`${path}/`));
    if (hasBelow || group.pids.size > 0) return answer(refuse("EBUSY"));
    this.groups.delete(path);
    return answer(ok(true));
  }

  #enable(group: Group, folder: string, text: string): Result<true, string> {
    const name = text.slice(1);
    if (text.startsWith("-")) {
      const isUsed = [...this.groups].some(([other, { enabled }]) => other.startsWith(`${folder}/`) && enabled.has(name));
      if (isUsed) return refuse("EBUSY");
      group.enabled.delete(name);
      return ok(true);
    }
    if (!this.#available(folder).has(name)) return refuse("ENOENT");
    if (group.pids.size > 0) return refuse("EBUSY");
    group.enabled.add(name);
    return ok(true);
  }

  /** Those that the group above has enabled. */
  #available(folder: string): ReadonlySet<string> {
    if (folder === this.#point + this.#own) return new Set(this.controllers);
    return this.groups.get(folder.slice(0, folder.lastIndexOf("/")))?.enabled ?? new Set();
  }

  #isPopulated(folder: string): boolean {
    return [...this.groups].some(([name, { pids }]) => (name === folder || name.startsWith(`${folder}/`)) && pids.size > 0);
  }

  #whereIs(pid: number): string {
    const found = [...this.groups].find(([, { pids }]) => pids.has(pid));
    return (found?.[0] ?? this.#point + this.#own).slice(this.#point.length);
  }

  #find(path: string): { readonly group: Group | undefined; readonly file: string; readonly folder: string } {
    const at = path.lastIndexOf("/");
    const folder = path.slice(0, at);
    return { group: this.groups.get(folder), file: path.slice(at + 1), folder };
  }
}

function answer<T>(value: T): Promise<T> {
  return Promise.resolve(value);
}
