// The time that everything which is made for a release carries, so that the same sources always give the same bytes: SOURCE_DATE_EPOCH, else the time of
// the commit, else the date of the newest release in CHANGELOG.md.
import { readFileSync } from "node:fs";
import { run } from "./command.mjs";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

/** Seconds since 1970. */
export async function sourceEpoch() {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined && given !== "") {
    if (!/^\d+$/.test(given)) throw new Stop(`SOURCE_DATE_EPOCH is no number of seconds: ${given}`);
    return Number(given);
  }
  const { code, stdout } = await run("git", ["log", "-1", "--format=%ct"]).catch(() => ({ code: 1, stdout: "" }));
  if (code === 0 && stdout.trim() !== "") return Number(stdout);
  const newest = /^## \S+, (\d{4}-\d{2}-\d{2})$/m.exec(readFileSync(inRoot("CHANGELOG.md"), "utf8"));
  if (newest === null) throw new Stop("CHANGELOG.md has no release with a date: set SOURCE_DATE_EPOCH.");
  return Date.parse(`${newest[1]}T00:00:00Z`) / 1000;
}
