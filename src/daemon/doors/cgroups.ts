/** The door to control groups: small files that the kernel makes, and folders that it makes groups of. (cgroups(7)) */
import { constants } from "node:fs";
import { mkdir, open, readdir, readFile, rmdir } from "node:fs/promises";
import type { CgroupFiles } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

export const realCgroups: CgroupFiles = {
  read: (path) => tried(() => readFile(path, "utf8")),
  write: (path, text) =>
    done(async () => {
      // Nothing is made anew or cut off: a file that the kernel does not have is an error.
      const file = await open(path, constants.O_WRONLY);
      try {
        await file.write(text, null, "latin1");
      } finally {
        await file.close();
      }
    }),
  folders: (path) =>
    tried(async () => (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)),
  makeFolder: (path) => done(() => mkdir(path, 0o755)),
  removeFolder: (path) => done(() => rmdir(path)),
};

function done(act: () => Promise<unknown>): Promise<Result<true, string>> {
  return tried(() => act().then(() => true as const));
}

async function tried<T>(act: () => Promise<T>): Promise<Result<T, string>> {
  try {
    return ok(await act());
  } catch (error) {
    return refuse((error as NodeJS.ErrnoException).code ?? "EIO");
  }
}
