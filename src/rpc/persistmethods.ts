/** What is remembered of processes over the end of supervisord: `enable`, `disable`, and what they have said. (BOOT-010, BOOT-011) */
import { ok, refuse } from "../result.ts";
import { flag } from "./args.ts";
import type { ProcessRef, SupervisorControl } from "./control.ts";
import { fault } from "./faults.ts";
import { method } from "./method.ts";
import { splitNamespec } from "./namespec.ts";
import { isArray } from "./values.ts";

const setEnabled = method({
  name: "setEnabled",
  listed: false,
  params: [
    { name: "names", type: "array", help: "Processes: 'name' or 'group:name'" },
    { name: "enabled", type: "boolean", help: "Whether they are to start by themselves from the next start on" },
  ],
  returns: { type: "boolean", help: "True: it is on the disk" },
  faults: ["BAD_NAME", "FAILED"],
  help: "Enable or disable processes, all of them or none, as if their autostart were true or false. Nothing is started or stopped. It needs persist_state.",
  async run(control, names, enabled) {
    const texts = isArray(names) ? names.filter((name) => typeof name === "string") : [];
    if (!isArray(names) || texts.length !== names.length) return refuse(fault("INCORRECT_PARAMETERS"));
    const refs: ProcessRef[] = [];
    for (const text of texts) {
      const { group, process } = splitNamespec(text);
      if (process === null || !isConfigured(control, { group, process })) return refuse(fault("BAD_NAME", text));
      refs.push({ group, process });
    }
    const done = await control.setEnabled(refs, flag(enabled));
    return done.ok ? done : refuse(fault("FAILED", done.error));
  },
});

const enabled = method({
  name: "enabled",
  listed: false,
  params: [],
  returns: {
    type: "array",
    help: "A struct per process of which something is remembered: name ('group:name'), enabled (yes, no, or empty), wanted (up, down, or empty)",
  },
  faults: [],
  help: "Tell what is remembered of processes over the end of supervisord, those that are not configured among them.",
  run: (control) =>
    ok(
      [...(control.kept() ?? [])].map(([name, kept]) => ({
        name,
        enabled: kept.enabled === null ? "" : kept.enabled ? "yes" : "no",
        wanted: kept.wanted ?? "",
      })),
    ),
});

export const PERSIST_METHODS = [setEnabled, enabled];

/** One that is active, or that was read last and may be added. */
function isConfigured(control: SupervisorControl, ref: ProcessRef): boolean {
  if (control.process(ref) !== null) return true;
  const group = control.available().groups.find(({ name }) => name === ref.group);
  return group?.processes.some(({ name }) => name === ref.process) === true;
}
