/** The door to this process: who it is, what it says before there is a log, how it ends. */
import { lookup } from "node:dns/promises";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { bytesOf } from "../../bytes.ts";
import type { Account, Self } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

export const realSelf: Self = {
  becomeUser(account: Account): Result<true, string> {
    const steps: [string, () => void][] = [
      ["Could not set groups of effective user", () => process.setgroups?.([...account.groups])],
      ["Could not set group id of effective user", () => process.setgid?.(account.gid)],
      ["Could not set user id of effective user", () => process.setuid?.(account.uid)],
    ];
    for (const [failure, act] of steps) {
      try {
        act();
      } catch {
        return refuse(failure);
      }
    }
    return ok(true);
  },
  detach(directory, umask) {
    const errno = directory === null ? null : enter(directory);
    process.umask(umask & 0o777);
    for (const descriptor of [0, 1, 2]) {
      tryTo(() => closeSync(descriptor));
      openSync("/dev/null", "r+");
    }
    return errno;
  },
  stderr: (text) => writeAll(2, text),
  stdout: (text) => writeAll(1, text),
  exit: (code) => process.exit(code),
};

function enter(directory: string): string | null {
  try {
    if (directory.isWellFormed()) process.chdir(directory);
    else enterOddlyNamed(bytesOf(directory));
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Node knows no names that are not UTF-8 here: it goes in through a descriptor. */
function enterOddlyNamed(directory: Buffer): void {
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    process.chdir(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // The descriptor may be closed already: there is nothing better to do than to go on.
  }
}

/** How often a console that takes nothing now is tried again, and how long it is left alone between. */
const CONSOLE_TRIES = 100;
const CONSOLE_PAUSE_MS = 10;

/**
 * Synchronous, so that the last words are out before the process is; a reader that is gone is no reason to fail, nor does one that does not read (of a
 * console that somebody made non-blocking) hold it up for long.
 */
function writeAll(descriptor: number, text: string): void {
  const bytes = bytesOf(text);
  for (let done = 0, tries = 0; done < bytes.length && tries < CONSOLE_TRIES; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      tries++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CONSOLE_PAUSE_MS);
    }
  }
}

/** An IPv4 address as it is, anything else through the resolver. */
export async function realResolveHost(host: string): Promise<Result<string, string>> {
  if (host === "") return ok("0.0.0.0");
  try {
    return ok((await lookup(host, 4)).address);
  } catch (error) {
    return refuse((error as NodeJS.ErrnoException).code ?? String(error));
  }
}
