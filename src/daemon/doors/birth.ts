/** What this process was born with, read once. */
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { readBirth as readWords } from "../../birth.ts";
import { textOf } from "../../bytes.ts";
import type { Birth } from "../../doors.ts";

export function readBirth(): Birth {
  return {
    ...readWords(process.env, process.argv),
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    cwd: workingDirectory(),
    hostName: hostname(),
  };
}

/** A directory that was removed under us has no name; we still come up, at the root. Node reads a name that is not UTF-8 as something else. */
function workingDirectory(): string {
  try {
    const cwd = process.cwd();
    return cwd.includes("\ufffd") ? textOf(realpathSync.native(".", { encoding: "buffer" })) : cwd;
  } catch {
    return "/";
  }
}
