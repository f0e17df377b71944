/** What an update would do, and an update: reread, then group by group, as `supervisorctl update` does it. */

import type { PreviewedGroup, SupervisorControl } from "../rpc/control.ts";
import { FAULTS } from "../rpc/faults.ts";
import { fails, failure, json, type Reply } from "./reply.ts";
import type { UpdateOutcome, UpdatePreview } from "./types.ts";

export async function updatePreview(control: SupervisorControl): Promise<Reply> {
  const previewed = await control.previewUpdate();
  if (!previewed.ok) return cannotReread(control, previewed.error);
  const { groups, warnings } = previewed.value;
  const preview: UpdatePreview = { groups: groups.map(previewRow), warnings };
  return json(preview);
}

async function cannotReread(control: SupervisorControl, text: string): Promise<Reply> {
  const { errors } = await control.checkConfig();
  return failure(409, { code: FAULTS.CANT_REREAD, name: "CANT_REREAD", message: `CANT_REREAD: ${text}`, errors });
}

function previewRow({ group, change, details, processes }: PreviewedGroup): UpdatePreview["groups"][number] {
  const rows = details.map(({ process, option, from, to }) => ({ process: process ?? "", option, from, to }));
  return { group, change, inPlace: processes !== null, details: rows };
}

/** All that differ, or those of `groups` alone. */
export async function applyUpdates(control: SupervisorControl, body: unknown): Promise<Reply> {
  const wanted = wantedGroups(body);
  if (wanted === "wrong") return fails(400, "INCORRECT_PARAMETERS", 'the body is {"groups": ["name", ...]}, or empty for all');
  if (control.mood() !== "RUNNING") return fails(503, "SHUTDOWN_STATE", "SHUTDOWN_STATE");
  const plan = await control.reloadConfig();
  if (!plan.ok) return cannotReread(control, plan.error);
  const isWanted = (name: string) => wanted === null || wanted.has(name);
  const outcomes: UpdateOutcome[] = [];
  for (const group of plan.value.removed.filter(isWanted)) outcomes.push(await removed(control, group));
  for (const group of plan.value.changed.filter(isWanted)) outcomes.push(await changed(control, group));
  for (const group of plan.value.added.filter(isWanted)) outcomes.push(await added(control, group, "added"));
  return json(outcomes);
}

/** null: all. */
function wantedGroups(body: unknown): ReadonlySet<string> | null | "wrong" {
  if (body === null) return null;
  if (typeof body !== "object" || Array.isArray(body)) return "wrong";
  const { groups = null, ...others } = body as { readonly groups?: unknown };
  if (Object.keys(others).length > 0) return "wrong";
  if (groups === null) return null;
  return Array.isArray(groups) && groups.every((name) => typeof name === "string") ? new Set(groups) : "wrong";
}

async function changed(control: SupervisorControl, group: string): Promise<UpdateOutcome> {
  const inPlace = await control.applyUpdate(group);
  if (inPlace.ok && inPlace.value) return { group, done: "updated", message: "in place" };
  const gone = await removed(control, group);
  return gone.done === "failed" ? gone : added(control, group, "updated");
}

async function removed(control: SupervisorControl, group: string): Promise<UpdateOutcome> {
  const processes = control.group(group)?.processes ?? [];
  const stops = processes.filter(({ pid, state }) => pid !== 0 || state === "BACKOFF" || state === "STARTING");
  await Promise.all(stops.map(({ name }) => control.stop({ group, process: name }, "stopped")));
  const gone = await control.removeGroup(group);
  if (gone.ok) return { group, done: "removed", message: "" };
  return { group, done: "failed", message: gone.error === "still-running" ? "it is still running" : "there is no such group any more" };
}

async function added(control: SupervisorControl, group: string, done: "added" | "updated"): Promise<UpdateOutcome> {
  const there = await control.addGroup(group);
  if (there.ok) return { group, done, message: "" };
  return { group, done: "failed", message: there.error === "already-added" ? "it is there already" : "it could not be added" };
}
