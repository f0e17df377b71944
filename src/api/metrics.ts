/**
 * What Prometheus reads: names and units by its conventions, seconds and bytes. Everything is measured when it is asked for: one look at the machine's
 * processes, one stat for each log.
 */
import { STATES, type State } from "../process/states.ts";
import type { ProcessView } from "../rpc/control.ts";
import { refOf } from "../rpc/namespec.ts";
import { Semaphore } from "../rpc/semaphore.ts";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../version.ts";
import { STATS_AT_ONCE } from "./bounds.ts";
import { exposition, type Family, type Sample } from "./exposition.ts";
import type { Parts } from "./rows.ts";
import type { Life } from "./types.ts";
import { childrenIn, type Look, makeLook, treeOf } from "./usage.ts";
import type { ProcessDetail, ProcessSample } from "./watch.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Measured = {
  readonly labels: { readonly group: string; readonly name: string };
  readonly view: ProcessView;
  readonly detail: ProcessDetail | null;
  /** null: it does not run, or cannot be seen. */
  readonly own: ProcessSample | null;
  readonly tree: readonly ProcessSample[];
  readonly logs: readonly Sample[];
};

export async function metricsText(parts: Parts): Promise<string> {
  const sampled = await parts.watch.sample();
  const look = makeLook(sampled.ok ? sampled.value.processes : [], 0);
  const processes = await measure(parts, look);
  return exposition([...daemonFamilies(parts, look), ...processFamilies(processes), ...lifeFamilies(processes), ...queueFamilies(parts)]);
}

async function measure({ control, watch }: Parts, look: Look): Promise<readonly Measured[]> {
  const children = childrenIn(look);
  const semaphore = new Semaphore(STATS_AT_ONCE);
  const sizeOf = (path: string | null) => (path === null ? null : semaphore.run(() => control.files.stat(path)));
  const views = control.groups().flatMap(({ processes }) => processes);
  return Promise.all(
    views.map(async (view) => {
      const labels = { group: view.group, name: view.name };
      const own = (view.pid === 0 ? undefined : look.processes.get(view.pid)) ?? null;
      const [stdout, stderr] = await Promise.all([sizeOf(view.stdoutLogfile), sizeOf(view.stderrLogfile)]);
      const logs = Object.entries({ stdout, stderr }).flatMap(([stream, found]) =>
        found?.ok === true && found.value.kind === "file" ? [{ labels: { ...labels, stream }, value: found.value.size }] : [],
      );
      return { labels, view, detail: watch.detail(refOf(view)), own, tree: own === null ? [] : treeOf(own, children), logs };
    }),
  );
}

function daemonFamilies({ control, watch }: Parts, look: Look): readonly Family[] {
  const { pid, daemonPid, startedAt, rotations } = watch.daemon();
  const labels = { version: HOLDFAST_VERSION, supervisor_version: SUPERVISOR_VERSION, identifier: control.identifier() };
  const parts = Object.entries({ keeper: look.processes.get(pid), daemon: look.processes.get(daemonPid) });
  const ofParts = (value: (sample: ProcessSample) => number): readonly Sample[] =>
    parts.flatMap(([part, sample]) => (sample === undefined ? [] : [{ labels: { part }, value: value(sample) }]));
  return [
    gauge("holdfast_info", "Versions and the identifier of this instance.", [{ labels, value: 1 }]),
    gauge("holdfast_up", "1 while the daemon is neither going down nor restarting.", [
      { labels: {}, value: control.mood() === "RUNNING" ? 1 : 0 },
    ]),
    gauge("holdfast_start_time_seconds", "When this daemon began, in seconds since 1970.", [{ labels: {}, value: startedAt / 1000 }]),
    counter(
      "holdfast_cpu_seconds_total",
      "CPU time of Holdfast's own processes.",
      ofParts(({ cpuMs }) => cpuMs / 1000),
    ),
    counter("holdfast_rotations_total", "Logs that this daemon has rotated.", [{ labels: {}, value: rotations }]),
    gauge(
      "holdfast_resident_memory_bytes",
      "Resident memory of Holdfast's own processes.",
      ofParts(({ memory }) => memory),
    ),
  ];
}

