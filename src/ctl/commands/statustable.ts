/** The table of `status`, and which rows of it are asked for. Pure; whoever names processes after an action uses the same choice. */
import { makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import type { Explained, ProcessInfo } from "../client/infos.ts";
import { STATUS_EXIT } from "../exit.ts";
import type { Json } from "../json.ts";
import { paint, STATE_STYLES } from "../paint.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import { isStopped } from "../processstate.ts";
import type { Line } from "../session.ts";
import { characters, displayWidth, padded } from "../width.ts";

export type Selection = { readonly matching: readonly ProcessInfo[]; readonly errors: readonly Line[] };

/** The rows of the names in their order, and a line for each name that there is not. (CTL-077..CTL-079) */
export function select(infos: readonly ProcessInfo[], names: readonly string[]): Selection {
  if (names.length === 0 || names.includes("all")) return { matching: infos, errors: [] };
  const matching: ProcessInfo[] = [];
  const errors: Line[] = [];
  for (const name of names) {
    const found = infos.filter(matcher(name));
    matching.push(...found);
    if (found.length === 0) errors.push(unknownName(name));
  }
  return { matching, errors };
}

function matcher(name: string): (info: ProcessInfo) => boolean {
  if (isPattern(name)) return processMatcher(name);
  const { group, process } = splitNamespec(name);
  return (info) => info.group === group && (process === null || info.name === process);
}

function unknownName(name: string): Line {
  const { group, process } = splitNamespec(name);
  const isGroup = process === null && !isPattern(name);
  const error = isGroup ? "no such group" : "no such process";
  return { text: `${isGroup ? group : name}: ERROR (${error})`, exit: STATUS_EXIT.UNKNOWN, data: { name, error } };
}

const NAME_WIDTH_MIN = 30;
const STATE_WIDTH = 10;

/** How the table is shown. */
export type Look = {
  readonly hasColours?: boolean;
  /** Columns are right on a terminal, where some characters take two cells; elsewhere characters are counted, as the original does. */
  readonly byWidth?: boolean;
  /** What is known of processes beside their rows, by `group:name`. */
  readonly known?: ReadonlyMap<string, Explained>;
};

/** The table: the width of the names is that of the rows shown. (CTL-074..CTL-076, CTL-080, CTL-081) */
export function statusLines(infos: readonly ProcessInfo[], { hasColours = false, byWidth = false, known }: Look = {}): readonly Line[] {
  const measure = byWidth ? displayWidth : characters;
  const names = infos.map(({ group, name }) => makeNamespec({ group, process: name }));
  const width = names.reduce((most, name) => Math.max(most, measure(name)), NAME_WIDTH_MIN) + 3;
  return infos.map((info, at) => {
    const name = names[at] ?? "";
    const style = STATE_STYLES.get(info.statename);
    const state = hasColours && style !== undefined ? paint(style, info.statename) : info.statename;
    const text = padded(name, width, measure) + state + " ".repeat(Math.max(0, STATE_WIDTH - info.statename.length)) + info.description;
    const data = statusData(name, info, known?.get(`${info.group}:${info.name}`));
    return { text, exit: isStopped(info) ? STATUS_EXIT.NOT_RUNNING : null, data };
  });
}

/** A process for --json: what the server tells of it, with the name that `status` shows. */
export function statusData(name: string, info: ProcessInfo, explained?: Explained): Json {
  const {
    group,
    name: process,
    statename: state,
    pid,
    description,
    start,
    stop,
    now,
    spawnerr,
    exitstatus,
    stdout_logfile,
    stderr_logfile,
  } = info;
  const row = { name, group, process, state, pid, description, start, stop, now, spawnerr, exitstatus, stdout_logfile, stderr_logfile };
  if (explained === undefined) return row;
  const { reason, signal, restarts, life } = explained;
  return {
    ...row,
    exitstatus: explained.exitstatus ?? (signal === null ? exitstatus : null),
    signal,
    reason,
    restarts,
    ...(life !== null && { life }),
  };
}
