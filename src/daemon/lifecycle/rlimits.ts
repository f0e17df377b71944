/**
 * minfds and minprocs: the soft limits are raised where they are lower, never lowered. The keeper is asked, whose limits programs are born with: node
 * has raised its own on the way here. (PROC-226, CONF-328..335)
 */
import type { Limit } from "../../link/messages.ts";
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";

type Resource = Limit["resource"];
type Line = { readonly level: "info"; readonly text: string };

/** Lines for the log, or the text of the refusal. */
export async function raiseLimits(runtime: Runtime): Promise<Result<readonly Line[], string>> {
  const lines: Line[] = [];
  for (const [resource, least] of [
    ["nofile", runtime.running.daemon.minFds],
    ["nproc", runtime.running.daemon.minProcs],
  ] as const) {
    const now = await limit(runtime, { resource, soft: 0n, hard: 0n });
    if (now.errno !== 0 || now.soft >= BigInt(Math.max(0, least))) continue;
    const wanted = BigInt(least);
    const raised = await limit(runtime, { resource, soft: wanted, hard: now.hard < wanted ? wanted : now.hard });
    if (raised.errno !== 0) return refuse(refusal(resource, least, now.hard));
    lines.push({ level: "info", text: say.limitIncreased(resource === "nofile" ? "NOFILE" : "NPROC", least) });
  }
  return ok(lines);
}

/** Sets a limit; both numbers 0 only ask. */
function limit(runtime: Runtime, wanted: Limit): Promise<Limit & { readonly errno: number }> {
  const answer = runtime.requests.next("limited");
  runtime.loop.post((turn) => turn.effect({ type: "limit", ...wanted }));
  return answer;
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
