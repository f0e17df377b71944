// `npm run release:check`: builds everything that is published twice, in folders of different names and depths, at different times, under another umask and
// time zone, and compares the bytes. (PKG-040)
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onPath, run, runOrStop } from "./command.mjs";
import { sourceEpoch } from "./epoch.mjs";
import { installIfNeeded } from "./install.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop, step } from "./progress.mjs";

/** Compressed quickly: what is compressed has to be the same, and then it is so at every level. */
const MAKERS = [["packages.mjs"], ["bundle.mjs", "--level", "1"], ["deb.mjs", "--compress", "gzip"]];
const BUILDS = [
  { folder: "one", umask: "022", zone: "UTC" },
  { folder: "a second/deeper one", umask: "077", zone: "Asia/Shanghai" },
];

await runMain(async () => {
  await installIfNeeded();
  const base = mkdtempSync(path.join(tmpdir(), "holdfast-release-"));
  try {
    const epoch = String(await sourceEpoch());
    const sums = [];
    for (const { folder } of BUILDS) await copyTo(path.join(base, folder));
    for (const build of BUILDS) {
      const folder = path.join(base, build.folder);
      await step(`build in ${build.folder}`, () => buildIn(folder, { ...build, epoch }));
      sums.push(sumsOf(path.join(folder, "dist", "packages")));
      rmSync(folder, { recursive: true, force: true });
    }
    const [first = new Map(), second = new Map()] = sums;
    for (const [name, sum] of first) console.log(`${sum}  ${name}`);
    const names = [...new Set([...first.keys(), ...second.keys()])];
    const different = names.filter((name) => first.get(name) !== second.get(name));
    if (different.length > 0) throw new Stop(`Not the same in both builds: ${different.join(", ")}.`);
    console.log(`${names.length} files, the same in both builds`);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

/**
 * What git knows, and the packages of npm as hard links.
 * @param {string} folder
 */
async function copyTo(folder) {
  const { stdout } = await run("git", ["ls-files", "-z"]);
  for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(inRoot(name)))) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(inRoot(file), path.join(folder, file));
  }
  await runOrStop("node_modules could not be copied", onPath("cp") ?? "cp", [
    "-al",
    inRoot("node_modules"),
    path.join(folder, "node_modules"),
  ]);
  // What was fetched once is not fetched again.
  for (const name of readdirSync(inRoot("build")).filter((each) => each.startsWith("musl-"))) {
    cpSync(inRoot("build", name), path.join(folder, "build", name), { recursive: true });
  }
}

/**
 * @param {string} folder
 * @param {{ umask: string, zone: string, epoch: string }} how
 */
async function buildIn(folder, { umask, zone, epoch }) {
  const env = { ...process.env, SOURCE_DATE_EPOCH: epoch, TZ: zone };
  for (const [script = "", ...words] of MAKERS.filter(([name = ""]) => existsSync(path.join(folder, "scripts", name)))) {
    const line = ["-c", `umask ${umask} && exec "$@"`, "sh", process.execPath, path.join("scripts", script), ...words];
    await runOrStop(`${script} failed`, "/bin/sh", line, { cwd: folder, env });
  }
}

/** @param {string} folder @returns {Map<string, string>} */
function sumsOf(folder) {
  const names = readdirSync(folder).sort();
  return new Map(
    names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(path.join(folder, name)))
        .digest("hex"),
    ]),
  );
}
