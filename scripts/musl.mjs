// musl, the C library of the static binaries that are shipped: the one that is installed, or for another processor the package of Debian, unpacked in
// build/. It is fetched with a state of apt's own, so that the dpkg of this machine gets no second architecture.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { onPath, run } from "./command.mjs";
import { inRoot } from "./places.mjs";

/** @typedef {{ lib: string, include: string }} Musl */

/** Lists of packages, then one small package: an unreachable mirror is not waited for. */
const FETCH_S = 60;

/**
 * Where musl is, or a sentence that says why it is not.
 * @param {string} triple as `aarch64-linux-musl`
 * @param {string} architecture as Debian calls it
 * @returns {Promise<Musl | string>}
 */
export async function findMusl(triple, architecture) {
  const unpacked = inRoot("build", `musl-${architecture}`);
  const here = ["/", unpacked].map((root) => placesIn(root, triple)).find(({ lib }) => existsSync(path.join(lib, "libc.a")));
  if (here !== undefined) return here;
  const why = await fetchPackage(unpacked, architecture);
  return why ?? placesIn(unpacked, triple);
}

/** @param {string} root @param {string} triple */
function placesIn(root, triple) {
  return { lib: path.join(root, "usr/lib", triple), include: path.join(root, "usr/include", triple) };
}

/** null: it is there. @param {string} target @param {string} architecture */
async function fetchPackage(target, architecture) {
  const [apt, dpkg] = [onPath("apt-get"), onPath("dpkg-deb")];
  if (apt === null || dpkg === null)
    return `musl for ${architecture} is not installed, and it can only be fetched with apt-get and dpkg-deb`;
  const state = `${target}.${process.pid}.apt`;
  try {
    for (const folder of ["lists/partial", "cache/archives/partial", "root"]) mkdirSync(path.join(state, folder), { recursive: true });
    writeFileSync(path.join(state, "status"), "");
    const words = aptWords(state, architecture);
    for (const command of [
      [apt, ...words, "-qq", "update"],
      [apt, ...words, "-qq", "download", "musl-dev"],
    ]) {
      const { code, output } = await run(command[0] ?? "", command.slice(1), { cwd: state, timeoutS: FETCH_S });
      if (code !== 0) return `musl-dev:${architecture} cannot be fetched (${output.trim().split("\n").at(-1) ?? "no answer"})`;
    }
    const file = readdirSync(state).find((name) => name.endsWith(".deb")) ?? "";
    const { code } = await run(dpkg, ["-x", path.join(state, file), path.join(state, "root")]);
    if (code !== 0) return `musl-dev:${architecture} cannot be unpacked`;
    if (!existsSync(target)) renameSync(path.join(state, "root"), target);
    return null;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** @param {string} state @param {string} architecture */
function aptWords(state, architecture) {
  const values = {
    "Dir::State::lists": path.join(state, "lists"),
    "Dir::State::status": path.join(state, "status"),
    "Dir::Cache": path.join(state, "cache"),
    "APT::Architecture": architecture,
    "APT::Architectures::": architecture,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}
