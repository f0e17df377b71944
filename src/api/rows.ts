/** The daemon, its groups and processes as rows for viewers. */

import type { DependencyView, GroupView, ProcessView, SupervisorControl } from "../rpc/control.ts";
import { makeNamespec, refOf } from "../rpc/namespec.ts";
import { description } from "../rpc/processinfo.ts";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../version.ts";
import { GONE } from "./life.ts";
import type { DaemonRow, DependencyRow, GroupRow, ProcessRow } from "./types.ts";
import type { Watch } from "./watch.ts";

export type Parts = { readonly control: SupervisorControl; readonly watch: Watch };

/** `words`: what it said last, where that matters. */
export function processRow({ control, watch }: Parts, view: ProcessView, words: readonly string[]): ProcessRow {
  const ref = refOf(view);
  const detail = watch.detail(ref);
  return {
    group: view.group,
    name: view.name,
    namespec: makeNamespec(ref),
    state: view.state,
    description: description(control, view),
    pid: view.pid,
    startedAt: detail?.startedAt ?? null,
    stoppedAt: detail?.stoppedAt ?? null,
    restarts: detail?.restarts ?? 0,
    spawnError: view.spawnError === "" ? null : view.spawnError,
    lastExit: detail?.lastExit ?? null,
    lastWords: words,
    retryAt: detail?.retryAt ?? null,
    priority: view.priority,
    autostart: detail?.autostart ?? false,
    stdoutLog: view.stdoutLogfile !== null,
    stderrLog: view.stderrLogfile !== null,
    lostBytes: detail?.lostBytes ?? 0,
    life: detail?.life ?? GONE,
  };
}

export function groupRow(
  parts: Parts,
  { name, priority, processes }: GroupView,
  wordsOf: (view: ProcessView) => readonly string[],
): GroupRow {
  return { name, priority, processes: processes.map((view) => processRow(parts, view, wordsOf(view))) };
}

export function dependencyRow({ from, to, processes, condition, holds }: DependencyView): DependencyRow {
  return { from: makeNamespec(from), to, processes: processes.map(makeNamespec), condition, holds };
}

export function daemonRow({ control, watch }: Parts): DaemonRow {
  const { pid, startedAt, configFile, hostName } = watch.daemon();
  return {
    identifier: control.identifier(),
    version: HOLDFAST_VERSION,
    supervisorVersion: SUPERVISOR_VERSION,
    pid,
    startedAt,
    state: control.mood(),
    configFile,
    hostName,
    log: control.mainLogfile() !== null,
  };
}
