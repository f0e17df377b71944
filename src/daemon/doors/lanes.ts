/**
 * Lanes to the few threads that work on files. A disk that hangs keeps the threads of those who wait for it, and whoever asks once more takes another: so
 * what many may ask for at once, the logs and the commands, goes through lanes, few of them for each folder, and everything else finds a thread.
 */
import path from "node:path";
import type { Doors, Errno, Files } from "../../doors.ts";
import { type Result, refuse } from "../../result.ts";
import { realTimers } from "./timers.ts";

/**
 * Threads for files, names of hosts and passwords; libuv makes them all when the first is needed. Those of idle ones cost next to nothing. The keeper
 * says how many there may be: fewer where processes are limited, so that a daemon can always be replaced.
 */
const THREADS = Number(process.env["HOLDFAST_THREADS"] ?? 24);
/** So many work on logs at once, so many look for commands; the configuration, the hashes of passwords and the rest have those that are left. */
const LOG_LANES = Math.floor(THREADS / 2);
const COMMAND_LANES = Math.max(1, Math.floor(THREADS / 6));
/** Files of variables. */
const ENV_LANES = Math.max(1, Math.floor(THREADS / 8));
const LANES_OF_A_FOLDER = 2;
/** Who reads a log hears after this time that it cannot be read now. */
const READING_MS = 10_000;

/** What is told of it: the disk has not answered. */
const TOO_LATE: Errno = "ETIMEDOUT";

/** Before anything works on files: the number is read once. Programs never see it; the variables of the start were taken before. */
export function makeThreads(files: Files): void {
  process.env["UV_THREADPOOL_SIZE"] = String(THREADS);
  void files.stat("/").finally(() => delete process.env["UV_THREADPOOL_SIZE"]);
}

type Begin = () => void;

export class Lanes {
  readonly #most: number;
  readonly #mostOfFolder: number;
  readonly #busy = new Map<string, number>();
  /** By folder: thousands may wait for one of them, and are not looked at one by one. */
  readonly #waiting = new Map<string, Set<Begin>>();
  #taken = 0;

  constructor(most: number, mostOfFolder: number) {
    this.#most = most;
    this.#mostOfFolder = mostOfFolder;
  }

  /** Acts when there is a lane; with `patienceMs`, answers with `late` when that has taken longer, be it the wait or the act. */
  run<T>(file: string, act: () => Promise<T>, late?: { readonly patienceMs: number; readonly answer: T }): Promise<T> {
    return new Promise((resolve, reject) => {
      const folder = path.dirname(file);
      const cancel = late === undefined ? () => undefined : realTimers.after(late.patienceMs, () => giveUp(late.answer));
      const begin = (): void =>
        void act()
          .then(resolve, reject)
          .finally(() => {
            cancel();
            this.#left(folder);
          });
      // What is under way goes on and keeps its lane until the kernel lets go of it.
      const giveUp = (answer: T): void => {
        const waiting = this.#waiting.get(folder);
        if (waiting?.delete(begin) === true && waiting.size === 0) this.#waiting.delete(folder);
        resolve(answer);
      };
      const waiting = this.#waiting.get(folder);
      if (waiting === undefined) this.#waiting.set(folder, new Set([begin]));
      else waiting.add(begin);
      this.#go();
    });
  }

  #left(folder: string): void {
    const left = (this.#busy.get(folder) ?? 1) - 1;
    if (left === 0) this.#busy.delete(folder);
    else this.#busy.set(folder, left);
    this.#taken -= 1;
    this.#go();
  }

  /** A folder of which one has begun waits for its next turn behind the others. */
  #go(): void {
    for (const [folder, waiting] of this.#waiting) {
      if (this.#taken >= this.#most) return;
      const busy = this.#busy.get(folder) ?? 0;
      const [first] = waiting;
      if (busy >= this.#mostOfFolder || first === undefined) continue;
      waiting.delete(first);
      this.#waiting.delete(folder);
      if (waiting.size > 0) this.#waiting.set(folder, waiting);
      this.#busy.set(folder, busy + 1);
      this.#taken += 1;
      first();
    }
  }
}

/**
 * Questions about files, asked by many at once: a thousand programs of one command look for it in the same folders. Who asks what another waits to ask
 * gets the same answer, which is found after both have asked; what is under way already may be older than the question.
 */
export class SharedQuestions {
  readonly #lanes: Lanes;
  readonly #waiting = new Map<string, Promise<unknown>>();

  constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  /** Everybody who asks by the same name about the same file has to ask the same. */
  ask<T>(name: string, file: string, act: () => Promise<T>): Promise<T> {
    const key = `${name} ${file}`;
    const known = this.#waiting.get(key);
    if (known !== undefined) return known as Promise<T>;
    // A lane that is free asks at once.
    const question = { isAsked: false };
    const asked = this.#lanes.run(file, () => {
      question.isAsked = true;
      this.#waiting.delete(key);
      return act();
    });
    if (!question.isAsked) this.#waiting.set(key, asked);
    return asked;
  }
}

/**
 * The files, to whoever reads logs, changes logs, looks for commands, reads variables. A change is never given up: nobody would know whether it has
 * happened.
 */
export function filesInLanes(files: Files): Pick<Doors, "logReads" | "logChanges" | "commandFiles" | "envFiles"> {
  const logs = new Lanes(LOG_LANES, LANES_OF_A_FOLDER);
  return {
    logReads: throughLanes(files, logs, READING_MS),
    logChanges: throughLanes(files, logs),
    commandFiles: sharing(files, new Lanes(COMMAND_LANES, LANES_OF_A_FOLDER)),
    envFiles: throughLanes(files, new Lanes(ENV_LANES, LANES_OF_A_FOLDER)),
  };
}

/** The two questions of whoever looks for a command are shared. */
function sharing(files: Files, lanes: Lanes): Files {
  const shared = new SharedQuestions(lanes);
  return {
    ...throughLanes(files, lanes),
    stat: (file) => shared.ask("stat", file, () => files.stat(file)),
    mayExecute: (file) => shared.ask("mayExecute", file, () => files.mayExecute(file)),
  };
}

function throughLanes(files: Files, lanes: Lanes, patienceMs?: number): Files {
  const late = patienceMs === undefined ? undefined : { patienceMs, answer: refuse(TOO_LATE) };
  const run = <T>(file: string, act: () => Promise<Result<T, Errno>>): Promise<Result<T, Errno>> => lanes.run(file, act, late);
  return {
    stat: (file) => run(file, () => files.stat(file)),
    lstat: (file) => run(file, () => files.lstat(file)),
    mayExecute: (file) => lanes.run(file, () => files.mayExecute(file)),
    readText: (file) => run(file, () => files.readText(file)),
    readAt: (file, offset, length) => run(file, () => files.readAt(file, offset, length)),
    readGuarded: (file, length) => run(file, () => files.readGuarded(file, length)),
    list: (folder) => run(`${folder}/.`, () => files.list(folder)),
    write: (file, bytes, mode) => run(file, () => files.write(file, bytes, mode)),
    writeDurably: (file, bytes, mode) => run(file, () => files.writeDurably(file, bytes, mode)),
    createExclusive: (file, mode) => run(file, () => files.createExclusive(file, mode)),
    rename: (from, to) => run(from, () => files.rename(from, to)),
    link: (from, to) => run(from, () => files.link(from, to)),
    gzip: (from, to) => run(from, () => files.gzip(from, to)),
    remove: (file) => run(file, () => files.remove(file)),
  };
}
