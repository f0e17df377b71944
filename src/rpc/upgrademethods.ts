/** Replacing supervisord in place by what is installed. (UPG) */
import { ok, refuse } from "../result.ts";
import type { UpgradeOptions } from "./control.ts";
import { fault } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { isStruct, type RpcStruct, type RpcValue } from "./values.ts";

const FLAGS = ["check", "daemonOnly", "force"] as const;

const upgrade = method({
  name: "upgrade",
  listed: false,
  params: [
    {
      name: "options",
      type: "struct",
      help: "check: nothing changes; daemonOnly; force: also when nothing differs; from: the absolute path of another package",
      optional: true,
    },
  ],
  returns: {
    type: "struct",
    help:
      "outcome (nothing, checked, begun), id, keeper, keeperBuild, daemon, installedKeeper, installedKeeperBuild, installedDaemon, node, processes; " +
      "begun: the connection ends, and lastUpgrade of holdfast.versions tells of this id",
  },
  faults: ["FAILED", "BAD_ARGUMENTS"],
  help: "Replace keeper and daemon in place by what is installed; no program notices. A refusal names the step and changes nothing.",
  async run(control, given): Promise<Answer> {
    const options = optionsOf(given);
    if (options === null) return refuse(fault("INCORRECT_PARAMETERS"));
    if (options.from !== null && !options.from.startsWith("/")) return refuse(fault("BAD_ARGUMENTS", "from: the path is not absolute"));
    const upgraded = await control.upgrade(options);
    return upgraded.ok ? ok({ ...upgraded.value }) : refuse(fault("FAILED", upgraded.error));
  },
});

/** null: there is an option that it has not, or a value that cannot be. */
function optionsOf(given: RpcValue | undefined): UpgradeOptions | null {
  if (given === undefined) return { check: false, daemonOnly: false, force: false, from: null };
  if (!isStruct(given) || ![...given.keys()].every((name) => name === "from" || FLAGS.some((flag) => flag === name))) return null;
  const [check, daemonOnly, force] = FLAGS.map((flag) => given.get(flag) ?? false);
  const from = given.get("from") ?? "";
  if (typeof check !== "boolean" || typeof daemonOnly !== "boolean" || typeof force !== "boolean" || typeof from !== "string") return null;
  return { check, daemonOnly, force, from: from === "" ? null : from };
}

const versions = method({
  name: "versions",
  listed: false,
  params: [],
  returns: {
    type: "struct",
    help:
      "keeper, keeperBuild, daemon, node, protocol, table, installedKeeper, installedKeeperBuild, installedDaemon; lastUpgrade, when there was one: " +
      "id, at, over, step (0: none failed), error, fromKeeper, fromKeeperBuild, fromDaemon, toKeeper, toKeeperBuild, toDaemon, node, awayMs, processes",
  },
  faults: [],
  help: "Tell what runs, what is installed, and how the last upgrade went.",
  duringShutdown: true,
  async run(control): Promise<Answer> {
    const { lastUpgrade, ...names } = await control.versions();
    const struct: RpcStruct = lastUpgrade === null ? { ...names } : { ...names, lastUpgrade: { ...lastUpgrade } };
    return ok(struct);
  },
});

export const UPGRADE_METHODS = [upgrade, versions];
