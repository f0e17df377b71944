/** A program says something of itself by its notify socket: what that leads to, in each state in which there is a child. (RDY-008..012, HLT-010) */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { pinged, rest, resume, triggered } from "./checks.ts";
import { processMessages as say } from "./loglines.ts";
import type { Word } from "./messages.ts";
import { isReloading, saidBy, withSaid } from "./said.ts";
import { becameReady } from "./starting.ts";
import {
  type Action,
  adding,
  type DeadlineName,
  type InputOf,
  log,
  type ProcessState,
  type Transition,
  then,
  unchanged,
  withoutDeadline,
} from "./state.ts";

/** What all messages of a run can add to its deadlines. */
export const EXTENDED_MS_MAX = 24 * 3_600_000;
/** The deadlines that a program may move; one of them is in force at most. */
const EXTENDABLE: readonly DeadlineName[] = ["ready", "unready-kill", "kill", "reload"];
const ROOT = 0;

/** One message, its lines in their order. */
export const said: Action<"said"> = (config, process, now, input) => {
  if (input.child !== process.child) return unchanged(process);
  if (!counts(process, input)) return refuseSender(config, process, input);
  return input.words.reduce((so, word) => then(so, (it) => ACTS[word.kind](config, it, now, word as never)), unchanged(process));
};

/** Who has sent it is the kernel's word: the program's user, root, or the program itself, whoever it has become. (RDY-009) */
function counts({ pid }: ProcessState, { sender, uid }: InputOf<"said">): boolean {
  return sender.uid === ROOT || sender.uid === uid || sender.pid === pid;
}

function refuseSender(config: ProcessConfig, process: ProcessState, { sender }: InputOf<"said">): Transition {
  if (saidBy(process).warnedOfSender === true) return unchanged(process);
  return adding(unchanged(withSaid(process, { warnedOfSender: true })), log("warn", say.otherSender(config.name, sender.pid, sender.uid)));
}

type Act<K extends Word["kind"]> = (
  config: ProcessConfig,
  process: ProcessState,
  now: Now,
  word: Extract<Word, { readonly kind: K }>,
) => Transition;

const ACTS: { readonly [K in Word["kind"]]: Act<K> } = {
  ready: saysReady,
  reloading: saysReloading,
  stopping: (config, process) => unchanged(rest(withoutReload(withSaid(process, { stopping: true })), config)),
  ping: (config, process, now) => (process.state === "RUNNING" ? pinged(config, process, now) : unchanged(process)),
  trigger: (config, process, now) => (process.state === "RUNNING" ? triggered(config, process, now) : unchanged(process)),
  status: (_, process, __, { text }) => unchanged(withSaid(process, { status: text === "" ? undefined : text })),
  extend: (_, process, now, { ms }) => unchanged(extended(process, now.monoMs + ms)),
  "main-pid": saysMainPid,
};

function saysReady(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  if (process.state === "STARTING" && config.readyWhen.kind === "notify") {
    return process.life.ready?.failed === undefined
      ? becameReady(config, process, now, { type: "ready", child: process.child })
      : unchanged(process);
  }
  const { reloadingMs } = saidBy(process);
  if (process.state !== "RUNNING" || reloadingMs === undefined) return unchanged(process);
  const text = say.ready(config.name, "reloaded", (now.monoMs - reloadingMs) / 1000);
  const ready = withoutReload(withSaid(process, { reloadingMs: undefined }));
  return adding(unchanged(resume(config, ready, now)), log("info", text), {
    type: "lifecycle",
    name: "LIFECYCLE_READY",
    keys: { pid: process.pid },
    text,
  });
}

/** (RDY-012) */
function saysReloading(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  if (process.state !== "RUNNING" || isReloading(process) || saidBy(process).stopping === true) return unchanged(process);
  const begun = withSaid(process, { reloadingMs: now.monoMs });
  const until = config.readyTimeout > 0 ? { reload: now.monoMs + config.readyTimeout } : {};
  const text = say.reloading(config.name);
  const resting = rest({ ...begun, deadlines: { ...begun.deadlines, ...until } }, config);
  return adding(unchanged(resting), log("info", text), {
    type: "lifecycle",
    name: "LIFECYCLE_RELOADING",
    keys: { pid: process.pid },
    text,
  });
}

function withoutReload(process: ProcessState): ProcessState {
  return process.deadlines.reload === undefined ? process : { ...process, deadlines: withoutDeadline(process.deadlines, "reload") };
}

/** It has reloaded for so long that it is checked again, ready or not. (HLT-009) */
export const reloadedTooLong: Action<"deadline"> = (config, process, now) => unchanged(resume(config, process, now));

/** What is in force becomes that time at least. Once SIGKILL was sent nothing is waited for any more. */
function extended(process: ProcessState, toMs: number): ProcessState {
  const name = EXTENDABLE.find((one) => process.deadlines[one] !== undefined);
  const dueMs = name === undefined ? undefined : process.deadlines[name];
  if (name === undefined || dueMs === undefined || process.kills > 0) return process;
  const { extendedMs = 0 } = saidBy(process);
  const byMs = Math.min(toMs - dueMs, EXTENDED_MS_MAX - extendedMs);
  if (byMs <= 0) return process;
  return withSaid({ ...process, deadlines: { ...process.deadlines, [name]: dueMs + byMs } }, { extendedMs: extendedMs + byMs });
}

/** Many say their own pid, which is no news; another is the mark of a program that has gone into the background. */
function saysMainPid(config: ProcessConfig, process: ProcessState, _: Now, { pid }: Extract<Word, { kind: "main-pid" }>): Transition {
  if (pid === process.pid || saidBy(process).warnedOfMainPid === true) return unchanged(process);
  return adding(unchanged(withSaid(process, { warnedOfMainPid: true })), log("warn", say.otherMainPid(config.name, pid)));
}
