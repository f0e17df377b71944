/**
 * `persist_state`: what clients have said of processes outlives supervisord in a file. One writer: changes that come while it writes are written together, and
 * what could not be written has not happened. A fresh start and a reload read the file, a successor the keeper's store. (BOOT-010..014)
 */
import { ok, type Result, refuse } from "../../result.ts";
import { autostartsOf, changed, type KeptChange, type KeptStates, keptOf, keptText, readKept } from "../../supervisor/kept.ts";
import { decodeRecord, encodeRecord, isKeptKey, recordKeys } from "../../supervisor/records.ts";
import { label, type Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import { groupsByName } from "./grouprecords.ts";

/** Of a file of ours with as many entries as there may be this is many times the size. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
const FILE_MODE = 0o644;
/** A piece in the store has about so many bytes. */
const PIECE_BYTES = 32 * 1024;

type Waiting = KeptChange & { readonly resolve: (done: Result<true, string>) => void };

export class Persisted implements Part {
  readonly #runtime: Runtime;
  #states: KeptStates = new Map();
  /** What the file says as far as it is good, for FILE.bak. */
  #text: string | null = null;
  /** How many pieces are in the store. */
  #pieces = 0;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  restore({ store }: Inheritance): void {
    const entries: (readonly [string, unknown])[] = [];
    this.#pieces = [...store.keys()].filter(isKeptKey).length;
    for (let at = 0; at < this.#pieces; at++) {
      const bytes = store.get(recordKeys.kept(at));
      const decoded = bytes === undefined ? null : decodeRecord(bytes);
      if (decoded?.ok === true) entries.push(...(decoded.value as (readonly [string, unknown])[]));
    }
    if (this.#pieces > 0) this.#become(keptOf(entries));
  }

  async begin(): Promise<Result<true, never>> {
    const { persistState } = this.#runtime.running.daemon;
    if (persistState === null && this.#pieces === 0) return ok(true);
    this.#text = null;
    const read = persistState === null ? new Map() : await this.#read(persistState);
    this.#runtime.loop.post((turn) => this.#take(turn, read));
    await this.#runtime.loop.flushed();
    return ok(true);
  }

  /** null: nothing is kept. */
  get states(): KeptStates | null {
    return this.#runtime.running.daemon.persistState === null ? null : this.#states;
  }

  /** Settles when it is on the disk and stored, or with the reason why nothing has changed. */
  change(change: KeptChange): Promise<Result<true, string>> {
    if (this.states === null) return Promise.resolve(refuse("persist_state is not set in [supervisord]"));
    return new Promise((resolve) => {
      this.#waiting.push({ ...change, resolve });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  /** What a client starts or stops, where that is kept; null: it is not. */
  ordered(refs: readonly Ref[], up: boolean): Promise<Result<true, string>> | null {
    const { persistState, persistWhat } = this.#runtime.running.daemon;
    if (persistState === null || persistWhat !== "all") return null;
    return this.change({ names: refs.map(label), change: { wanted: up ? "up" : "down" } });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      const done = await this.#write(together);
      for (const { resolve } of together) resolve(done);
    }
    this.#isWriting = false;
  }

  async #write(changes: readonly KeptChange[]): Promise<Result<true, string>> {
    const { persistState: file } = this.#runtime.running.daemon;
    if (file === null) return refuse("persist_state is not set in [supervisord]");
    let next = this.#states;
    for (const change of changes) {
      const changing = changed(next, change, (name) => this.#isConfigured(name));
      if (changing === null) return refuse(`${file} remembers too many processes`);
      next = changing;
    }
    if (next === this.#states) return ok(true);
    const text = keptText(next, this.#runtime.doors.clock.now().wallMs);
    const written = await this.#replace(file, text);
    if (!written.ok) return written;
    this.#text = text;
    this.#runtime.loop.post((turn) => this.#take(turn, next));
    await this.#runtime.loop.flushed();
    return ok(true);
  }

  async #replace(file: string, text: string): Promise<Result<true, string>> {
    const { files } = this.#runtime.doors;
    this.#text ??= await this.#goodText(file);
    const pairs = [...(this.#text === null ? [] : [[`${file}.bak`, this.#text] as const]), [file, text] as const];
    for (const [path, content] of pairs) {
      const written = await files.writeDurably(path, Buffer.from(content), FILE_MODE);
      if (!written.ok) return refuse(`cannot write ${path}: ${written.error}`);
    }
    return ok(true);
  }

  /** A successor has not read it. */
  async #goodText(file: string): Promise<string | null> {
    const bytes = await this.#runtime.doors.files.readAt(file, 0, FILE_BYTES_MAX);
    return bytes.ok && readKept(bytes.value).ok ? Buffer.from(bytes.value).toString("utf8") : null;
  }

  #isConfigured(name: string): boolean {
    const { world, available } = this.#runtime;
    const [group = "", process = ""] = name.split(":", 2);
    const isIn = world.groups.get(group)?.members.has(process) === true;
    return (
      isIn ||
      groupsByName(available)
        .get(group)
        ?.processes.some((one) => one.name === process) === true
    );
  }

  /** In the store and in the world in one turn. */
  #take(turn: Turn, states: KeptStates): void {
    const pieces = piecesOf(states);
    for (const [at, piece] of pieces.entries()) turn.state(recordKeys.kept(at), encodeRecord(piece));
    for (let at = pieces.length; at < this.#pieces; at++) turn.state(recordKeys.kept(at), null);
    this.#pieces = pieces.length;
    this.#become(states);
  }

  #become(states: KeptStates): void {
    this.#states = states;
    this.#runtime.world.autostarts = autostartsOf(states, this.#runtime.running.daemon.persistWhat);
  }

  /** (BOOT-013) */
  async #read(file: string): Promise<KeptStates> {
    const found = await this.#readOne(file);
    if (found.ok) return found.value;
    const { errno, text } = found.error;
    if (errno === "ENOENT") return new Map();
    // What could not be read may be anything, a folder of somebody's among it, and stays where it is.
    const moved = errno === null && (await this.#runtime.doors.files.rename(file, `${file}.bad`)).ok;
    const where = moved ? `, moved to ${file}.bad` : "";
    const before = await this.#readOne(`${file}.bak`);
    if (before.ok) {
      postLine(this.#runtime, "critical", `cannot use ${file}: ${text}${where}; going on with ${file}.bak`);
      return before.value;
    }
    postLine(this.#runtime, "critical", `cannot use ${file}: ${text}${where}; nothing is remembered, the configuration alone counts`);
    return new Map();
  }

  async #readOne(file: string): Promise<Result<KeptStates, { readonly errno: string | null; readonly text: string }>> {
    const bytes = await this.#runtime.doors.files.readAt(file, 0, FILE_BYTES_MAX);
    if (!bytes.ok) return refuse({ errno: bytes.error, text: bytes.error });
    const states = readKept(bytes.value);
    if (!states.ok) return refuse({ errno: null, text: states.error });
    this.#text = Buffer.from(bytes.value).toString("utf8");
    return states;
  }
}

function piecesOf(states: KeptStates): (readonly (readonly [string, unknown])[])[] {
  const pieces: (readonly [string, unknown])[][] = [];
  let bytes = PIECE_BYTES;
  for (const [name, kept] of states) {
    if (bytes >= PIECE_BYTES) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push([name, kept]);
    bytes += name.length + 40;
  }
  return pieces;
}
