/**
 * What must hold whatever happens, seen from outside: by who knows everything about the host and nothing about the daemon. The list with its
 * reasons is docs/invariants.md; each check here bears the number it has there.
 */

import { strayKeys } from "../../src/daemon/groups/storedgroups.ts";
import { readStoredConfig } from "../../src/daemon/lifecycle/takeover.ts";
import type { Runtime } from "../../src/daemon/runtime.ts";
import type { Batch } from "../../src/link/messages.ts";
import { STATES } from "../../src/process/states.ts";
import type { SupervisorControl } from "../../src/rpc/control.ts";
import { pendingRecords } from "../../src/supervisor/update.ts";
import { allMembers, label } from "../../src/supervisor/world.ts";
import type { Child } from "./keeper/children.ts";
import type { FakeKeeper } from "./keeper/keeper.ts";
import { ownerOf } from "./liferuns.ts";
import type { Tree } from "./tree.ts";

/** The lines of one child that must be in one file. */
type Written = { readonly label: string; readonly path: string; readonly lines: string[] };

const AUTO_FOLDER = "/log/auto/";
/** Below are the daemon's own logs. */
const FIRST_CHILD_SINK = 16;
const COUNTED = /^x*(\d+ \d+)$/;

export class Invariants {
  readonly violations: string[] = [];
  readonly #nowMs: () => number;
  readonly #liveByLabel = new Map<string, Child>();
  readonly #written = new Map<string, Written>();
  /** What ran when a reload was promised. */
  readonly #toBeRestarted = new Set<Child>();
  /** A disk lost bytes, so lines may lack; none may be doubled. */
  bytesMayBeLost = false;
  /** Calls on files fail, so that logs may not be opened anew. */
  filesMayFail = false;
  /** An operator cleared logs: nothing is said about lines. */
  linesMayBeGone = false;
  /** A reload swept the AUTO logs away. */
  autoLogsSwept = false;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(text: string): void {
    this.violations.push(`at ${(this.#nowMs() - 1_000_000).toFixed(2)}: ${text}`);
  }

  watch(keeper: FakeKeeper): void {
    keeper.children.onLife = (child, alive) => this.#life(child, alive);
    keeper.children.onLine = (child, channel, line) => this.#line(child, channel, line);
    keeper.onAnswer = (type, text) => this.add(`I-4 the keeper answered ${type}: ${text}`);
  }

  /** I-5: a batch acknowledges a number once and says one thing about a key. */
  batch({ acknowledged, states }: Batch): void {
    if (new Set(acknowledged).size !== acknowledged.length) this.add(`I-5 a batch acknowledges twice: ${acknowledged.join(" ")}`);
    if (new Set(states.map((state) => state.key)).size !== states.length) this.add("I-5 a batch says two things about a key");
  }

