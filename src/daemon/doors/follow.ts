/**
 * Word of a file's growth for those who follow a log, from the kernel (inotify), so nothing polls. The folder is watched, not the file: a rotation puts
 * another file at the path. Followers of one folder share a watch; it ends with the last of them.
 */
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import type { LogFollow } from "../../rpc/following.ts";

type Watch = { readonly watcher: FSWatcher; readonly followers: Set<{ readonly name: string; readonly changed: () => void }> };

const watches = new Map<string, Watch>();

export const realFollow: LogFollow = {
  onGrowth(file, changed) {
    const folder = path.dirname(file);
    const shared = watches.get(folder) ?? open(folder);
    if (shared === null) return () => undefined;
    const follower = { name: path.basename(file), changed };
    shared.followers.add(follower);
    return () => {
      shared.followers.delete(follower);
      if (shared.followers.size > 0) return;
      watches.delete(folder);
      shared.watcher.close();
    };
  },
};

/** null: the folder cannot be watched (it is gone, or the kernel has no watches left); the follower then sees what is there and no more. */
function open(folder: string): Watch | null {
  try {
    const followers: Watch["followers"] = new Set();
    const watcher = watch(folder, (_kind, name) => {
      for (const follower of followers) if (name === null || name === follower.name) follower.changed();
    });
    watcher.on("error", () => watches.delete(folder));
    const shared = { watcher, followers };
    watches.set(folder, shared);
    return shared;
  } catch {
    return null;
  }
}
