// The texts of the Debian packages that depend on version and time: control, copyright and changelog.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { bundledParts, muslLicence } from "./inside.mjs";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

const MAINTAINER = "The Holdfast authors <holdfast@localhost.localdomain>";

/** @typedef {{ version: string, architecture: string, size: number }} Package */

/** @param {Package} what */
export function control({ version, architecture, size }) {
  return `Package: holdfast
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: nodejs (>= 20.19) | holdfast-node
Provides: supervisor (= 4.4.0)
Conflicts: supervisor
Replaces: supervisor
Section: admin
Priority: optional
Description: process control system, in place of Supervisor
 Holdfast reads the configuration files of Supervisor, has its commands,
 its XML-RPC and its event protocol. Programs are held by a small process
 in C that is never restarted; the daemon that decides may die or be
 replaced, and no program and no byte of output is lost.
 .
 An upgrade of this package does not stop programs.
`;
}

/** @param {Package & { nodeVersion: string }} what */
export function nodeControl({ version, architecture, size, nodeVersion }) {
  return `Package: holdfast-node
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6
Enhances: holdfast
Section: admin
Priority: optional
Description: Node.js for Holdfast alone
 Holdfast needs Node.js 20.19 or later, which Debian 12 does not have. This
 is Node.js ${nodeVersion}, in a folder where only Holdfast looks for it.
`;
}

export function copyright() {
  const parts = bundledParts().map(({ name, licence, text }) => ({
    files: `usr/lib/holdfast/dist/*\nComment: ${name} is in it`,
    licence,
    text,
  }));
  const own = { files: "*", licence: "MIT", text: readFileSync(inRoot("LICENSE"), "utf8") };
  const musl = {
    files: "usr/lib/holdfast/bin/* usr/lib/holdfast/dist/holdfast-keeper\nComment: musl is in them",
    licence: "MIT",
    text: muslLicence(),
  };
  return dep5([own, ...parts, musl]);
}

/** The text that comes with Node.js. @param {string} node */
export function nodeCopyright(node) {
  const bin = path.dirname(realpathSync(node));
  const places = [path.join(bin, "../LICENSE"), path.join(bin, "../share/doc/nodejs/LICENSE"), path.join(bin, "../share/doc/node/LICENSE")];
  const file = places.find((each) => existsSync(each)) ?? process.env["HOLDFAST_NODE_LICENSE"];
  if (file === undefined) throw new Stop(`The licence of ${node} was not found: HOLDFAST_NODE_LICENSE names the file.`);
  return `Node.js, from https://nodejs.org/\n\nCopyright Node.js contributors. All rights reserved.\n\n${readFileSync(file, "utf8")}`;
}

/** @param {readonly { files: string, licence: string, text: string }[]} stanzas */
function dep5(stanzas) {
  const written = stanzas.map(({ files, licence, text }) => {
    const [, holder = "its authors"] = /Copyright (?:\(c\)|©)? ?(.*)/i.exec(text) ?? [];
    const body = text
      .trim()
      .split("\n")
      .map((line) => (line.trim() === "" ? " ." : ` ${line}`));
    return `Files: ${files}\nCopyright: ${holder}\nLicense: ${licence}\n${body.join("\n")}\n`;
  });
  return ["Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Holdfast\n", ...written].join("\n");
}

/** In Debian's form; the whole story is in CHANGELOG.md. @param {{ name: string, version: string, epoch: number }} what */
export function changelog({ name, version, epoch }) {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `${name} (${version}) unstable; urgency=medium\n\n  * Version ${version}.\n\n -- ${MAINTAINER}  ${date}\n`;
}
