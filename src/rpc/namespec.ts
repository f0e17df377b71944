/** Names of processes as clients write them: `name`, `group:name`, `group:*`. */
import { ok, type Result, refuse } from "../result.ts";
import type { GroupView, ProcessRef, ProcessView, SupervisorControl } from "./control.ts";
import { type Fault, fault } from "./faults.ts";

/** `process` is null where the whole group is meant. (RPC-021..023) */
export function splitNamespec(namespec: string): { readonly group: string; readonly process: string | null } {
  const colon = namespec.indexOf(":");
  if (colon < 0) return { group: namespec, process: namespec };
  const process = namespec.slice(colon + 1);
  return { group: namespec.slice(0, colon), process: process === "" || process === "*" ? null : process };
}

/** The name alone where the group is called the same. (RPC-027) */
export function makeNamespec(ref: ProcessRef): string {
  return ref.process === ref.group ? ref.process : `${ref.group}:${ref.process}`;
}

export function refOf(process: ProcessView): ProcessRef {
  return { group: process.group, process: process.name };
}

/** What the name means: a process, or a group as a whole. (RPC-024, RPC-025, RPC-028) */
export function findGroupOrProcess(control: SupervisorControl, namespec: string): Result<GroupView | ProcessView, Fault> {
  const { group, process } = splitNamespec(namespec);
  const found = process === null ? control.group(group) : control.process({ group, process });
  return found === null ? refuse(fault("BAD_NAME", namespec)) : ok(found);
}

/** Where one process is needed, a whole group is a wrong name. (RPC-026) */
export function findProcess(control: SupervisorControl, namespec: string): Result<ProcessView, Fault> {
  const found = findGroupOrProcess(control, namespec);
  if (!found.ok) return found;
  return isGroup(found.value) ? refuse(fault("BAD_NAME", namespec)) : ok(found.value);
}

/** A group by its plain name, where no namespec is taken. (RPC-072, RPC-157) */
export function findGroup(control: SupervisorControl, name: string): Result<GroupView, Fault> {
  const group = control.group(name);
  return group === null ? refuse(fault("BAD_NAME", name)) : ok(group);
}

export function isGroup(found: GroupView | ProcessView): found is GroupView {
  return "processes" in found;
}

/** Python's order of texts: by code point, where JavaScript's is by UTF-16 unit. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
