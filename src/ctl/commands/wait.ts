/**
 * `wait`: until processes are in a state, are ready, healthy or done, for deploy scripts that must not go on too early. Ends with 0 when all are, with 1 when
 * the time is up or a one-shot has failed, and with 7 as soon as a process is FATAL and so will not get there by itself. (RDY-014, ONE-001)
 */
import { STATES } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import type { Failure } from "../client/failure.ts";
import type { Explained, ProcessInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Arguments, Command, Line, Session } from "../session.ts";
import { upcheck } from "../upcheck.ts";
import { select } from "./statustable.ts";

/** What more than its state says of a process, only where the daemon knows of it. */
const BEYOND: ReadonlySet<string> = new Set(["READY", "HEALTHY", "DONE"]);
const LOOK_MS = 250;
const TIMEOUT_SECONDS_DEFAULT = 60;

export type Wish = {
  readonly names: readonly string[];
  /** States and `BEYOND`. */
  readonly states: ReadonlySet<string>;
  readonly shown: string;
  readonly timeoutMs: number;
};

export const run: Command = async (session, args) => {
  const wish = readWish(args);
  if (!wish.ok) {
    session.wrongUse(`Error: ${wish.error}`, EXIT.INVALID_ARGS, args.row);
    return ok(null);
  }
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  return waitFor(session, wish.value);
};

export function readWish({ words, options }: Pick<Arguments, "words" | "options">): Result<Wish, string> {
  if (words.length === 0) return refuse("wait requires a process name");
  const states = (options.get("for") ?? "RUNNING").toUpperCase().split(",");
  const unknown = states.find((state) => !Object.hasOwn(STATES, state) && !BEYOND.has(state));
  if (unknown !== undefined) return refuse(`no such state: ${unknown} (the states are ${[...Object.keys(STATES), ...BEYOND].join(", ")})`);
  const timeout = options.get("timeout") ?? String(TIMEOUT_SECONDS_DEFAULT);
  if (!/^\d{1,9}(\.\d+)?$/.test(timeout)) return refuse(`--timeout takes a number of seconds, not ${timeout}`);
  const timeoutMs = Number(timeout) === 0 ? Number.POSITIVE_INFINITY : Number(timeout) * 1000;
  return ok({ names: words, states: new Set(states), shown: states.join(" or "), timeoutMs });
}

async function waitFor(session: Session, wish: Wish): Promise<Result<unknown, Failure>> {
  const { clock } = session.terminal;
  const endMs = clock.monoMs() + wish.timeoutMs;
  const settled = new Set<string>();
  for (;;) {
    const infos = await session.supervisor.getAllProcessInfo();
    const explained = await explainedOf(session, wish);
    const isTimeUp = clock.monoMs() >= endMs;
    if (!infos.ok && (isTimeUp || !mayPass(infos.error))) return infos;
    if (infos.ok) {
      const { lines, isOver } = look(infos.value, wish, settled, isTimeUp, explained);
      for (const line of lines) session.report(line);
      if (isOver) return ok(null);
    }
    await clock.sleep(Math.min(LOOK_MS, Math.max(0, endMs - clock.monoMs())));
  }
}

/** By `group:name`; null: it is not asked for, or this daemon does not tell. */
async function explainedOf(session: Session, { states }: Wish): Promise<ReadonlyMap<string, Explained> | null> {
  if (![...states].some((state) => BEYOND.has(state))) return null;
  const all = await session.supervisor.explainAllProcesses();
  return all.ok ? new Map(all.value.map((one) => [`${one.group}:${one.name}`, one])) : null;
}

/** A daemon that is being replaced. */
function mayPass(failure: Failure): boolean {
  return failure.kind === "broken" || (failure.kind === "connect" && (failure.code === "ECONNREFUSED" || failure.code === "ENOENT"));
}

type Look = { readonly lines: readonly Line[]; readonly isOver: boolean };

/** What there is to say now; `settled` remembers for whom it has been said. */
export function look(
  infos: readonly ProcessInfo[],
  wish: Wish,
  settled: Set<string>,
  isTimeUp: boolean,
  explained: ReadonlyMap<string, Explained> | null = null,
): Look {
  const { matching, errors } = select(infos, wish.names);
  if (errors.length > 0) return { lines: errors.map((line) => ({ ...line, exit: EXIT.GENERIC })), isOver: true };
  const lines: Line[] = [];
  for (const info of matching) {
    const name = makeNamespec({ group: info.group, process: info.name });
    const line = settled.has(name) ? null : verdict(name, info, wish, isTimeUp, explained?.get(`${info.group}:${info.name}`)?.life ?? null);
    if (line === null) continue;
    settled.add(name);
    lines.push(line);
  }
  return { lines, isOver: matching.every(({ group, name }) => settled.has(makeNamespec({ group, process: name }))) };
}

function verdict(name: string, info: ProcessInfo, { states, shown }: Wish, isTimeUp: boolean, life: Explained["life"] | null): Line | null {
  const { statename: state } = info;
  if (states.has(state)) return { text: `${name}: ${state}`, exit: null, data: { name, state } };
  for (const wanted of states) {
    const is = BEYOND.has(wanted) ? beyond(wanted, info, life) : "not yet";
    if (is === "yes") return { text: `${name}: ${wanted}`, exit: null, data: { name, state: wanted } };
    if (is !== "not yet") return { text: `${name}: ERROR (${is})`, exit: EXIT.GENERIC, data: { name, state, error: is } };
  }
  const error = state === "FATAL" ? "is FATAL" : isTimeUp ? `is ${state}, not ${shown}, when the time was up` : null;
  if (error === null) return null;
  return { text: `${name}: ERROR (${error})`, exit: state === "FATAL" ? EXIT.NOT_RUNNING : EXIT.GENERIC, data: { name, state, error } };
}

/** `yes`, `not yet`, or why it never will be. */
function beyond(wanted: string, { statename: state, spawnerr }: ProcessInfo, life: Explained["life"] | null): string {
  switch (wanted) {
    case "READY":
      return state === "RUNNING" && life?.ready !== false ? "yes" : "not yet";
    case "HEALTHY":
      if (state !== "RUNNING") return "not yet";
      if (life?.health?.state === "healthy") return "yes";
      return life?.health === null ? "has no healthcheck" : "not yet";
    default:
      // A run that has ended as it should leaves no spawn error.
      if (state === "EXITED" && spawnerr === "") return "yes";
      if (state === "FATAL") return `failed: ${spawnerr}`;
      return state === "EXITED" && life?.next.what === "stays-down" ? `failed: ${spawnerr}` : "not yet";
  }
}
