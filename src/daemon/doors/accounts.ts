/**
 * The door to users and groups. The passwd and group files are read when they are asked for and kept until they change; a name that is not
 * in them (LDAP, SSSD, systemd-homed) is asked of `getent`, where there is one. All of it is synchronous and may wait for a directory
 * server: it is for the time when a configuration is read, never for the loop.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import type { Account, Accounts } from "../../doors.ts";

export type AccountSources = { readonly passwd: string; readonly group: string; readonly getent: string | null };

export const SYSTEM_SOURCES: AccountSources = { passwd: "/etc/passwd", group: "/etc/group", getent: "getent" };

/** How long a directory server may take before it counts as not knowing. */
const GETENT_TIMEOUT_MS = 5000;
/** The most that one answer of getent may hold: a group with very many members. */
const GETENT_OUTPUT_MAX = 4 * 1024 * 1024;
/** The largest id; the one above it means "none" to the kernel. */
const ID_MAX = 0xffff_fffe;

type User = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string; readonly shell: string };
type Group = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

/** Every answer is null (or false) for a name or an id that nobody knows. */
export function realAccounts(sources: AccountSources = SYSTEM_SOURCES): Accounts {
  const users = cachedFile(sources.passwd, parseUser);
  const groups = cachedFile(sources.group, parseGroup);
  const ask = (database: string, key: string): string[] => (sources.getent === null ? [] : getent(sources.getent, database, key));

  const asked = <T>(database: string, key: string, parse: (line: string) => T | null, fits: (item: T) => boolean): T | null =>
    ask(database, key)
      .map(parse)
      .find((item) => item !== null && fits(item)) ?? null;

  const account = (user: User, local: boolean): Account => {
    const listed = groups()
      .filter((group) => group.members.includes(user.name))
      .map((group) => group.gid);
    const directory = local ? [] : initgroups(ask("initgroups", user.name));
    // The primary group comes first, as the original hands it to setgroups.
    return { ...user, groups: [...new Set([user.gid, ...listed, ...directory])] };
  };

  const user = (key: string, fits: (user: User) => boolean): Account | null => {
    const local = users().find(fits);
    if (local !== undefined) return account(local, true);
    const found = asked("passwd", key, parseUser, fits);
    return found === null ? null : account(found, false);
  };

  const group = (key: string, fits: (group: Group) => boolean): Group | null =>
    groups().find(fits) ?? asked("group", key, parseGroup, fits);

  return {
    byName: (name) => (isName(name) ? user(name, (one) => one.name === name) : null),
    byUid: (uid) => (isId(uid) ? user(String(uid), (one) => one.uid === uid) : null),
    groupByName: (name) => (isName(name) ? (group(name, (one) => one.name === name)?.gid ?? null) : null),
    groupById: (gid) => isId(gid) && group(String(gid), (one) => one.gid === gid) !== null,
  };
}

function isName(name: string): boolean {
  return name !== "" && !/[:\n\0]/.test(name);
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= ID_MAX;
}

function parseId(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) && isId(Number(text)) ? Number(text) : null;
}

/** `name:password:uid:gid:gecos:home:shell`. Lines of NIS (`+`, `-`) and broken ones are no users. */
export function parseUser(line: string): User | null {
  const [name = "", , uidText, gidText, , home = "", shell = ""] = line.split(":");
  const uid = parseId(uidText);
  const gid = parseId(gidText);
  return uid === null || gid === null || !isName(name) || /^[+\-#]/.test(name) ? null : { name, uid, gid, home, shell };
}

/** `name:password:gid:member,member`. */
export function parseGroup(line: string): Group | null {
  const [name = "", , gidText, members = ""] = line.split(":");
  const gid = parseId(gidText);
  return gid === null || !isName(name) || /^[+\-#]/.test(name)
    ? null
    : { name, gid, members: members.split(",").filter((member) => member !== "") };
}

/** `name  gid gid gid` */
function initgroups(lines: readonly string[]): number[] {
  const words = lines[0]?.trim().split(/\s+/).slice(1) ?? [];
  return words.map(parseId).filter((gid) => gid !== null);
}

/** The items of a file, read again when the file is another one or has changed. A file that is not there has none. */
function cachedFile<T>(path: string, parse: (line: string) => T | null): () => readonly T[] {
  let stamp = "";
  let items: readonly T[] = [];
  return () => {
    try {
      const { mtimeNs, ino, size } = statSync(path, { bigint: true });
      const now = `${mtimeNs} ${ino} ${size}`;
      if (now !== stamp)
        items = readFileSync(path, "utf8")
          .split("\n")
          .map(parse)
          .filter((item) => item !== null);
      stamp = now;
    } catch {
      stamp = "";
      items = [];
    }
    return items;
  };
}

/** No shell; what is asked for is never taken as an option. A getent that is missing, fails or hangs knows nothing. */
function getent(program: string, database: string, key: string): string[] {
  try {
    const limits = { timeout: GETENT_TIMEOUT_MS, killSignal: "SIGKILL", maxBuffer: GETENT_OUTPUT_MAX } as const;
    const output = execFileSync(program, [database, "--", key], { ...limits, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return output.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
