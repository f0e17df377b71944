/** What is sent to programs: text to a standard input, an event to listeners. */
import { ok, refuse } from "../result.ts";
import { namespec } from "./args.ts";
import { fault } from "./faults.ts";
import { method } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import { pythonText } from "./values.ts";

export const sendProcessStdin = method({
  name: "sendProcessStdin",
  params: [
    { name: "name", type: "string", help: "A process: 'name' or 'group:name'" },
    { name: "chars", type: "string", help: "The text; it is sent as UTF-8" },
  ],
  returns: { type: "boolean", help: "True" },
  faults: ["INCORRECT_PARAMETERS", "BAD_NAME", "NOT_RUNNING", "NO_FILE", "FAILED"],
  help: "Send text to the standard input of a process.",
  /** The order of the checks is what clients see: text, name, state, open. (RPC-106, RPC-107, RPC-109) */
  async run(control, name, chars) {
    if (typeof chars !== "string") return refuse(fault("INCORRECT_PARAMETERS", chars === null ? null : pythonText(chars)));
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    if (found.value.pid === 0 || found.value.stopping) return refuse(fault("NOT_RUNNING", text.value));
    const sent = await control.sendStdin(refOf(found.value), Buffer.from(chars));
    if (sent.ok) return sent;
    // The original says status 500 and yet sends a part later; here nothing was taken, so that a second try sends it once. (RPC-111)
    return refuse(
      sent.error === "closed" ? fault("NO_FILE", text.value) : fault("FAILED", `the standard input of ${text.value} takes no more`),
    );
  },
});

export const sendRemoteCommEvent = method({
  name: "sendRemoteCommEvent",
  params: [
    { name: "type", type: "string", help: "What listeners see as the event's type" },
    { name: "data", type: "string", help: "What follows it" },
  ],
  returns: { type: "boolean", help: "True, also when nobody listens" },
  faults: [],
  help: "Send an event to the listeners that subscribed to REMOTE_COMMUNICATION.",
  duringShutdown: true,
  async run(control, type, data) {
    await control.remoteEvent(pythonText(type), pythonText(data));
    return ok(true);
  },
});
