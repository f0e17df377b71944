/**
 * What clients are told about processes. The XML of a process changes only with the process, but for `now` and the uptime, so it is kept with its
 * view, and the answer about all of them is kept as long as nothing has changed in the same second. Views are immutable (control.ts), so identity
 * is all that must be compared, and what is kept goes with the view.
 */
import { STATES } from "../process/states.ts";
import { ok } from "../result.ts";
import type { ProcessInfo } from "./answerrows.ts";
import { namespec } from "./args.ts";
import { INT_MAX, INT_MIN } from "./bounds.ts";
import type { GroupView, ProcessView, SupervisorControl } from "./control.ts";
import { method } from "./method.ts";
import { byCodePoint, findProcess } from "./namespec.ts";
import { stopTimeText, uptimeText } from "./times.ts";
import { Rendered } from "./values.ts";
import { escapeText, writeMember } from "./xmlwrite.ts";

export const getProcessInfo = method({
  name: "getProcessInfo",
  params: [{ name: "name", type: "string", help: "A process: 'name' or 'group:name'" }],
  returns: { type: "struct", help: "Name, group, state, times, logs, pid and a description of the process" },
  faults: ["BAD_NAME"],
  help: "Tell everything about one process.",
  run(control, name) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    return found.ok ? ok(processInfo(control, found.value)) : found;
  },
});

export const getAllProcessInfo = method({
  name: "getAllProcessInfo",
  params: [],
  returns: { type: "array", help: "A struct per process, as getProcessInfo gives it, sorted by group and name" },
  faults: [],
  help: "Tell everything about every process.",
  run: (control) => ok(allProcessInfo(control)),
});

/** (RPC-038..054) */
export function processInfo(control: SupervisorControl, view: ProcessView): ProcessInfo {
  return {
    name: view.name,
    group: view.group,
    start: capped(view.startSeconds),
    stop: capped(view.stopSeconds),
    now: capped(nowSeconds(control)),
    state: STATES[view.state].code,
    statename: view.state,
    spawnerr: view.spawnError,
    exitstatus: view.exitStatus ?? 0,
    logfile: view.stdoutLogfile ?? "",
    stdout_logfile: view.stdoutLogfile ?? "",
    stderr_logfile: view.stderrLogfile ?? "",
    pid: view.pid,
    description: description(control, view),
  };
}

/** Every process, by group name and process name. (RPC-055, RPC-056) */
export function processesByName(groups: readonly GroupView[]): readonly ProcessView[] {
  const sorted = [...groups].sort((a, b) => byCodePoint(a.name, b.name));
  return sorted.flatMap((group) => [...group.processes].sort((a, b) => byCodePoint(a.name, b.name)));
}

/** (RPC-050..054, CRON-010) */
export function description(control: SupervisorControl, view: ProcessView): string {
  if (view.dueText !== "") return view.dueText;
  switch (view.state) {
    case "RUNNING":
      return `pid ${view.pid}, uptime ${uptimeText(Math.max(0, nowSeconds(control) - view.startSeconds))}`;
    case "FATAL":
    case "BACKOFF":
      return view.spawnError === "" ? `unknown error (try "tail ${view.name}")` : view.spawnError;
    case "STOPPED":
    case "EXITED": {
      if (view.job !== null && view.state === "STOPPED") return view.job.nextText;
      if (view.startSeconds === 0) return "Not started";
      const stopMs = view.stopSeconds * 1000;
      const stopped = stopTimeText(stopMs, control.clock.offsetMinutes(stopMs));
      return view.job === null ? stopped : `${stopped}, ${view.job.nextText}`;
    }
    default:
      return "";
  }
}

type Kept = { readonly seconds: number; readonly rendered: Rendered };
const answers = new WeakMap<readonly GroupView[], Kept>();

function allProcessInfo(control: SupervisorControl): Rendered {
  const groups = control.groups();
  const seconds = nowSeconds(control);
  const kept = answers.get(groups);
  if (kept !== undefined && kept.seconds === seconds) return kept.rendered;
  const views = processesByName(groups);
  const xml = `<value><array><data>\n${views.map((view) => infoXml(control, view, seconds)).join("")}</data></array></value>\n`;
  const rendered = new Rendered([Buffer.from(xml)], () => views.map((view) => processInfo(control, view)));
  answers.set(groups, { seconds, rendered });
  return rendered;
}

/** The XML of a process without the two places that change with the time alone. */
type Pieces = { readonly untilNow: string; readonly untilDescription: string };
const pieces = new WeakMap<ProcessView, Pieces>();

function infoXml(control: SupervisorControl, view: ProcessView, seconds: number): string {
  let known = pieces.get(view);
  if (known === undefined) {
    known = cut(processInfo(control, view));
    pieces.set(view, known);
  }
  return `${known.untilNow}${capped(seconds)}${known.untilDescription}${escapeText(description(control, view))}</string></value>\n</member>\n</struct></value>\n`;
}

function cut(info: ProcessInfo): Pieces {
  const members = Object.entries(info);
  const at = members.findIndex(([name]) => name === "now");
  const written = (from: number, to: number) =>
    members
      .slice(from, to)
      .map(([name, value]) => writeMember(name, value))
      .join("");
  return {
    untilNow: `<value><struct>\n${written(0, at)}<member>\n<name>now</name>\n<value><int>`,
    untilDescription: `</int></value>\n</member>\n${written(at + 1, members.length - 1)}<member>\n<name>description</name>\n<value><string>`,
  };
}

function nowSeconds(control: SupervisorControl): number {
  return Math.floor(control.clock.now().wallMs / 1000);
}

/** (RPC-042) */
function capped(seconds: number): number {
  return Math.min(INT_MAX, Math.max(INT_MIN, seconds));
}
