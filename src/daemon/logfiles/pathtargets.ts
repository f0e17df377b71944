/** Files besides the logs that lines are appended to: one sink for each path, whoever names it, open until supervisord ends. (LOGX-043) */
import { resolve as absolute } from "node:path";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { streamNumber } from "../loop/numbers.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import type { SinkFlow } from "./flow.ts";
import type { LogFile } from "./streams.ts";

export class PathTargets {
  readonly #runtime: Runtime;
  readonly #flow: SinkFlow;
  readonly #files = new Map<string, LogFile>();
  #onOpened: (file: LogFile) => void = () => undefined;

  constructor(runtime: Runtime, flow: SinkFlow) {
    this.#runtime = runtime;
    this.#flow = flow;
  }

  /** `act` hears of each file that is opened or was open already: it is written, reopened and told of like a log. */
  onOpened(act: (file: LogFile) => void): void {
    this.#onOpened = act;
    for (const file of this.#files.values()) act(file);
  }

  restore({ store }: Inheritance): void {
    const prefix = recordKeys.target("");
    for (const [key, bytes] of store) {
      if (!key.startsWith(prefix)) continue;
      const record = decodeRecord(bytes);
      if (!record.ok) continue;
      const file = fileOf(Number(key.slice(prefix.length)), record.value as string);
      this.#files.set(file.path, file);
      this.#onOpened(file);
      this.#runtime.loop.post((turn) => this.#flow.unknown(turn, file.sink));
    }
  }

  isFull(path: string): boolean {
    const file = this.#files.get(path);
    return file !== undefined && this.#flow.isFull(file.sink);
  }

  append(turn: Turn, path: string, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#flow.append(turn, (this.#files.get(path) ?? this.#open(turn, path)).sink, bytes);
  }

  #open(turn: Turn, path: string): LogFile {
    const file = fileOf(streamNumber(this.#runtime.numbers.next(turn), "stdout"), path);
    this.#files.set(path, file);
    turn.effect({ type: "sink-open", sink: file.sink, spec: sinkSpec(path, 0) });
    turn.state(recordKeys.target(file.sink), encodeRecord(path));
    this.#onOpened(file);
    return file;
  }
}

function fileOf(sink: number, path: string): LogFile {
  return { sink, path, place: absolute(path), maxBytes: 0, backups: 0, owner: "a target of programs" };
}
