/** Schedules: listing them, pausing and resuming them. (CRON-002, HIS-008) */
import { ok, refuse, unreachable } from "../result.ts";
import { namespec } from "./args.ts";
import type { JobView, ProcessView, SupervisorControl } from "./control.ts";
import { fault } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import { processesByName } from "./processinfo.ts";
import { stopTimeText } from "./times.ts";
import type { RpcStruct, RpcValue } from "./values.ts";

const NAME = { name: "name", type: "string", help: "A process with a schedule: 'name' or 'group:name'" } as const;
const TEXTS = "lastRun (`Nov 28 02:31 AM`) and result (`exit 0`), nextRun (`next run Nov 29 02:30 AM`)";
const NUMBERS = "next (seconds since 1970, 0: none), overlaps and missed (how many runs were skipped)";

const jobs = method({
  name: "jobs",
  listed: false,
  params: [],
  returns: {
    type: "array",
    help: `A struct per process with a schedule: group, name, schedule, timezone, paused, queued, ${TEXTS}, ${NUMBERS}`,
  },
  faults: [],
  help: "Tell of every process with a schedule when it ran last and when it runs next.",
  run: (control) => ok(processesByName(control.groups()).flatMap((view) => (view.job === null ? [] : [jobRow(control, view, view.job)]))),
});

const pauseJob = method({
  name: "pauseJob",
  listed: false,
  params: [NAME],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME"],
  help: "Pause the schedule of a process. A run that is under way goes on.",
  run: (control, name) => order(control, name, "pauseJob"),
});

const resumeJob = method({
  name: "resumeJob",
  listed: false,
  params: [NAME],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME"],
  help: "Resume the schedule of a process, from now on.",
  run: (control, name) => order(control, name, "resumeJob"),
});

export const JOB_METHODS = [jobs, pauseJob, resumeJob];

async function order(control: SupervisorControl, name: RpcValue, verb: "pauseJob" | "resumeJob"): Promise<Answer> {
  const text = namespec(name);
  if (!text.ok) return text;
  const found = findProcess(control, text.value);
  if (!found.ok) return found;
  const isJob = await control[verb](refOf(found.value));
  return isJob ? ok(true) : refuse(fault("BAD_NAME", `${text.value} has no schedule`));
}

function jobRow(control: SupervisorControl, view: ProcessView, job: JobView): RpcStruct {
  const startMs = view.startSeconds * 1000;
  return {
    group: view.group,
    name: view.name,
    schedule: job.schedule,
    timezone: job.timezone ?? "",
    paused: job.paused,
    queued: job.queued,
    lastRun: view.startSeconds === 0 ? "" : stopTimeText(startMs, control.clock.offsetMinutes(startMs)),
    result: resultOf(view),
    nextRun: job.nextText,
    next: job.nextMs === null ? 0 : Math.floor(job.nextMs / 1000),
    overlaps: job.skipped.overlap,
    missed: job.skipped.missed,
  };
}

/** How its last run ended, or that it is under way. */
function resultOf(view: ProcessView): string {
  switch (view.state) {
    case "STARTING":
    case "RUNNING":
    case "STOPPING":
      return "running";
    case "BACKOFF":
    case "FATAL":
      return view.spawnError;
    case "EXITED":
      return view.exitStatus === null || view.exitStatus < 0 ? "signal" : `exit ${view.exitStatus}`;
    case "STOPPED":
      return view.startSeconds === 0 ? "" : "stopped";
    case "UNKNOWN":
      return "unknown";
    default:
      return unreachable(view.state);
  }
}
