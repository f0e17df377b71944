/** The steps of an upgrade before anything changes: what is installed is found, its keeper is asked what it is, its daemon whether it can take over. */
import { ok, type Result, refuse } from "../../result.ts";
import { HOLDFAST_VERSION } from "../../version.ts";
import type { Runtime } from "../runtime.ts";
import { formatsText, isSameKeeper, readFormats, readLaunchData } from "./launchdata.ts";
import { CHECK_STATES, readAnswer, writeQuestion } from "./question.ts";
import { installedRoot, readTarget, type Target, whyNotTrusted } from "./target.ts";

export type Options = {
  /** Nothing changes. */
  readonly check: boolean;
  readonly daemonOnly: boolean;
  /** Also when nothing differs. */
  readonly force: boolean;
  /** The folder of another package than the one that is installed; absolute. */
  readonly from: string | null;
};

export type Refused = { readonly step: number; readonly text: string };
export type Names = { readonly keeper: string; readonly keeperBuild: string; readonly daemon: string };

export type Plan = {
  readonly target: Target;
  readonly to: Names;
  /** The version of node that the next daemon runs under. */
  readonly node: string;
  /** How the daemon is replaced: by the same words, or by a keeper that is executed anew. */
  readonly by: "restart" | "keeper";
  /** What is executed; null: the keeper that runs. */
  readonly keeper: string | null;
  readonly differs: boolean;
};

const FORMATS_MS = 2000;
const STATES_MS = 10_000;
const NODE_MS = 2000;
/** So much of what a program said is shown. */
const SHOWN_MAX = 4000;

/** What runs: what the keeper says of itself, empty where it says nothing. */
export function runningNames({ keeperNames }: Runtime): Names {
  return { keeper: keeperNames?.version ?? "", keeperBuild: keeperNames?.build ?? "", daemon: HOLDFAST_VERSION };
}

export async function makePlan(runtime: Runtime, options: Options): Promise<Result<Plan, Refused>> {
  const found = await findTarget(runtime, options);
  if (!found.ok) return refuse({ step: 1, text: found.error });
  const target = found.value;
  const names = await askKeeper(runtime, target);
  if (!names.ok) return refuse({ step: 2, text: names.error });
  const running = runningNames(runtime);
  const to = options.daemonOnly ? { ...names.value, keeper: running.keeper, keeperBuild: running.keeperBuild } : names.value;
  const how = howReplaced(runtime, options, target, to);
  const isOther = how.isOther || options.force || (await isOtherNode(runtime, target));
  if (!isOther) return ok({ target, to, node: runtime.doors.installation.nodeVersion, differs: false, by: how.by, keeper: how.keeper });
  if (how.by === "restart" && target.data.protocol[0] > runtime.keeperVersion) {
    return refuse({ step: 1, text: `the daemon ${to.daemon} does not understand this keeper: upgrade both` });
  }
  const answer = await askDaemon(runtime, target);
  return answer.ok
    ? ok({ target, to, node: answer.value.node, differs: true, by: how.by, keeper: how.keeper })
    : refuse({ step: 3, text: answer.error });
}

async function findTarget(runtime: Runtime, { from }: Options): Promise<Result<Target, string>> {
  const { doors, uid } = runtime;
  if (from === null) return readTarget(doors, await installedRoot(doors), false);
  const root = (await doors.installation.realPath(from)) ?? from;
  const target = await readTarget(doors, root, true);
  if (!target.ok) return target;
  // Who may only call methods could else have a program of his run as the user of supervisord.
  const why = await whyNotTrusted(doors, root, uid);
  return why === null ? target : refuse(why);
}

