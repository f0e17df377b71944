import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import type { Errno, Files } from "../../doors.ts";
import { refuse } from "../../result.ts";
import { realFiles } from "../doors/files.ts";
import type { Runtime } from "../runtime.ts";
import { rotate } from "./rotating.ts";

const CHANGES = new Set(["rename", "link", "remove", "createExclusive"]);
const folder = mkdtempSync(path.join(tmpdir(), "holdfast-rotating-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const log = path.join(folder, "log");

class Died extends Error {}

type Watch = {
  /** Dies before this call that changes something. */
  readonly diesAt?: number;
  /** An errno for a call, by its name and its last path. */
  readonly fault?: (call: string, last: string) => Errno | null;
  readonly after?: (call: string) => void;
};

function watched({ diesAt, fault, after: look }: Watch): Files {
  let changes = 0;
  return new Proxy(realFiles(), {
    get:
      (files, call: keyof Files) =>
      async (...given: string[]) => {
        if (CHANGES.has(call) && ++changes === diesAt) throw new Died();
        const last = call === "createExclusive" ? given[0] : given.at(-1);
        const errno = fault?.(call, path.basename(last ?? ""));
        const act = files[call] as (...given: string[]) => Promise<unknown>;
        const result = errno ? refuse(errno) : await act(...given);
        look?.(call);
        return result;
      },
  });
}

function directory(names: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(names)) writeFileSync(path.join(folder, name), text);
}

const texts = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));

/** One daemon's rotation of the file that holds what `written` says. */
async function rotated(backups: number, written: bigint, resumed: boolean, watch: Watch = {}): Promise<string | null> {
  const runtime = { doors: { files: watched(watch) } } as unknown as Runtime;
  const file = { path: log, maxBytes: 10, backups };
  const device = lstatSync(folder, { bigint: true }).dev;
  return (await rotate(runtime, file, { size: 10n, device, inode: written }, { resumed, isStillOpen: () => true })).why;
}

const inode = (): bigint => lstatSync(log, { bigint: true }).ino;

test("a log that is rotated is at its path at every moment, whether backups are there or not", async () => {
  for (const [backups, names] of [
    [3, { log: "new" }],
    [3, { log: "new", "log.1": "1", "log.2": "2", "log.3": "3" }],
    [1, { log: "new", "log.1": "1" }],
  ] as const) {
    directory(names);
    const look = (): void => assert.ok(existsSync(log));
    assert.equal(await rotated(backups, inode(), false, { after: look }), null);
    assert.deepEqual([texts()["log"], texts()["log.1"]], ["", "new"]);
    assert.equal(readdirSync(folder).length, Math.min(backups, Object.keys(names).length) + 1, "nothing is left beside it");
    assert.equal(lstatSync(log).mode & 0o777, 0o666 & ~process.umask());
  }
});

test("a link is moved itself, and a file stands at the path at every moment", async () => {
  directory({ elsewhere: "new" });
  symlinkSync("elsewhere", log);
  assert.equal(
    await rotated(2, lstatSync(path.join(folder, "elsewhere"), { bigint: true }).ino, false, { after: () => assert.ok(existsSync(log)) }),
    null,
  );
  assert.equal(lstatSync(`${log}.1`).isSymbolicLink(), true);
  assert.equal(lstatSync(log).isFile(), true);
});

test("where a file can have one name only it is renamed; where the empty file cannot be made beside it, it is made behind that", async () => {
  for (const backups of [1, 3]) {
    for (const errno of ["EPERM", "ENOTSUP", "EMLINK", "ENOSYS", "EXDEV", "ENAMETOOLONG"]) {
      for (const call of ["link", "createExclusive .log.new", "rename log"]) {
        directory({ log: "new", "log.1": "1" });
        const fault: Watch["fault"] = (name, last) => (name === call || `${name} ${last}` === call ? errno : null);
        assert.equal(await rotated(backups, inode(), false, { fault }), null);
        assert.deepEqual(texts(), { log: "", "log.1": "new", ...(backups === 3 ? { "log.2": "1" } : {}) }, `${call} ${errno}`);
      }
    }
  }
});

test("LOG-027: a log that cannot leave its place is written on there, and has no second name", async () => {
  directory({ log: "new" });
  const fault: Watch["fault"] = (call, last) => ((call === "remove" || call === "rename") && last === "log" ? "EPERM" : null);
  assert.match((await rotated(2, inode(), false, { fault })) ?? "", /^renaming .*log to .*log\.1 failed with EPERM$/);
  assert.deepEqual(texts(), { log: "new" });
});

test("a file of that name beside the log is not taken for the next log, and not removed when it holds something", async () => {
  for (const [text, left] of [
    ["", {}],
    ["mine", { ".log.new": "mine" }],
  ] as const) {
    directory({ log: "new", ".log.new": text });
    chmodSync(path.join(folder, ".log.new"), 0o600);
    assert.equal(await rotated(2, inode(), false), null);
    assert.deepEqual(texts(), { log: "", "log.1": "new", ...left });
    assert.equal(lstatSync(log).mode & 0o777, 0o666 & ~process.umask());
  }
});

test("whichever call a daemon dies at, and its successors at theirs: nothing is lost or there twice, and a log is always there", async () => {
  const input = fc.record({
    backups: fc.integer({ min: 1, max: 4 }),
    present: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
    deaths: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }),
    links: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ backups, present, deaths, links }) => {
      const kept = present.filter((number) => number <= backups);
      directory({ log: "new", ...Object.fromEntries(kept.map((number) => [`log.${number}`, `old ${number}`])) });
      const written = inode();
      const look = (): void => assert.ok(!links || existsSync(log));
      const fault: Watch["fault"] = (call) => (call === "link" && !links ? "EPERM" : null);
      for (const [times, diesAt] of [...deaths, 100].entries()) {
        const done = await rotated(backups, written, times > 0, { diesAt, after: look, fault }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Died) return false;
            throw error;
          },
        );
        if (done) break;
      }
      const left = texts();
      // Where it was renamed before the death, the keeper makes the next one.
      assert.ok(left["log"] === "" || (!links && left["log"] === undefined));
      assert.equal(left["log.1"], "new");
      assert.equal(left[".log.new"], undefined);
      const backupTexts = Object.keys(left)
        .filter((name) => name.startsWith("log."))
        .sort()
        .map((name) => left[name] ?? "");
      assert.equal(new Set(backupTexts).size, backupTexts.length, "nothing is there twice");
      const lost = kept.filter((number) => !backupTexts.includes(`old ${number}`));
      assert.ok(lost.length === 0 || (lost.length === 1 && lost[0] === backups), `lost: ${lost.join(", ")}`);
      assert.deepEqual(backupTexts.slice(1), [...backupTexts.slice(1)].sort(), "older ones have higher numbers");
    }),
    { numRuns: 150 },
  );
});
