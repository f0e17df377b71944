/**
 * The few doors to the world. The real ones live in `daemon/doors/`, the fakes in `test/sim/`. Nothing else in the daemon reads a clock,
 * touches a file, opens a socket or draws a random number; a test enforces it.
 */
import type { Batch, Report, Welcome } from "./link/messages.ts";
import type { Result } from "./result.ts";

/** Both clocks in milliseconds: `monoMs` for every interval and deadline (the kernel's, comparable across daemons), `wallMs` for what is shown. */
export type Now = { readonly monoMs: number; readonly wallMs: number };

export interface Clock {
  now(): Now;
  /** Calls once, not before `monoMs`. A second call replaces the first; null cancels. One alarm is enough: the loop asks for its earliest deadline. */
  alarm(monoMs: number | null, ring: () => void): void;
  /** The local time zone's offset from UTC in minutes east, at a wall time. */
  offsetMinutes(wallMs: number): number;
}

export interface Keeper {
  /** Says hello, resolves with everything the keeper holds. Reports that were not acknowledged follow through `onReport`. */
  connect(onReport: (report: Report) => void): Promise<Welcome>;
  /** Resolves when the batch is in the kernel's hands: from then on it happens, whatever becomes of this process. */
  send(batch: Batch): Promise<void>;
}

/** A failure of the world: the errno's name, such as ENOENT. */
export type Errno = string;
/** `null`: the null device, which is as safe to read as an empty file. */
export type FileKind = "file" | "directory" | "null" | "other";
export type FileInfo = {
  readonly kind: FileKind;
  readonly mode: number;
  readonly size: number;
  readonly device: bigint;
  readonly inode: bigint;
  readonly uid: number;
  readonly gid: number;
  /** How many names it has. */
  readonly links: number;
  /** When its content was last changed, by the wall clock. */
  readonly mtimeMs: number;
};

/** The file that was compressed, and how much of it. */
export type Compressed = { readonly device: bigint; readonly inode: bigint; readonly size: number };

/** Files as the daemon needs them: all asynchronous, so that a dead disk holds one answer and not the loop. */
export interface Files {
  /** Follows links. */
  stat(path: string): Promise<Result<FileInfo, Errno>>;
  /** Does not follow a link at the end. */
  lstat(path: string): Promise<Result<FileInfo, Errno>>;
  /** access(2) with X_OK and the real ids. */
  mayExecute(path: string): Promise<boolean>;
  readText(path: string): Promise<Result<Uint8Array, Errno>>;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  readAt(path: string, offset: number, length: number): Promise<Result<Uint8Array, Errno>>;
  /**
   * At most `length` bytes of a file whose path a user other than ours may change: a link that somebody else made, or could swap, leads to that user's own
   * files only, else ELOOP.
   */
  readGuarded(path: string, length: number): Promise<Result<Uint8Array, Errno>>;
  list(path: string): Promise<Result<readonly string[], Errno>>;
  /** Replaces atomically where the target is a regular file. */
  write(path: string, bytes: Uint8Array, mode: number): Promise<Result<true, Errno>>;
  /** The same, and it is on the disk, file and name, when it is answered; never in place, where a reader might find half of it. */
  writeDurably(path: string, bytes: Uint8Array, mode: number): Promise<Result<true, Errno>>;
  /** Fails with EEXIST when there is something at the path already. */
  createExclusive(path: string, mode: number): Promise<Result<true, Errno>>;
  rename(from: string, to: string): Promise<Result<true, Errno>>;
  /** A second name for a file, or for a link itself. Fails with EEXIST when there is something at that name, and where a file can have one name only. */
  link(from: string, to: string): Promise<Result<true, Errno>>;
  /** Compresses a regular file into a new one, of the same mode and owner, that is on the disk when it resolves; after a failure there is none. */
  gzip(from: string, to: string): Promise<Result<Compressed, Errno>>;
  remove(path: string): Promise<Result<true, Errno>>;
}

/** What the kernel tells of processes at once. */
export interface Kernel {
  /** How many processes it has killed for want of memory since boot; null: it does not say. */
  oomKills(): number | null;
  /** The same of a control group and all below it; null: it does not say. */
  oomKillsIn(cgroup: string): number | null;
  /** Whether a process group has members, zombies among them. */
  isGroupAlive(group: number): boolean;
  /** The members of all process groups, without zombies, by group: a look at every process of the machine, a moment from now. */
  groupSizes(): Promise<ReadonlyMap<number, number>>;
}

/** A process of the machine. With its pid, the start (in ticks since boot) names it for ever; `state` is the kernel's letter (proc_pid_stat(5)). */
export type KernelProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTicks: number;
  readonly state: string;
  readonly name: string;
};

/** The processes of the machine. */
export interface Processes {
  /** The time since boot, in the ticks of a process's start; never later than it is. */
  ticks(): number;
  /** null: it is not there. */
  one(pid: number): KernelProcess | null;
  all(): Promise<readonly KernelProcess[]>;
  /** The descendants of a process, a few hundred at most; none where the kernel does not tell. */
  below(pid: number): readonly KernelProcess[];
  /**
   * A variable in the environment that a process was started with; null: it has none, or does not show it; undefined: it has gone, was not read in time, or
   * its environment is empty, as it is for a moment while it begins another program.
   */
  variableOf(pid: number, name: string): Promise<string | null | undefined>;
}