function processFamilies(processes: readonly Measured[]): readonly Family[] {
  const all = (value: (one: Measured) => number | null): readonly Sample[] =>
    processes.flatMap((one) => {
      const found = value(one);
      return found === null ? [] : [{ labels: one.labels, value: found }];
    });
  const sum = (tree: readonly ProcessSample[]) => tree.reduce((total, { memory }) => total + memory, 0);
  return [
    gauge("holdfast_process_state", "1 for the state that the process is in, 0 for the others.", processes.flatMap(states)),
    gauge(
      "holdfast_process_up",
      "1 while the process is RUNNING.",
      all(({ view }) => (view.state === "RUNNING" ? 1 : 0)),
    ),
    counter(
      "holdfast_process_restarts_total",
      "How often it was started again by itself since supervisord began.",
      all(({ detail }) => detail?.restarts ?? 0),
    ),
    gauge(
      "holdfast_process_start_time_seconds",
      "When it was started, in seconds since 1970.",
      all(({ detail }) => (detail?.startedAt == null ? null : detail.startedAt / 1000)),
    ),
    gauge(
      "holdfast_process_last_exit_code",
      "How it ended last; -1: by a signal.",
      all(({ detail }) => exitCode(detail)),
    ),
    counter(
      "holdfast_process_cpu_seconds_total",
      "CPU time of the process itself.",
      all(({ own }) => (own === null ? null : own.cpuMs / 1000)),
    ),
    gauge(
      "holdfast_process_resident_memory_bytes",
      "Resident memory of the process itself.",
      all(({ own }) => own?.memory ?? null),
    ),
    gauge(
      "holdfast_process_tree_resident_memory_bytes",
      "Resident memory of the process and all its descendants; what they share counts for each.",
      all(({ own, tree }) => (own === null ? null : sum(tree))),
    ),
    gauge(
      "holdfast_process_tree_processes",
      "The process and all its descendants.",
      all(({ own, tree }) => (own === null ? null : tree.length)),
    ),
    gauge(
      "holdfast_process_log_bytes",
      "Size of the log that is written now.",
      processes.flatMap(({ logs }) => logs),
    ),
    gauge(
      "holdfast_process_log_lost_bytes",
      "Output that cannot be written at the moment.",
      all(({ detail }) => detail?.lostBytes ?? 0),
    ),
  ];
}

/** Only of processes that use it. (HIS-010) */
function lifeFamilies(processes: readonly Measured[]): readonly Family[] {
  const known = processes.flatMap(({ labels, detail }) => (detail === null ? [] : [{ labels, detail }]));
  const truths = (of: (life: Life) => boolean | null): readonly Sample[] =>
    known.flatMap(({ labels, detail: { life } }) => {
      const value = of(life);
      return value === null ? [] : [{ labels, value: value ? 1 : 0 }];
    });
  const counts = (label: string, of: (detail: ProcessDetail) => Readonly<Record<string, number>>): readonly Sample[] =>
    known.flatMap(({ labels, detail }) =>
      Object.entries(of(detail)).map(([name, value]) => ({ labels: { ...labels, [label]: name }, value })),
    );
  return [
    counter(
      "holdfast_process_restarts_by_reason_total",
      "How often it was started again, by the reason, since supervisord began.",
      counts("reason", ({ restartsByReason }) => restartsByReason),
    ),
    counter(
      "holdfast_process_hook_failures_total",
      "Hooks that failed, since supervisord began.",
      counts("hook", ({ failedHooks }) => failedHooks),
    ),
    counter(
      "holdfast_process_oom_kills_total",
      "How often the kernel has killed it for want of memory, certainly or probably, since supervisord began.",
      known.flatMap(({ labels, detail: { oomKills } }) => (oomKills === 0 ? [] : [{ labels, value: oomKills }])),
    ),
    gauge(
      "holdfast_process_ready",
      "1 while the process is ready.",
      truths(({ ready }) => ready),
    ),
    gauge(
      "holdfast_process_healthy",
      "1 while the health checks of the process succeed.",
      truths(({ health }) => (health === null || health.state === "unknown" ? null : health.state === "healthy")),
    ),
    gauge(
      "holdfast_process_waiting",
      "1 while a start of the process waits for its conditions.",
      truths(({ waitsFor }) => (waitsFor === null ? null : waitsFor.length > 0)),
    ),
    counter(
      "holdfast_job_skipped_total",
      "Runs of the job that were skipped, by the reason, since supervisord began.",
      processes.flatMap(({ labels, view: { job } }) =>
        job === null ? [] : Object.entries(job.skipped).map(([reason, value]) => ({ labels: { ...labels, reason }, value })),
      ),
    ),
    gauge(
      "holdfast_job_next_run_timestamp_seconds",
      "When the job runs next, in seconds since 1970.",
      known.flatMap(({ labels, detail: { life } }) => (life.job?.next == null ? [] : [{ labels, value: life.job.next / 1000 }])),
    ),
  ];
}

function states({ labels, view }: Measured): readonly Sample[] {
  return (Object.keys(STATES) as State[]).map((state) => ({ labels: { ...labels, state }, value: view.state === state ? 1 : 0 }));
}

function exitCode(detail: ProcessDetail | null): number | null {
  const exit = detail?.lastExit ?? null;
  return exit === null ? null : (exit.exitCode ?? -1);
}

function queueFamilies({ watch }: Parts): readonly Family[] {
  const queues = watch.queues();
  return [
    gauge(
      "holdfast_event_queue_length",
      "Events that wait for the listeners of a pool.",
      queues.map(({ pool, length }) => ({ labels: { pool }, value: length })),
    ),
    gauge(
      "holdfast_event_queue_capacity",
      "Events that may wait before the oldest is discarded.",
      queues.map(({ pool, capacity }) => ({ labels: { pool }, value: capacity })),
    ),
    counter(
      "holdfast_log_dropped_lines_total",
      "Lines of programs that did not reach a target besides their log.",
      [...watch.droppedLines()].map(([target, value]) => ({ labels: { target }, value })),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: "gauge", help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: "counter", help, samples };
}
