/** What every case of the suite starts from: a keeper, its daemon, and spawns with everything said that the case does not care about. */
import assert from "node:assert/strict";
import type { SinkSpec, Spawn, StreamSpec } from "../../src/link/messages.ts";
import { Daemon, type Keeper, type ReportOf } from "./subject.ts";

export type Case = {
  readonly name: string;
  readonly run: (k: Keeper) => Promise<void>;
  /** The only subject that can run it. */
  readonly only?: "fake" | "real";
  /** Orphans come to the keeper, as they come to PID 1. */
  readonly subreaper?: true;
};

export const NO_STREAM: StreamSpec = { stream: 0, mode: "plain", sink: 0, open: null };

/** The first daemon, greeted and ready. */
export async function begin(k: Keeper): Promise<Daemon> {
  const daemon = await greet(k);
  await daemon.does({ type: "ready" });
  return daemon;
}

/** The next daemon, greeted. */
export async function greet(k: Keeper): Promise<Daemon> {
  const daemon = new Daemon(await k.nextDaemon(), k.until);
  await daemon.hello();
  return daemon;
}

export function log(k: Keeper, name: string, more: Partial<SinkSpec> = {}): SinkSpec {
  return { path: `${k.folder}/${name}`, truncate: false, regularOnly: false, mode: 0o644, limit: 0, ...more };
}

/** A child whose number is `child`, with streams and sinks `2n` and `2n + 1`; stdout goes to `out`, stderr to the same pipe. */
export function actor(k: Keeper, child: number, words: readonly string[], more: Partial<Spawn> = {}): Spawn {
  return {
    type: "spawn",
    child,
    label: `g:p${child}`,
    path: k.actor,
    argv: ["actor", ...words],
    environment: [],
    directory: null,
    umask: null,
    user: null,
    limits: [],
    stdin: 0,
    stdout: toFile(k, child * 2, `out${child}`),
    stderr: NO_STREAM,
    lastWill: { signal: 15, waitMs: 2000, signalGroup: false, killGroup: false, rank: 0 },
    ...more,
  };
}

/** A plain stream whose sink has the same number and is opened with the spawn. */
export function toFile(k: Keeper, stream: number, name: string, more: Partial<SinkSpec> = {}): StreamSpec {
  return { stream, mode: "plain", sink: stream, open: log(k, name, more) };
}

export function asked(stream: number, sink = 0): StreamSpec {
  return { stream, mode: "asked", sink, open: null };
}

/** Waits for the end of a child and checks its wait status; what it wrote is in its files then. */
export async function exited(daemon: Daemon, child: number, waitStatus?: number): Promise<ReportOf<"exited">> {
  const report = await daemon.next("exited", (one) => one.child === child);
  if (waitStatus !== undefined) assert.equal(report.waitStatus, waitStatus, `wait status of child ${child}`);
  return report;
}

export function spawned(daemon: Daemon, child: number): Promise<ReportOf<"spawned">> {
  return daemon.next("spawned", (one) => one.child === child);
}

/** Waits until a file holds what is expected; the difference is shown when it does not come to that. */
export async function fileIs(k: Keeper, name: string, text: string): Promise<void> {
  const path = `${k.folder}/${name}`;
  try {
    await k.until(() => k.text(path) === text, `${name}`);
  } catch {
    assert.equal(k.text(path), text, `what is in ${name}`);
  }
}

/** What an actor has printed as the only line. */
export async function lineOf(k: Keeper, name: string): Promise<string> {
  await k.until(() => k.text(`${k.folder}/${name}`).endsWith("\n"), `a line in ${name}`);
  return k.text(`${k.folder}/${name}`).trimEnd();
}

export const ENOENT = 2;
export const EACCES = 13;
export const SIGKILL = 9;
export const SIGTERM = 15;
