/** Reading, tailing and clearing logs. The arithmetic of offsets is `logs/reading.ts`; only the file that is written now is ever looked at (LOG-105). */
import { readRange, tailRange } from "../logs/reading.ts";
import { ok, type Result, refuse } from "../result.ts";
import { integer, namespec } from "./args.ts";
import { LOG_READ_BYTES_MAX } from "./bounds.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { processesByPriority, rowName, rowsOf } from "./fanout.ts";
import { type Failure, type Fault, fault } from "./faults.ts";
import { isReadable } from "./following.ts";
import { logText } from "./logtext.ts";
import { type Answer, method, type Param } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import type { Rendered, RpcValue } from "./values.ts";

const NAME = { name: "name", type: "string", help: "A process: 'name' or 'group:name'" } as const satisfies Param;
const OFFSET = {
  name: "offset",
  type: "int",
  help: "The first byte; below zero with length 0: so many bytes from the end",
} as const satisfies Param;
const LENGTH = { name: "length", type: "int", help: "At most so many bytes; 0: to the end" } as const satisfies Param;
const TAIL_OFFSET = { name: "offset", type: "int", help: "The first byte that is not known yet" } as const satisfies Param;
const TAIL_LENGTH = { name: "length", type: "int", help: "At most so many bytes" } as const satisfies Param;
/** What clients read where the activity log is no file. (RPC-138) */
const SYSLOG = "syslog";
const TAIL = { type: "array", help: "[text, size of the log, whether it holds more than offset + length]" } as const;

type Channel = "stdoutLogfile" | "stderrLogfile";

export const readLog = method({
  name: "readLog",
  aliases: ["readMainLog"],
  params: [OFFSET, LENGTH],
  returns: { type: "string", help: "The text; what is not UTF-8 is replaced" },
  faults: ["NO_FILE", "BAD_ARGUMENTS", "FAILED"],
  help: "Read a part of the daemon's own log.",
  run(control, offset, length) {
    const path = control.mainLogfile();
    return path === null ? refuse(fault("NO_FILE", SYSLOG)) : readPart(control, path, { offset, length });
  },
});

export const readProcessStdoutLog = method({
  name: "readProcessStdoutLog",
  aliases: ["readProcessLog"],
  params: [NAME, OFFSET, LENGTH],
  returns: { type: "string", help: "The text; what is not UTF-8 is replaced" },
  faults: ["BAD_NAME", "NO_FILE", "BAD_ARGUMENTS", "FAILED"],
  help: "Read a part of what a process wrote to its standard output.",
  run: (control, name, offset, length) => readOf(control, name, { channel: "stdoutLogfile", offset, length }),
});

export const readProcessStderrLog = method({
  name: "readProcessStderrLog",
  params: [NAME, OFFSET, LENGTH],
  returns: { type: "string", help: "The text; what is not UTF-8 is replaced" },
  faults: ["BAD_NAME", "NO_FILE", "BAD_ARGUMENTS", "FAILED"],
  help: "Read a part of what a process wrote to its standard error.",
  run: (control, name, offset, length) => readOf(control, name, { channel: "stderrLogfile", offset, length }),
});

export const tailProcessStdoutLog = method({
  name: "tailProcessStdoutLog",
  aliases: ["tailProcessLog"],
  params: [NAME, TAIL_OFFSET, TAIL_LENGTH],
  returns: TAIL,
  faults: ["BAD_NAME"],
  help: "Read the end of what a process wrote to its standard output. With more in it than asked for, the last bytes come, not those from offset.",
  run: (control, name, offset, length) => tailOf(control, name, { channel: "stdoutLogfile", offset, length }),
});

export const tailProcessStderrLog = method({
  name: "tailProcessStderrLog",
  params: [NAME, TAIL_OFFSET, TAIL_LENGTH],
  returns: TAIL,
  faults: ["BAD_NAME"],
  help: "Read the end of what a process wrote to its standard error. With more in it than asked for, the last bytes come, not those from offset.",
  run: (control, name, offset, length) => tailOf(control, name, { channel: "stderrLogfile", offset, length }),
});

