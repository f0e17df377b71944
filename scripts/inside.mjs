// What of other people is in what we ship: the packages that esbuild has put into the programs and the page, as its metafile says, and the C library of
// the static executables. From it come the licence texts that go with every package, and the list of components (CycloneDX). (PKG-041)
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { keeperNames } from "./keeper.mjs";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

const FOLDER = inRoot("build", "inside");
const MUSL_LICENCE = inRoot("scripts", "npm", "musl-licence.txt");

/** @typedef {{ name: string, version: string, licence: string, text: string }} Part */

/** Where a part of the build writes which files it was made of. @param {string} part */
export function insideFile(part) {
  return path.join(FOLDER, `${part}.json`);
}

/**
 * Keeps the names of the packages that are among the inputs.
 * @param {string} part
 * @param {readonly string[]} inputs paths from the root, as esbuild's metafile has them
 */
export function keepInside(part, inputs) {
  const names = inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(insideFile(part), `${JSON.stringify([...new Set(names)].sort())}\n`);
}

/** Packages of npm that are in the programs and in the page. @returns {readonly Part[]} */
export function bundledParts() {
  /** @type {string[]} */
  const names = ["programs", "page"].flatMap((part) => JSON.parse(readFileSync(insideFile(part), "utf8")));
  return [...new Set(names)].sort().map((name) => {
    const folder = inRoot("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENCE"].map((each) => path.join(folder, each)).find((each) => existsSync(each));
    if (file === undefined) throw new Stop(`${name} is inside and comes without the text of its licence.`);
    return { name, version, licence: license, text: readFileSync(file, "utf8").trim() };
  });
}

export function muslLicence() {
  return readFileSync(MUSL_LICENCE, "utf8").trim();
}

/** The text that goes with the packages. @param {{ isStatic: boolean }} what `isStatic`: with executables that have musl inside */
export function thirdPartyLicences({ isStatic }) {
  const parts = bundledParts().map(({ name, version, licence, text }) => ({ title: `${name} ${version} (${licence})`, text }));
  const musl = { title: "musl, the C library of the static executables (MIT)", text: muslLicence() };
  const all = isStatic ? [...parts, musl] : parts;
  return `What of others is in Holdfast, and under which licence.\n\n${all.map(({ title, text }) => `## ${title}\n\n${text}\n`).join("\n")}`;
}

/**
 * CycloneDX 1.5. Nothing in it depends on where and when it was made.
 * @param {number} epoch
 */
export function componentsOf(epoch) {
  const { version, build } = keeperNames();
  const libraries = bundledParts().map((part) => ({
    type: "library",
    "bom-ref": `pkg:npm/${part.name.replace("@", "%40")}@${part.version}`,
    name: part.name,
    version: part.version,
    purl: `pkg:npm/${part.name.replace("@", "%40")}@${part.version}`,
    licenses: [{ license: { id: part.licence } }],
  }));
  const keeper = {
    type: "application",
    "bom-ref": "holdfast-keeper",
    name: "holdfast-keeper",
    version,
    licenses: [{ license: { id: "MIT" } }],
    properties: [{ name: "holdfast:build", value: build }],
    components: ["keeper", "launcher"].flatMap((folder) => sourcesIn(folder)),
  };
  const musl = {
    type: "library",
    "bom-ref": "musl",
    name: "musl",
    description: "linked into the static executables",
    licenses: [{ license: { id: "MIT" } }],
  };
  const references = libraries.map((each) => each["bom-ref"]);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: { type: "application", "bom-ref": "holdfast", name: "holdfast", version, licenses: [{ license: { id: "MIT" } }] },
    },
    components: [...libraries, keeper, musl],
    dependencies: [
      { ref: "holdfast", dependsOn: [...references, "holdfast-keeper"] },
      { ref: "holdfast-keeper", dependsOn: ["musl"] },
    ],
  };
}

/** @param {string} folder */
function sourcesIn(folder) {
  const names = readdirSync(inRoot(folder)).filter((name) => /\.[ch]$/.test(name));
  return names.sort().map((name) => ({
    type: "file",
    name: `${folder}/${name}`,
    hashes: [
      {
        alg: "SHA-256",
        content: createHash("sha256")
          .update(readFileSync(inRoot(folder, name)))
          .digest("hex"),
      },
    ],
  }));
}
