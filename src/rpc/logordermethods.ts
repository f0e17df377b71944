/** Logs are rotated now, or opened again by their names. (LOGX-023, LOGX-024) */
import { ok, type Result, refuse, unreachable } from "../result.ts";
import { namespec } from "./args.ts";
import type { ProcessRef, RotateFailure, SupervisorControl } from "./control.ts";
import { type Failure, type Fault, fault } from "./faults.ts";
import { type Method, method } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import type { RpcValue } from "./values.ts";

/** The activity log, where no process has that name. */
const SUPERVISORD = "supervisord";

const rotateLogs = method({
  name: "rotateLogs",
  listed: false,
  params: [{ name: "name", type: "string", help: "A process: 'name' or 'group:name'; 'supervisord' for the activity log" }],
  returns: { type: "boolean", help: "True; a log that is empty stays as it is" },
  faults: ["BAD_NAME", "NO_FILE", "BAD_ARGUMENTS", "FAILED"],
  help: "Rotate the logs of a process now, though they have not reached their size.",
  async run(control, name) {
    const meant = meantBy(control, name);
    if (!meant.ok) return meant;
    const rotated = await control.rotateLogs(meant.value === SUPERVISORD ? null : meant.value);
    return rotated.ok ? rotated : refuse(faultOf(rotated.error));
  },
});

const reopenLogs = method({
  name: "reopenLogs",
  listed: false,
  params: [
    {
      name: "name",
      type: "string",
      help: "A process: 'name' or 'group:name'; 'supervisord': the activity log; nothing: all",
      optional: true,
    },
  ],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME"],
  help: "Open log files again by their names, after something has moved them, as SIGUSR2 does.",
  async run(control, name) {
    const meant = name === undefined || name === "" ? ok("all" as const) : meantBy(control, name);
    if (!meant.ok) return meant;
    await control.reopenLogs(meant.value);
    return ok(true);
  },
});

export const LOG_ORDER_METHODS: readonly Method[] = [rotateLogs, reopenLogs];

function meantBy(control: SupervisorControl, name: RpcValue): Result<ProcessRef | typeof SUPERVISORD, Failure> {
  const text = namespec(name);
  if (!text.ok) return text;
  const found = findProcess(control, text.value);
  if (found.ok) return ok(refOf(found.value));
  return text.value === SUPERVISORD ? ok(SUPERVISORD) : found;
}

function faultOf(failure: RotateFailure): Fault {
  switch (failure.kind) {
    case "no-file":
      return fault("NO_FILE", "no log file");
    case "no-backups":
      return fault("BAD_ARGUMENTS", "backups=0: nothing would be kept; use clear");
    case "failed":
      return fault("FAILED", failure.text);
    default:
      return unreachable(failure);
  }
}
