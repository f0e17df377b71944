/** The Files door of a simulated daemon: the host's tree, with the time a disk takes and the failures that a run switches on. */
import type { Compressed, Errno, FileInfo, Files } from "../../src/doors.ts";
import { ok, type Result, refuse } from "../../src/result.ts";
import { append, contents, DEVICE, type Inode, type Tree } from "./tree.ts";

/** Performs an act at some later moment, unless the daemon is dead by then; the promise of a dead daemon never settles. */
export type Perform = <T>(name: string, act: () => T) => Promise<T>;

export function fakeFiles(tree: Tree, perform: Perform): Files {
  return {
    stat: (path) => perform(`stat ${path}`, () => failing(tree, "stat", path) ?? mapped(tree.find(path), (inode) => info(tree, inode))),
    lstat: (path) =>
      perform(`lstat ${path}`, () => failing(tree, "stat", path) ?? mapped(tree.find(path, false), (inode) => info(tree, inode))),
    mayExecute: (path) =>
      perform(`access ${path}`, () => {
        const found = tree.find(path);
        return found.ok && (found.value.mode & 0o111) !== 0;
      }),
    readText: (path) => perform(`read ${path}`, () => failing(tree, "read", path) ?? read(tree, path)),
    readAt: (path, offset, length) =>
      perform(
        `read ${path}`,
        () => failing(tree, "read", path) ?? mapped(read(tree, path), (bytes) => bytes.slice(offset, offset + length)),
      ),
    readGuarded: (path, length) =>
      perform(`read ${path}`, () => failing(tree, "read", path) ?? mapped(read(tree, path), (bytes) => bytes.slice(0, length))),
    list: (path) => perform(`list ${path}`, () => failing(tree, "list", path) ?? tree.list(path)),
    write: (path, bytes, mode) => perform(`write ${path}`, () => failing(tree, "write", path) ?? replace(tree, path, bytes, mode)),
    writeDurably: (path, bytes, mode) => perform(`write ${path}`, () => failing(tree, "write", path) ?? replace(tree, path, bytes, mode)),
    createExclusive: (path, mode) =>
      perform(
        `create ${path}`,
        () =>
          failing(tree, "create", path) ??
          mapped(tree.open(path, { truncate: false, noFollow: true, exclusive: true, mode }), () => true as const),
      ),
    rename: (from, to) => perform(`rename ${from} ${to}`, () => failing(tree, "rename", from) ?? tree.rename(from, to)),
    // A file system that has none says so at once, so that plain histories are those of a daemon that does not ask.
    link: (from, to) =>
      tree.hardLinks
        ? perform(`link ${from} ${to}`, () => failing(tree, "link", from) ?? tree.hardLink(from, to))
        : Promise.resolve(refuse("EPERM")),
    gzip: (from, to) => perform(`gzip ${from} ${to}`, () => failing(tree, "gzip", from) ?? gzip(tree, from, to)),
    remove: (path) => perform(`remove ${path}`, () => failing(tree, "remove", path) ?? tree.remove(path)),
  };
}

function failing(tree: Tree, action: Parameters<Tree["fault"]>[0], path: string): Result<never, Errno> | null {
  const errno = tree.fault(action, path);
  return errno === null ? null : refuse(errno);
}

function mapped<T, U>(result: Result<T, Errno>, map: (value: T) => U): Result<U, Errno> {
  return result.ok ? ok(map(result.value)) : result;
}

function info(tree: Tree, inode: Inode): FileInfo {
  const kind = inode.kind === "file" || inode.kind === "directory" ? inode.kind : "other";
  const { mode, size, number, uid, mtimeMs } = inode;
  return { kind, mode, size, device: DEVICE, inode: number, uid, gid: 0, links: tree.namesOf(inode), mtimeMs };
}

function read(tree: Tree, path: string): Result<Uint8Array, Errno> {
  const found = tree.find(path);
  if (!found.ok) return found;
  return found.value.kind === "directory" ? refuse("EISDIR") : ok(new Uint8Array(contents(found.value)));
}

/** What is compressed stands in brackets. */
function gzip(tree: Tree, from: string, to: string): Result<Compressed, Errno> {
  const found = tree.find(from, false);
  if (!found.ok) return found;
  const opened = tree.open(to, { truncate: false, noFollow: true, exclusive: true, mode: found.value.mode });
  if (!opened.ok) return opened;
  append(opened.value, Buffer.from(`gz(${contents(found.value).toString()})`));
  return ok({ device: DEVICE, inode: found.value.number, size: found.value.size });
}

/** A new inode under the name, as a rename over it leaves. */
function replace(tree: Tree, path: string, bytes: Uint8Array, mode: number): Result<true, Errno> {
  const neighbour = `${path}.new`;
  const opened = tree.open(neighbour, { truncate: true, noFollow: true, exclusive: false, mode });
  if (!opened.ok) return opened;
  append(opened.value, bytes);
  return tree.rename(neighbour, path);
}
