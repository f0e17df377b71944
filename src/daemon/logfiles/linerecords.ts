/** Lines as records for syslog, here or over a network, and for systemd's journal. (LOGX-040..042) */
import { type SyslogAddress, syslogAddressText } from "../../config/logtargets.ts";
import type { LogSocket, NetworkAddress } from "../../doors.ts";
import type { LinePlan } from "../../logs/lineplan.ts";
import { counted, journalLine, syslogLine, UDP_RECORD_MAX } from "../../logs/linerecords.ts";
import type { LineMoment, LineSource } from "../../logs/lines.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

const JOURNAL_SOCKET = "/run/systemd/journal/socket";
/** Whether it is there is looked at so often at most. */
const LOOK_MS = 5000;

type Syslog = NonNullable<LinePlan["syslog"]>;
/** Without their ends. */
type Lines = { readonly lines: readonly Uint8Array[]; readonly source: LineSource; readonly moment: LineMoment };
type Connection = { readonly socket: LogSocket; dropped: number };
type OnDropped = (target: "syslog" | "journal", lines: number) => void;

export class LineRecords {
  readonly #runtime: Runtime;
  readonly #onDropped: OnDropped;
  readonly #connections = new Map<string, Connection>();
  #journal: "there" | "absent" | "unknown" = "unknown";
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(runtime: Runtime, onDropped: OnDropped) {
    this.#runtime = runtime;
    this.#onDropped = onDropped;
  }

  syslog(turn: Turn, { form, address }: Syslog, settings: LinePlan["settings"], { lines, source, moment }: Lines): void {
    const { hostName } = this.#runtime.doors.birth;
    const records = lines.flatMap((line) => syslogLine(form, line, settings, source, moment, hostName));
    if (address.kind !== "unix") return void turn.after.push(() => this.#send(address, settings, records));
    for (const bytes of records) turn.effect({ type: "datagram", path: address.path, bytes });
  }

  /** Without a journal the lines are dropped, and that is told once until there is one. */
  journal(turn: Turn, settings: LinePlan["settings"], { lines, source }: Lines): void {
    this.#look();
    if (this.#journal === "absent") return this.#onDropped("journal", lines.length);
    for (const line of lines)
      for (const bytes of journalLine(line, settings, source)) turn.effect({ type: "datagram", path: JOURNAL_SOCKET, bytes });
  }

  /** When the batch is in the kernel's hands: what a daemon that dies has not sent is lost there, and never comes twice. */
  #send(address: NetworkAddress, settings: LinePlan["settings"], records: readonly Uint8Array[]): void {
    const connection = this.#connectionTo(address, settings);
    for (const record of records) {
      if (connection.socket.send(framed(address, record))) continue;
      connection.dropped += 1;
      this.#onDropped("syslog", 1);
    }
  }

  #connectionTo(address: NetworkAddress, settings: LinePlan["settings"]): Connection {
    const name = syslogAddressText(address);
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const socket = this.#runtime.doors.openLogSocket(address, () => this.#tell(address, settings, connection));
    const connection: Connection = { socket, dropped: 0 };
    this.#connections.set(name, connection);
    return connection;
  }

  /** There is room again. */
  #tell(address: SyslogAddress & NetworkAddress, settings: LinePlan["settings"], connection: Connection): void {
    const { clock, birth } = this.#runtime.doors;
    const { wallMs } = clock.now();
    const source = { group: "holdfast", process: "holdfast", pid: this.#runtime.keeperPid, channel: "stdout" } as const;
    const text = Buffer.from(`holdfast: ${connection.dropped} lines dropped (not read fast enough)`);
    const moment = { wallMs, offsetMinutes: clock.offsetMinutes(wallMs) };
    const records = syslogLine("rfc5424", text, { ...settings, tag: null }, source, moment, birth.hostName);
    if (records.every((record) => connection.socket.send(framed(address, record)))) connection.dropped = 0;
  }

  #look(): void {
    const { clock, files } = this.#runtime.doors;
    const nowMs = clock.now().monoMs;
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    void files.stat(JOURNAL_SOCKET).then((found) => {
      const was = this.#journal;
      this.#journal = found.ok ? "there" : "absent";
      if (found.ok || was === "absent") return;
      this.#runtime.loop.post((turn) =>
        this.#runtime.activity.write(turn, "warn", `there is no journal at ${JOURNAL_SOCKET}: lines of programs are dropped there`),
      );
    });
  }
}

function framed({ kind }: NetworkAddress, record: Uint8Array): Uint8Array {
  return kind === "tcp" ? counted(record) : record.subarray(0, UDP_RECORD_MAX);
}