  /** I-1: a label has one live child at most. */
  #life(child: Child, alive: boolean): void {
    // Auxiliary runs are looked at in liferuns.ts.
    if (ownerOf(child.label) !== null) return;
    const other = this.#liveByLabel.get(child.label);
    if (!alive) {
      if (other === child) this.#liveByLabel.delete(child.label);
      return;
    }
    if (other !== undefined) this.add(`I-1 ${child.label} is spawned as child ${child.child} while child ${other.child} lives`);
    this.#liveByLabel.set(child.label, child);
  }

  #line(child: Child, channel: "stdout" | "stderr", line: string): void {
    if (channel !== "stdout" || !COUNTED.test(line)) return;
    const { open } = child.spawn.stdout;
    if (open === null) return;
    const key = `${child.child}`;
    const written = this.#written.get(key) ?? { label: child.label, path: open.path, lines: [] };
    written.lines.push(line);
    this.#written.set(key, written);
  }

  /** I-3: every counted line is in the files of its log once, in its order, over all rotations. Called when everything has come to rest. */
  checkLines(tree: Tree): void {
    if (this.linesMayBeGone) return;
    for (const [path, all] of this.#byPath()) {
      if (this.autoLogsSwept && path.startsWith(AUTO_FOLDER)) continue;
      const found = new Map<string, string[]>();
      for (const line of logText(tree, path).split("\n")) {
        const counted = COUNTED.exec(line)?.[1];
        if (counted === undefined) continue;
        const pid = counted.split(" ")[0] ?? "";
        found.set(pid, [...(found.get(pid) ?? []), counted]);
      }
      for (const { label, lines } of all) this.#compare(label, path, lines, found.get(lines[0]?.split(" ")[0] ?? "") ?? []);
    }
  }

  #byPath(): Map<string, Written[]> {
    const byPath = new Map<string, Written[]>();
    for (const written of this.#written.values()) byPath.set(written.path, [...(byPath.get(written.path) ?? []), written]);
    return byPath;
  }

  /** I-12: a successor of a daemon at rest would find what that daemon knows, and nothing else. */
  legacy(runtime: Runtime, keeper: FakeKeeper): string[] {
    const store = new Map(keeper.store);
    const found = readStoredConfig({ store });
    if (!found.ok) return [`I-12 a successor could not begin: ${found.error}`];
    const { running, available, groups } = found.value;
    const wrong: string[] = [];
    const same = (what: string, stored: unknown, known: unknown): void => {
      if (JSON.stringify(stored) !== JSON.stringify(known)) wrong.push(`I-12 a successor would find other ${what}`);
    };
    const active = [...runtime.world.groups.values()];
    same(
      "groups",
      running.groups,
      active.map((group) => group.config),
    );
    same("groups read last", available.groups, runtime.available.groups);
    same(
      "pending changes",
      groups.groups.map(({ pending }) => pending.length),
      active.map((group) => pendingRecords(group).length),
    );
    const labels = new Set([...allMembers(runtime.world)].map(({ ref }) => label(ref)));
    const strays = strayKeys(store, groups, labels);
    if (strays.length > 0) wrong.push(`I-12 nothing belongs to ${strays.join(", ")}`);
    return wrong;
  }

  #compare(label: string, path: string, lines: readonly string[], found: readonly string[]): void {
    if (this.bytesMayBeLost) {
      const wanted = new Set(lines);
      const seen = found.filter((line) => wanted.has(line));
      if (new Set(seen).size !== seen.length) this.add(`I-3 ${label} has a line twice in ${path}`);
      return;
    }
    if (found.length === lines.length && found.every((line, index) => line === lines[index])) return;
    const at = lines.findIndex((line, index) => line !== found[index]);
    const where =
      at < 0
        ? `${found.length - lines.length} more at the end, ${found[lines.length]}`
        : `line ${at}: wrote '${lines[at]}', found '${found[at]}'`;
    this.add(`I-3 ${label} wrote ${lines.length} lines, ${found.length} are in ${path}: ${where}`);
  }

  /** I-6: what the daemon says of a process is so. A difference of a moment is none: who asks compares several answers. */
  agreement(port: SupervisorControl, keeper: FakeKeeper): string[] {
    const found: string[] = [];
    const live = new Map(keeper.children.live.map((child) => [child.label, child]));
    for (const group of port.groups()) {
      for (const process of group.processes) {
        const label = `${process.group}:${process.name}`;
        const child = live.get(label);
        live.delete(label);
        const runs = process.pid !== 0;
        if (runs && child === undefined)
          found.push(`I-6 ${label} is said to be ${process.state} with pid ${process.pid}, and nothing runs`);
        if (!runs && child !== undefined) found.push(`I-6 ${label} is said to be ${process.state}, and pid ${child.pid} runs`);
        if (runs && child !== undefined && child.pid !== process.pid)
          found.push(`I-6 ${label} is said to have pid ${process.pid}, and has ${child.pid}`);
        if (STATES[process.state].stopped && runs && process.state !== "UNKNOWN") found.push(`I-6 ${label} is ${process.state} with a pid`);
      }
    }
    const known = new Set(port.groups().flatMap(({ processes }) => processes.map(({ group, name }) => `${group}:${name}`)));
    for (const [label, child] of live)
      if (!known.has(ownerOf(label) ?? "")) found.push(`I-6 pid ${child.pid} of ${label} runs, and no process of the daemon is called so`);
    return found;
  }

  /** I-7: nothing stays untold, and nothing is kept for children that are gone. The same as for agreement: a moment does not count. */
  tidiness(keeper: FakeKeeper): string[] {
    const found = [...keeper.reports.kept.values()].map((report) => `I-7 ${report.type}#${report.report} is not acknowledged`);
    const streams = keeper.streams.entries();
    for (const stream of streams) if (!stream.open) found.push(`I-7 stream ${stream.stream} has ended and is still kept`);
    const writers = new Set(streams.map((stream) => stream.sink));
    const unused = keeper.sinks.entries().filter((sink) => sink.sink >= FIRST_CHILD_SINK && !writers.has(sink.sink));
    for (const { sink, path } of unused) found.push(`I-7 nobody writes to sink ${sink} (${path}), and it is open`);
    return found;
  }

  /** A reload was answered, or SIGHUP was taken. */
  reloadPromised(keeper: FakeKeeper): void {
    for (const child of keeper.children.live) this.#toBeRestarted.add(child);
  }

  /** I-11: a reload that was promised has happened: what ran then runs no more. One that was refused is told. */
  promises(keeper: FakeKeeper, tree: Tree): string[] {
    if (this.filesMayFail || tree.text("/log/supervisord.log").includes("everything goes on as it is")) return [];
    const left = keeper.children.live.filter((child) => this.#toBeRestarted.has(child));
    return left.map((child) => `I-11 ${child.label} (pid ${child.pid}) was not restarted by the reload that was promised`);
  }

  /** I-13: what is written to a log is found at its path. */
  logsAtTheirPaths(keeper: FakeKeeper, tree: Tree): string[] {
    if (this.filesMayFail) return [];
    const astray = keeper.sinks.written.filter(({ path, inode }) => {
      const found = tree.find(path);
      return inode.kind === "file" && !(found.ok && found.value === inode);
    });
    return astray.map(({ path }) => `I-13 what is written to ${path} goes into another file`);
  }

  /** I-8: after the end there is no child and the code is the one that was asked for. */
  checkEnd(keeper: FakeKeeper, code: number): void {
    if (keeper.ended !== code) this.add(`I-8 the keeper ended with ${keeper.ended}, not with ${code}`);
    for (const child of keeper.children.live) this.add(`I-8 ${child.label} (pid ${child.pid}) lives on after the end`);
  }
}

/** A log with its backups, the oldest first. */
function logText(tree: Tree, path: string): string {
  const backups = tree.fileNames().filter((name) => name.startsWith(`${path}.`) && /^\d+$/.test(name.slice(path.length + 1)));
  const numbers = backups.map((name) => Number(name.slice(path.length + 1))).sort((a, b) => b - a);
  return numbers.map((number) => tree.text(`${path}.${number}`)).join("") + tree.text(path);
}
