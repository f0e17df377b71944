/**
 * The file system of a simulated host, shared by the daemon's Files door and the keeper's sinks: names lead to inodes, a rename moves a name
 * and leaves whoever has the inode open alone, a removed file lives on while it is open. Failures are switched on from outside.
 */
import { constants } from "node:os";
import type { Errno } from "../../src/doors.ts";
import { ok, type Result, refuse } from "../../src/result.ts";

export type InodeKind = "file" | "directory" | "link" | "socket" | "fifo" | "device";

export type Inode = {
  readonly number: bigint;
  readonly kind: InodeKind;
  mode: number;
  uid: number;
  gid: number;
  /** Of a link: where to. */
  readonly target: string;
  parts: Uint8Array[];
  size: number;
  mtimeMs: number;
  readonly wallMs: () => number;
};

export type TreeAction = "open" | "write" | "stat" | "read" | "list" | "rename" | "link" | "gzip" | "remove" | "create";
/** Says whether an action on a path fails now, and how. */
export type TreeFault = (action: TreeAction, path: string) => Errno | null;

const LINKS_MAX = 8;
export const DEVICE = 65_024n;

export class Tree {
  readonly #names = new Map<string, Inode>();
  #next = 100n;
  fault: TreeFault = () => null;
  /** Whether a file may have two names: not on every file system, and not in the plain histories. */
  hardLinks = false;
  /** The wall clock, for the times of files. */
  wallMs: () => number = () => 0;

  constructor() {
    this.#names.set("/", this.#make("directory", 0o755));
  }

  /** Makes the directory and those above it. */
  directory(path: string): void {
    if (this.#names.has(path)) return;
    this.directory(parentOf(path));
    this.#names.set(path, this.#make("directory", 0o755));
  }

  /** Puts a file there, whatever was there before. */
  put(path: string, text: string | Uint8Array, mode = 0o644): void {
    this.directory(parentOf(path));
    const inode = this.#make("file", mode);
    this.#names.set(path, inode);
    append(inode, typeof text === "string" ? Buffer.from(text) : text);
  }

  /** Puts something that is no regular file there. */
  special(path: string, kind: "socket" | "fifo" | "device"): Inode {
    this.directory(parentOf(path));
    const inode = this.#make(kind, 0o666);
    this.#names.set(path, inode);
    return inode;
  }

  link(path: string, target: string): void {
    this.#names.set(path, this.#make("link", 0o777, target));
  }

  text(path: string): string {
    const found = this.find(path);
    return found.ok ? contents(found.value).toString() : "";
  }

  exists(path: string): boolean {
    return this.find(path).ok;
  }

  /** Every name of a regular file, sorted. */
  fileNames(): string[] {
    return [...this.#names]
      .filter(([, inode]) => inode.kind === "file")
      .map(([name]) => name)
      .sort();
  }

  /** Follows links at the end of a path, unless told not to. */
  find(path: string, follow = true): Result<Inode, Errno> {
    let at = path;
    for (let links = 0; links < LINKS_MAX; links++) {
      const inode = this.#names.get(at);
      if (inode === undefined) return refuse(this.#missing(at));
      if (inode.kind !== "link" || !follow) return ok(inode);
      at = inode.target.startsWith("/") ? inode.target : `${parentOf(at)}/${inode.target}`;
    }
    return refuse("ELOOP");
  }

  /** open(2) for writing with O_CREAT. `noFollow`: a link is ELOOP. */
  open(
    path: string,
    options: { readonly truncate: boolean; readonly noFollow: boolean; readonly exclusive: boolean; readonly mode: number },
  ): Result<Inode, Errno> {
    const failure = this.fault("open", path);
    if (failure !== null) return refuse(failure);
    const found = this.find(path, !options.noFollow && !options.exclusive);
    if (found.ok) {
      if (options.exclusive) return refuse("EEXIST");
      if (found.value.kind === "link") return refuse("ELOOP");
      if (found.value.kind === "directory") return refuse("EISDIR");
      if (found.value.kind === "socket") return refuse("ENXIO");
      if (options.truncate && found.value.kind === "file") truncate(found.value);
      return found;
    }
    if (found.error !== "ENOENT" || path.endsWith("/")) return found;
    const parent = this.#names.get(parentOf(path));
    if (parent === undefined) return refuse(this.#missing(parentOf(path)));
    if (parent.kind !== "directory") return refuse("ENOTDIR");
    const inode = this.#make("file", options.mode);
    this.#names.set(path, inode);
    return ok(inode);
  }

  list(path: string): Result<string[], Errno> {
    const found = this.find(path);
    if (!found.ok) return found;
    if (found.value.kind !== "directory") return refuse("ENOTDIR");
    const prefix = path === "/" ? "/" : `${path}/`;
    return ok(
      [...this.#names.keys()]
        .filter((name) => name.startsWith(prefix) && name !== path && !name.slice(prefix.length).includes("/"))
        .map((name) => name.slice(prefix.length))
        .sort(),
    );
  }

  rename(from: string, to: string): Result<true, Errno> {
    const inode = this.#names.get(from);
    if (inode === undefined) return refuse(this.#missing(from));
    if (!this.#names.has(parentOf(to))) return refuse("ENOENT");
    if (this.#names.get(to)?.kind === "directory") return refuse("EISDIR");
    // Two names of one file stay what they are.
    if (this.#names.get(to) === inode) return ok(true);
    this.#names.delete(from);
    this.#names.set(to, inode);
    return ok(true);
  }

  hardLink(from: string, to: string): Result<true, Errno> {
    const inode = this.#names.get(from);
    if (inode === undefined) return refuse(this.#missing(from));
    if (this.#names.has(to)) return refuse("EEXIST");
    if (!this.#names.has(parentOf(to))) return refuse("ENOENT");
    this.#names.set(to, inode);
    return ok(true);
  }

  /** How many names it has. */
  namesOf(inode: Inode): number {
    let names = 0;
    for (const one of this.#names.values()) if (one === inode) names += 1;
    return names;
  }

  remove(path: string): Result<true, Errno> {
    const inode = this.#names.get(path);
    if (inode === undefined) return refuse(this.#missing(path));
    if (inode.kind === "directory") return refuse("EISDIR");
    this.#names.delete(path);
    return ok(true);
  }

  #missing(path: string): Errno {
    for (let above = parentOf(path); above !== "/"; above = parentOf(above)) {
      const inode = this.#names.get(above);
      if (inode !== undefined && inode.kind !== "directory") return "ENOTDIR";
    }
    return "ENOENT";
  }

  #make(kind: InodeKind, mode: number, target = ""): Inode {
    return {
      number: this.#next++,
      kind,
      mode,
      uid: 0,
      gid: 0,
      target,
      parts: [],
      size: 0,
      mtimeMs: this.wallMs(),
      wallMs: () => this.wallMs(),
    };
  }
}

export function append(inode: Inode, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  inode.parts.push(new Uint8Array(bytes));
  inode.size += bytes.length;
  inode.mtimeMs = inode.wallMs();
}

export function truncate(inode: Inode): void {
  inode.parts = [];
  inode.size = 0;
  inode.mtimeMs = inode.wallMs();
}

export function contents(inode: Inode): Buffer {
  const all = Buffer.concat(inode.parts);
  inode.parts = [all];
  return all;
}

export function parentOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

/** The kernel's number of an errno's name. */
export function errnoNumber(name: Errno): number {
  const number = (constants.errno as Record<string, number>)[name];
  if (number === undefined) throw new Error(`no errno is called ${name}`);
  return number;
}
