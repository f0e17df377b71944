/** minfds and minprocs: the soft limits are raised where they are lower, never lowered. (PROC-226, CONF-328..335) */
import { daemonMessages as say } from "../logs/messages.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Core } from "./core.ts";

type Resource = "nofile" | "nproc";
type Line = { readonly level: "info"; readonly text: string };

const NAMES = { nofile: "Max open files", nproc: "Max processes" } as const;
const INFINITY = 2n ** 64n - 1n;

/** Lines for the log, or the text of the refusal. */
export async function raiseLimits(core: Core): Promise<Result<readonly Line[], string>> {
  const status = await core.doors.files.readText("/proc/self/limits");
  if (!status.ok) return ok([]);
  const text = new TextDecoder().decode(status.value);
  const lines: Line[] = [];
  for (const [resource, least] of [
    ["nofile", core.running.daemon.minFds],
    ["nproc", core.running.daemon.minProcs],
  ] as const) {
    const now = parseLimit(text, resource);
    if (now === null || now.soft >= BigInt(Math.max(0, least))) continue;
    const raised = await raise(core, resource, BigInt(least), now.hard);
    if (!raised) return refuse(refusal(resource, least, now.hard));
    lines.push({ level: "info", text: say.limitIncreased(resource === "nofile" ? "NOFILE" : "NPROC", least) });
  }
  return ok(lines);
}

/** A line of /proc/PID/limits. */
export function parseLimit(text: string, resource: Resource): { readonly soft: bigint; readonly hard: bigint } | null {
  const line = text.split("\n").find((one) => one.startsWith(NAMES[resource]));
  const [soft, hard] = line?.slice(NAMES[resource].length).trim().split(/\s+/) ?? [];
  if (soft === undefined || hard === undefined) return null;
  const number = (word: string) => (word === "unlimited" ? INFINITY : BigInt(word));
  return { soft: number(soft), hard: number(hard) };
}

async function raise(core: Core, resource: Resource, least: bigint, hard: bigint): Promise<boolean> {
  const answer = core.answers.next("limited");
  core.loop.post((turn) => turn.effect({ type: "limit", resource, soft: least, hard: hard < least ? least : hard }));
  return (await answer).errno === 0;
}

/** The original's words, with the real limit where it shows the wanted number (CONF-334). */
function refusal(resource: Resource, least: number, hard: bigint): string {
  const [what, option, where, things, word, end] =
    resource === "nofile"
      ? (["file descriptors", "minfds", "open", "file descriptors", "usable file descriptors", "process"] as const)
      : (["available processes", "minprocs", "open", "processes", "usable processes", "program"] as const);
  return (
    `The minimum number of ${what} required to run this ${end} is ${least} as per the "${option}" command-line argument or config file setting. ` +
    `The current environment will only allow you to ${where} ${hard} ${things}.  Either raise the number of ${word} in your environment ` +
    `(see README.rst) or lower the ${option} setting in the config file to allow the ${resource === "nofile" ? "process" : "program"} to start.`
  );
}