async function askKeeper({ doors }: Runtime, { keeper, data, isKeeperNamed }: Target): Promise<Result<Names, string>> {
  const head = await doors.files.readAt(keeper, 0, ELF_HEAD_BYTES);
  if (!head.ok) return refuse(`${keeper}: ${head.error}`);
  // Node would hand to a shell what is none of this machine's.
  if (!isExecutable(head.value, doors.installation.arch))
    return refuse(`${keeper}: ENOEXEC, it is no executable of linux-${doors.installation.arch}`);
  const { end, stdout, stderr } = await doors.installation.run(keeper, ["--formats"], {
    input: "",
    timeoutMs: FORMATS_MS,
    environment: "none",
  });
  const formats = end === 0 ? readFormats(stdout) : null;
  if (formats === null) return refuse(`${keeper} --formats: ${endText(end, stderr, FORMATS_MS)}`);
  if (!isKeeperNamed && !isSameKeeper(formats, data)) {
    return refuse(`${keeper} is ${formatsText(formats)}, and its package has ${formatsText(data)}`);
  }
  return ok({ keeper: formats.version, keeperBuild: formats.build, daemon: data.version });
}

const ELF_HEAD_BYTES = 20;
const ELF_MAGIC = 0x464c457f;
const MACHINE_AT = 18;
/** By the kernel's numbers; of other platforms only that it is one. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

function isExecutable(head: Uint8Array, arch: string): boolean {
  if (head.length < ELF_HEAD_BYTES) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const machine = MACHINES[arch];
  return view.getUint32(0, true) === ELF_MAGIC && (machine === undefined || view.getUint16(MACHINE_AT, true) === machine);
}

type How = { readonly by: Plan["by"]; readonly keeper: string | null; readonly isOther: boolean };

function howReplaced(runtime: Runtime, { daemonOnly, force }: Options, { argv, keeper, data }: Target, to: Names): How {
  const { installation } = runtime.doors;
  const running = runningNames(runtime);
  const own = installation.launchData === null ? null : readLaunchData(installation.launchData);
  const isOtherDaemon = data.version !== HOLDFAST_VERSION || (own?.ok === true && data.daemonBuild !== own.value.daemonBuild);
  const isOtherKeeper = !daemonOnly && (running.keeper !== to.keeper || running.keeperBuild !== to.keeperBuild);
  const areOtherWords = argv.join("\0") !== installation.argv.join("\0");
  const by = isOtherKeeper || areOtherWords || (force && !daemonOnly) ? "keeper" : "restart";
  return { by, keeper: daemonOnly ? null : keeper, isOther: isOtherDaemon || isOtherKeeper || areOtherWords };
}

/** Another Node.js lies by now where the one was that runs. */
async function isOtherNode({ doors }: Runtime, { argv: [node = ""] }: Target): Promise<boolean> {
  const { end, stdout } = await doors.installation.run(node, ["--version"], { input: "", timeoutMs: NODE_MS, environment: "own" });
  return end === 0 && stdout.trim() !== `v${doors.installation.nodeVersion}`;
}

async function askDaemon(runtime: Runtime, { argv }: Target): Promise<Result<{ readonly node: string }, string>> {
  const { doors, loop, requests, keeperPid } = runtime;
  const store = (await requests.recall(loop)) ?? new Map<string, Uint8Array>();
  const [node = "", ...words] = argv;
  const input = writeQuestion({ birth: doors.birth, keeperPid, store });
  const { end, stdout, stderr } = await doors.installation.run(node, [...words, CHECK_STATES], {
    input,
    timeoutMs: STATES_MS,
    environment: "own",
  });
  if (end !== 0 && (typeof end === "string" || stdout === "")) return refuse(`${argv.at(-1)}: ${endText(end, stderr, STATES_MS)}`);
  const answer = readAnswer(stdout.slice(0, SHOWN_MAX));
  return answer;
}

function endText(end: number | string, stderr: string, timeoutMs: number): string {
  const said = stderr.trim().slice(0, SHOWN_MAX);
  if (end === "late") return `there was no answer within ${timeoutMs / 1000} seconds`;
  if (typeof end === "string") return said === "" ? end : `${end}: ${said}`;
  return said === "" ? `it ended with ${end} and did not say what was asked` : said;
}
