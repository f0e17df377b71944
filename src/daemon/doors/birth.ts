/** What this process was born with, read once. */
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { forgetOurs, readBirth as readWords } from "../../birth.ts";
import { textOf } from "../../bytes.ts";
import type { Birth } from "../../doors.ts";
import { KEEPER_FD_VARIABLE } from "./keeper.ts";

export function readBirth(): Birth {
  const words = readWords(process.env, process.argv);
  forgetOurs(process.env, KEEPER_FD_VARIABLE);
  return {
    ...words,
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
