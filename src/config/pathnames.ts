/** Path texts as the original handles them, by Python's rules: no look at a disk, no working directory of our own. */
import type { Accounts } from "../doors.ts";

/** Whose home `~` is. */
export type Homes = { readonly uid: number; readonly home: string | undefined };

/** `~` and `~user` at the start; an unknown user stays as written. (CONF-072, CONF-074) */
export function expandUser(path: string, homes: Homes, accounts: Accounts): string {
  if (!path.startsWith("~")) return path;
  const slash = path.indexOf("/");
  const end = slash < 0 ? path.length : slash;
  const home = end === 1 ? (homes.home ?? accounts.byUid(homes.uid)?.home) : accounts.byName(path.slice(1, end))?.home;
  if (home === undefined) return path;
  return home.replace(/\/+$/, "") + path.slice(end) || "/";
}

/** What stands before the last slash; empty for a bare name. */
export function folderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/+$/.test(folder) ? folder : folder.replace(/\/+$/, "");
}

/** An absolute path stays, a relative one is put behind the folder. */
export function joined(folder: string, path: string): string {
  if (path.startsWith("/") || folder === "") return path;
  return folder.endsWith("/") ? folder + path : `${folder}/${path}`;
}

/** Absolute, without `.`, `..` and double slashes; links are not looked at. (CONF-013) */
export function absolute(path: string, cwd: string): string {
  const full = joined(cwd, path);
  const parts: string[] = [];
  for (const part of full.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const isDouble = full.startsWith("//") && !full.startsWith("///");
  return (isDouble ? "//" : "/") + parts.join("/");
}