export const clearLog = method({
  name: "clearLog",
  params: [],
  returns: { type: "boolean", help: "True" },
  faults: ["NO_FILE", "FAILED"],
  help: "Begin the daemon's own log anew. Rotated files stay.",
  async run(control) {
    const cleared = await control.clearMainLog();
    return cleared.ok ? cleared : refuse(fault(cleared.error === "no-file" ? "NO_FILE" : "FAILED"));
  },
});

export const clearProcessLogs = method({
  name: "clearProcessLogs",
  aliases: ["clearProcessLog"],
  params: [NAME],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME", "FAILED"],
  help: "Begin the logs of a process anew. Rotated files stay.",
  async run(control, name) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    return found.ok ? clearOne(control, found.value, text.value) : found;
  },
});

export const clearAllProcessLogs = method({
  name: "clearAllProcessLogs",
  params: [],
  returns: { type: "array", help: "A struct per process: name, group, status (80 or a fault number), description" },
  faults: [],
  help: "Begin the logs of all processes anew.",
  async run(control) {
    const processes = processesByPriority(control.groups());
    return ok(await rowsOf(processes.map((process) => ({ process, outcome: clearOne(control, process, rowName(process)), atOnce: true }))));
  },
});

/** The last `bytes` of a process's output, for the page that shows it. */
export function readEnd(control: SupervisorControl, process: ProcessView, bytes: number): Promise<Result<string | Rendered, Failure>> {
  return readPart(control, process.stdoutLogfile, { offset: -bytes, length: 0 });
}

export async function clearOne(control: SupervisorControl, process: ProcessView, called: string): Promise<Result<true, Fault>> {
  const cleared = await control.clearLogs(refOf(process));
  return cleared.ok ? cleared : refuse(fault("FAILED", called));
}

type Part = { readonly offset: RpcValue; readonly length: RpcValue };
type PartOf = Part & { readonly channel: Channel };

async function readOf(control: SupervisorControl, name: RpcValue, part: PartOf): Promise<Answer> {
  const text = namespec(name);
  if (!text.ok) return text;
  const found = findProcess(control, text.value);
  return found.ok ? readPart(control, found.value[part.channel], part) : found;
}

/** The order of the checks is what clients see: file, numbers, open, arithmetic. (RPC-117..130) */
async function readPart(control: SupervisorControl, path: string | null, part: Part): Promise<Result<string | Rendered, Failure>> {
  const size = await sizeOf(control, path);
  if (path === null || size === "missing") return refuse(fault("NO_FILE", path));
  const offset = integer(part.offset);
  if (!offset.ok) return offset;
  const length = integer(part.length);
  if (!length.ok) return length;
  if (size === "no-log") return refuse(fault("FAILED"));
  const range = readRange(size, Math.max(-LOG_READ_BYTES_MAX, offset.value), length.value);
  if (!range.ok) return refuse(fault(range.error));
  const text = await logText(control, path, range.value);
  return text.ok ? text : refuse(fault("FAILED"));
}

/** Never a fault for what the file is like. (RPC-131..137) */
async function tailOf(control: SupervisorControl, name: RpcValue, part: PartOf): Promise<Answer> {
  const text = namespec(name);
  if (!text.ok) return text;
  const found = findProcess(control, text.value);
  if (!found.ok) return found;
  const path = found.value[part.channel];
  const size = await sizeOf(control, path);
  if (path === null || size === "missing") return ok(["", 0, false]);
  const offset = integer(part.offset);
  if (!offset.ok) return offset;
  const length = integer(part.length);
  if (!length.ok) return length;
  if (size === "no-log") return ok(["", offset.value, false]);
  const range = tailRange(size, offset.value, Math.min(LOG_READ_BYTES_MAX, length.value));
  const read = await logText(control, path, range);
  return ok(read.ok ? [read.value, range.newOffset, range.overflow] : ["", offset.value, false]);
}

/** `no-log`: a directory, another device than /dev/null, a pipe: nothing that could be read without the danger of waiting for ever. */
async function sizeOf(control: SupervisorControl, path: string | null): Promise<number | "missing" | "no-log"> {
  if (path === null) return "missing";
  const found = await control.files.stat(path);
  // A disk that does not answer says nothing of what is there.
  if (!found.ok) return found.error === "ETIMEDOUT" ? "no-log" : "missing";
  return isReadable(found.value) ? found.value.size : "no-log";
}
