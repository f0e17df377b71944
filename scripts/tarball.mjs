// A tar whose bytes depend on nothing but what is in it: sorted, of nobody, with one time, and compressed without a name.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { onPath } from "./command.mjs";
import { Stop } from "./progress.mjs";

/** More than the largest thing that is packed, Node.js. */
const TAR_MAX = 512 * 1024 * 1024;

/**
 * @param {string} folder becomes the one folder in the tar
 * @param {string} file
 * @param {{ epoch: number, level?: number }} options
 */
export function tarball(folder, file, { epoch, level = 9 }) {
  const tar = onPath("tar");
  if (tar === null) throw new Stop("tar was not found on PATH.");
  const words = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", `--mtime=@${epoch}`, "--mode=u=rwX,go=rX", "--format=gnu"];
  const made = spawnSync(tar, [...words, "-C", path.dirname(folder), "-cf", "-", path.basename(folder)], { maxBuffer: TAR_MAX });
  if (made.status !== 0) throw new Stop(`${made.stderr}\n${path.basename(file)} could not be made.`);
  writeFileSync(file, gzipSync(made.stdout, { level }));
}