/** The files of control groups, which are no files: what is written is an order. (cgroups(7)) */
export interface CgroupFiles {
  read(path: string): Promise<Result<string, Errno>>;
  /** In one go, into what is there. */
  write(path: string, text: string): Promise<Result<true, Errno>>;
  /** Its names that are folders. */
  folders(path: string): Promise<Result<readonly string[], Errno>>;
  makeFolder(path: string): Promise<Result<true, Errno>>;
  /** Only one without processes and folders. */
  removeFolder(path: string): Promise<Result<true, Errno>>;
}

export interface Random {
  /** A text of `length` characters of a-z, 0-9 and _, as mkstemp draws them. */
  word(length: number): string;
}

/** A user as the passwd and group files (or getent) know it. */
export type Account = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string;
};

export interface Accounts {
  byName(name: string): Account | null;
  byUid(uid: number): Account | null;
  groupByName(name: string): number | null;
  groupById(gid: number): boolean;
}

/** What the process was born with, read once. */
export type Birth = {
  /** The daemon's own, which is not what users call supervisord. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly hostName: string;
  readonly argv0: string;
  readonly args: readonly string[];
};

/** This process itself. */
export interface Self {
  /** Gives up root for good: groups, gid, uid. An error is the failing step. */
  becomeUser(account: Account): Result<true, string>;
  /**
   * Into the background: the folder, the umask, and /dev/null in place of the descriptors of whoever started us. The errno when the folder cannot be
   * entered.
   */
  detach(directory: string | null, umask: number): string | null;
  stderr(text: string): void;
  stdout(text: string): void;
  exit(code: number): void;
}

/** Where a program listens; `host` is an address without brackets, or `localhost`. */
export type ProbeTarget =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Checks that need no process: a connection, or a page. */
export type NetworkProbe = ProbeTarget | { readonly kind: "http"; readonly to: ProbeTarget; readonly uri: string };

/** `error`: it could not be made, and says nothing about the program. `text` is short (`http 503`, ECONNREFUSED); `output` is the begin of an answer. */
export type ProbeResult = { readonly result: "ok" | "failed" | "error"; readonly text: string; readonly output: string };

/** Never rejects, and ends after `timeoutMs` at the latest. */
export type ProbeNetwork = (probe: NetworkProbe, timeoutMs: number, calledOff: AbortSignal) => Promise<ProbeResult>;

/** What came of a program: an exit code, or why there is none: the errno of its start, `late`, or the signal that ended it. */
export type ToolResult = { readonly end: number | string; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end, by its path. Never rejects. `own`: the environment of the daemon, which holds nothing that would change node. */
export type RunTool = (
  file: string,
  args: readonly string[],
  more: { readonly input: string; readonly timeoutMs: number; readonly environment: "none" | "own" },
) => Promise<ToolResult>;

/** The program that this process runs, and the way to what may take its place. */
export interface Installation {
  /** The folder with bin/ and dist/. */
  readonly root: string;
  /** dist/launch.json as it was when this process began; null: there was none. */
  readonly launchData: string | null;
  /** As packages of a platform are called: x64, arm64. */
  readonly arch: string;
  /** The node that runs this. */
  readonly node: string;
  readonly nodeVersion: string;
  /** With what this process was started. */
  readonly argv: readonly string[];
  /** Without links; null: it leads nowhere. */
  realPath(path: string): Promise<string | null>;
  readonly run: RunTool;
}

/** Where syslog listens over a network. */
export type NetworkAddress = { readonly kind: "udp" | "tcp"; readonly host: string; readonly port: number };

/** Takes records for a while that cannot be sent yet. */
export interface LogSocket {
  /** False: there is no room, and the record is dropped. */
  send(record: Uint8Array): boolean;
}

/** `onRoom` is called when there is room again after a record was dropped. */
export type OpenLogSocket = (address: NetworkAddress, onRoom: () => void) => LogSocket;

export type Doors = {
  readonly clock: Clock;
  readonly keeper: Keeper;
  readonly files: Files;
  /** The same for what many may ask for at once: a disk that hangs takes few threads from all others. A reading that takes too long is ETIMEDOUT. */
  readonly logReads: Files;
  readonly logChanges: Files;
  readonly commandFiles: Files;
  readonly kernel: Kernel;
  readonly processes: Processes;
  readonly cgroups: CgroupFiles;
  readonly envFiles: Files;
  readonly random: Random;
  readonly accounts: Accounts;
  readonly birth: Birth;
  readonly self: Self;
  readonly probe: ProbeNetwork;
  readonly installation: Installation;
  /** The first of the lines that a user's expression (flag u) matches; null: none, or it takes too long to find out. */
  readonly firstMatch: (expression: string, lines: readonly string[]) => string | null;
  readonly openLogSocket: OpenLogSocket;
  /** The numeric IPv4 address of a host name; the error is what the resolver said. */
  readonly resolveHost: (host: string) => Promise<Result<string, string>>;
};
