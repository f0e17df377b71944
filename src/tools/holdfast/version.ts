/** `holdfast version`: what is installed; and the words with which a container without a shell starts supervisord. */
import { ourFlag } from "../../config/commandline.ts";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../../version.ts";
import { findKeeper, findLauncher } from "./installation.ts";
import { type Call, EXIT, type Verb } from "./verb.ts";

export const VERSION: Verb = {
  name: "version",
  what: "print the version that is installed",
  usage: "[--json | --entrypoint]",
  flags: [
    ourFlag("json", "as JSON, with the keeper, Node.js and the folder of the installation"),
    ourFlag("entrypoint", "the ENTRYPOINT of a container image that has no shell, as a JSON array"),
  ],
  wordsMax: 0,
  run,
};

async function run({ flags, root, environment, say, fail }: Call): Promise<number> {
  if (flags.has("entrypoint")) {
    const launcher = findLauncher(root);
    if (launcher === null) return fail(`there is no compiled supervisord in ${root}`);
    say(`${JSON.stringify([launcher])}\n`);
  } else if (flags.has("json")) {
    const found = {
      version: HOLDFAST_VERSION,
      supervisor: SUPERVISOR_VERSION,
      node: process.versions.node,
      root,
      keeper: findKeeper(root, environment),
    };
    say(`${JSON.stringify(found)}\n`);
  } else say(`${HOLDFAST_VERSION}\n`);
  return EXIT.SUCCESS;
}
