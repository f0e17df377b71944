/** Home folders for `~` and `~user` in paths: the passwd file, read only when a path asks for it. */
import { readFileSync } from "node:fs";
import type { Account, Accounts } from "../doors.ts";

export const ACCOUNTS: Accounts = {
  byName: (name) => find((fields) => fields[0] === name),
  byUid: (uid) => find((fields) => fields[2] === String(uid)),
  groupByName: () => null,
  groupById: () => false,
};

function find(wanted: (fields: readonly string[]) => boolean): Account | null {
  const fields = passwd()
    .map((line) => line.split(":"))
    .find((each) => each.length >= 7 && wanted(each));
  if (fields === undefined) return null;
  const [name = "", , uid = "", gid = "", , home = "", shell = ""] = fields;
  return { name, uid: Number(uid), gid: Number(gid), groups: [], home, shell };
}

function passwd(): readonly string[] {
  try {
    return readFileSync("/etc/passwd", "utf8").split("\n");
  } catch {
    return [];
  }
}
