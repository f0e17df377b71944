/** A program takes up a new configuration of its own. (RLD) */
import { ok, refuse, unreachable } from "../result.ts";
import { namespec, orderToken } from "./args.ts";
import type { ReloadFailure } from "./control.ts";
import { type Fault, fault } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import { isStruct, type RpcValue } from "./values.ts";

export const reloadProcess = method({
  name: "reloadProcess",
  listed: false,
  params: [
    { name: "name", type: "string", help: "A process: 'name' or 'group:name'" },
    { name: "options", type: "struct", help: "token: a word of the client's own; given again it is the same order", optional: true },
  ],
  returns: { type: "boolean", help: "True, when it has reloaded as far as it tells" },
  faults: ["BAD_NAME", "NOT_RUNNING", "FAILED"],
  help: "Have a process take up a new configuration of its own, by its reload_signal or reload_command.",
  async run(control, name, options): Promise<Answer> {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    const token = tokenOf(options);
    if (token === null) return refuse(fault("INCORRECT_PARAMETERS"));
    const reloaded = await control.reload(refOf(found.value), token);
    return reloaded.ok ? ok(true) : refuse(faultOf(text.value, reloaded.error));
  },
});

function tokenOf(options: RpcValue | undefined): string | null {
  if (options === undefined) return "";
  if (!isStruct(options) || ![...options.keys()].every((name) => name === "token")) return null;
  return orderToken(options.get("token"));
}

function faultOf(name: string, failure: ReloadFailure): Fault {
  switch (failure.kind) {
    case "not-running":
      return fault("NOT_RUNNING", name);
    case "none":
      return fault("FAILED", "no reload_signal or reload_command");
    case "failed":
      return fault("FAILED", failure.text);
    default:
      return unreachable(failure);
  }
}
