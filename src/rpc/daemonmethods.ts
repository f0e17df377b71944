/** What the daemon is, and its end. */
import { MOODS } from "../process/states.ts";
import { ok, refuse } from "../result.ts";
import { SUPERVISOR_VERSION } from "../version.ts";
import { fault } from "./faults.ts";
import { method } from "./method.ts";

const API_VERSION = "3.0";

export const getAPIVersion = method({
  name: "getAPIVersion",
  aliases: ["getVersion"],
  params: [],
  returns: { type: "string", help: "The version" },
  faults: [],
  help: "Tell the version of this interface.",
  run: () => ok(API_VERSION),
});

export const getSupervisorVersion = method({
  name: "getSupervisorVersion",
  params: [],
  returns: { type: "string", help: "The version of Supervisor that this daemon stands in for" },
  faults: [],
  help: "Tell the version of the daemon.",
  run: () => ok(SUPERVISOR_VERSION),
});

export const getIdentification = method({
  name: "getIdentification",
  params: [],
  returns: { type: "string", help: "The option 'identifier'" },
  faults: [],
  help: "Tell by which name this daemon is known.",
  run: (control) => ok(control.identifier()),
});

export const getState = method({
  name: "getState",
  params: [],
  returns: { type: "struct", help: "statecode (int) and statename (string)" },
  faults: [],
  help: "Tell the state of the daemon.",
  run(control) {
    const mood = control.mood();
    return ok({ statecode: MOODS[mood], statename: mood });
  },
});

export const getPID = method({
  name: "getPID",
  params: [],
  returns: { type: "int", help: "The process id" },
  faults: [],
  help: "Tell the process id of supervisord.",
  run: (control) => ok(control.supervisordPid()),
});

export const shutdown = method({
  name: "shutdown",
  params: [],
  returns: { type: "boolean", help: "True, before anything has stopped" },
  faults: [],
  help: "Stop all processes and end the daemon.",
  run(control) {
    control.shutdown();
    return ok(true);
  },
});

export const restart = method({
  name: "restart",
  params: [],
  returns: { type: "boolean", help: "True, before anything has stopped" },
  faults: ["CANT_REREAD"],
  help: "Read the configuration anew, stop all processes and start again under the same process id.",
  async run(control) {
    const ordered = await control.restart();
    if (ordered.ok) return ordered;
    return refuse(control.mood() === "SHUTDOWN" ? fault("SHUTDOWN_STATE") : fault("CANT_REREAD", ordered.error));
  },
});
