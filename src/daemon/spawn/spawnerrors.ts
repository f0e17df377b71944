/** The words for a spawn that failed. */
import { limitText } from "../../config/limits.ts";
import type { ProcessConfig } from "../../config/model.ts";
import { splitCommand } from "../../config/shellwords.ts";
import { errnoWords } from "../../errnowords.ts";
import type { Report } from "../../link/messages.ts";
import type { Member } from "../../supervisor/world.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import { errnoName } from "../loop/errno.ts";
import { streamNumber } from "../loop/numbers.ts";
import type { Turn } from "../loop/turn.ts";
import { isLimited, limitOf } from "./attributes.ts";

type Failure = Extract<Report, { type: "spawn-failed" }>;

/** Spawn error texts for what fails before there is a child. (PROC-072, PROC-073, PROC-075, PROC-076) */
export function spawnErrorText(name: string, failure: Failure): string {
  const errno = errnoName(failure.errno);
  if (failure.step === "fork") {
    return errno === "EAGAIN"
      ? `Too many processes in process table to spawn '${name}'`
      : `unknown error during fork for '${name}': ${errno}`;
  }
  return errno === "EMFILE" ? `too many open files to spawn '${name}'` : `unknown error making dispatchers for '${name}': ${errno}`;
}

/** What the original's child writes to its stderr before it ends with 127 is output like any other. (PROC-077..083) */
export function saySpawnFailure(
  { uid, outputs }: { readonly uid: number; readonly outputs: Pick<Outputs, "said"> },
  turn: Turn,
  member: Member,
  failure: Failure,
): void {
  const reason = childFailureText(uid, member, failure);
  const text = `${reason === null ? "" : `supervisor: ${reason}\n`}supervisor: child process was not spawned\n`;
  const stream = streamNumber(failure.child, member.config.redirectStderr ? "stdout" : "stderr");
  outputs.said(turn, stream, new TextEncoder().encode(text));
}

/** The same for people who ask why. */
export function whyNotSpawned(uid: number, member: Member, failure: Failure): string {
  const errno = errnoName(failure.errno);
  const text = childFailureText(uid, member, failure) ?? `couldn't spawn: ${failure.step}: ${errno}`;
  return text.replace(errno, errnoWords(errno));
}

function childFailureText(uid: number, member: Member, failure: Failure): string | null {
  const { config } = member;
  const errno = errnoName(failure.errno);
  const ofLimit = limitFailureText(config, failure);
  if (ofLimit !== null) return ofLimit;
  switch (failure.step) {
    case "setgroups":
    case "setgid":
      return `couldn't setuid to ${config.uid ?? 0}: ${userFailureText(uid, failure.step)}`;
    case "chdir":
      return `couldn't chdir to ${config.directory ?? ""}: ${errno}`;
    case "exec":
      return `couldn't exec ${argv0(config.command)}: ${errno}`;
    default:
      return null;
  }
}

/** Why a command beside a program was not run: it has the same limits. (LIM-002, LIM-003) */
export function whyNotRun(config: ProcessConfig, { step, errno }: Pick<Failure, "step" | "errno">): string {
  return limitFailureText(config, { step, errno }) ?? `${step}: ${errnoName(errno)}`;
}

/** What limits a program could not be set, by the option that says it; null for what no option says. (LIM-002) */
export function limitFailureText(config: ProcessConfig, { step, errno }: Pick<Failure, "step" | "errno">): string | null {
  const resource = step.startsWith("rlimit-") ? step.slice("rlimit-".length) : "";
  const limit = isLimited(resource) ? limitOf(config, resource) : null;
  if (limit !== null) return cannotSet(`rlimit_${resource}`, limitText(limit), errno);
  switch (step) {
    case "setgroups":
      if (config.supplementaryGroups !== null)
        return cannotSet("supplementary_groups", config.supplementaryGroups.join(",") || "none", errno);
      return config.group === null ? null : cannotSet("group", config.group, errno);
    case "setgid":
      return config.group === null ? null : cannotSet("group", config.group, errno);
    case "cgroup":
      return `couldn't join its control group: ${errnoName(errno)}`;
    case "session":
      return cannotSet("session", "true", errno);
    case "scheduling":
      return cannotSet("nice", config.nice ?? 0, errno);
    case "oom":
      return cannotSet("oom_score_adj", config.oomScoreAdj ?? 0, errno);
    case "no-new-privs":
      return cannotSet("no_new_privs", "true", errno);
    default:
      return null;
  }
}

function cannotSet(option: string, value: string | number, errno: number): string {
  return `couldn't set ${option} to ${value}: ${errnoName(errno)}`;
}

/** (PROC-079) */
function userFailureText(uid: number, step: "setgroups" | "setgid"): string {
  if (uid !== 0) return "Can't drop privilege as nonroot user";
  return step === "setgroups" ? "Could not set groups of effective user" : "Could not set group id of effective user";
}

/** The word as written, without its quotes. */
function argv0(command: string): string {
  const words = splitCommand(command);
  return (words.ok ? words.value[0] : undefined) ?? "";
}
