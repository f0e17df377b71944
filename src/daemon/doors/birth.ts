/** What this process was born with, read once. Names that begin with HOLDFAST_ are between the keeper and us: no program ever sees them. */
import { hostname } from "node:os";
import type { Birth } from "../../doors.ts";

/** What the user typed to start us, given on by the keeper. */
const ARGV0_VARIABLE = "HOLDFAST_ARGV0";
const PRIVATE_PREFIX = "HOLDFAST_";

export function readBirth(): Birth {
  return {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    cwd: workingDirectory(),
    environment: publicEnvironment(process.env),
    hostName: hostname(),
    argv0: process.env[ARGV0_VARIABLE] ?? "supervisord",
    args: process.argv.slice(2),
  };
}

/** A record without a prototype, so that a variable named `__proto__` is a variable. */
export function publicEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !name.startsWith(PRIVATE_PREFIX)) found[name] = value;
  }
  return found;
}

/** A directory that was removed under us has no name; we still come up, at the root. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}
