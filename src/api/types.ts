/**
 * What the JSON API says, as types: the one thing that the daemon and the web page share. Only types, so that the page carries nothing of the daemon.
 * Every instant is milliseconds since 1970 by the wall clock, every size bytes, every duration milliseconds, unless the name says otherwise.
 *
 * Paths (all under the server's authentication, all below /api/v1):
 *   GET  openapi.json                      the description of what follows
 *   POST call/NAMESPACE.METHOD             any method of the XML-RPC table; body: its parameters by name, or a list; answer: Answer
 *   GET  state                             Snapshot
 *   GET  stream?events=1                   server-sent events: StreamMessage; `events=1`: also what listeners get
 *   GET  dependencies                      DependencyRow[]
 *   GET  processes/GROUP/NAME/timeline     TimelineEntry[], oldest first
 *   GET  processes/GROUP/NAME/exits        ExitRow[], oldest first
 *   GET  processes/GROUP/NAME/config       OptionValue[]
 *   GET  processes/GROUP/NAME/log/stdout|stderr?from=N&length=N      LogPiece; a negative `from` counts from the end
 *   GET  processes/GROUP/NAME/log/stdout|stderr/follow?from=N        server-sent events: LogMessage
 *   GET  processes/GROUP/NAME/log/stdout|stderr/download             the file as it is
 *   GET  log, log/follow, log/download     the same for the activity log
 *   GET  logs/follow?log=GROUP/NAME/stdout@FROM&log=activity@FROM…   several of them in one stream, at most 16: server-sent events: LogsMessage. A browser has
 *        six connections to a server for all its tabs, and each stream takes one. GROUP and NAME are percent-encoded by themselves; without @FROM: from its end
 *   GET  update                            UpdatePreview: what an update would do; nothing is kept
 *   POST update {groups?: string[]}        UpdateOutcome[]
 */

/** As Supervisor names them. */
export type StateName = "STOPPED" | "STARTING" | "RUNNING" | "BACKOFF" | "STOPPING" | "EXITED" | "FATAL" | "UNKNOWN";

/** The answer of `call`: status 200, or 4xx and 5xx with an error. `code` and `name` are the fault's of XML-RPC (10, BAD_NAME). */
export type Answer<T = unknown> = { readonly result: T } | { readonly error: ApiError };
export type ApiError = {
  readonly code: number;
  readonly name: string;
  readonly message: string;
  /** With CANT_REREAD from `update`: every error of the configuration file. */
  readonly errors?: readonly ConfigMistake[];
  /** With SPAWN_ERROR and ABNORMAL_TERMINATION: how it ended, such as `exit code 3 after 0.1 s`, and the last lines that it wrote. */
  readonly reason?: string;
  readonly lastWords?: readonly string[];
};

/** `excerpt`: the text as it stands there; `hint`: what to do about it. */
export type ConfigMistake = {
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly excerpt: string | null;
  readonly hint: string | null;
};

export type ExitReason = {
  readonly at: number;
  /** null: it was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Whether exitcodes names it, or the process had been told to stop. */
  readonly expected: boolean;
  readonly coreDumped: boolean;
};

/** A run that has ended. The last 20 of each process are kept as long as supervisord lives, whatever becomes of its daemons. */
export type ExitRow = {
  readonly startedAt: number;
  readonly endedAt: number;
  /** How long it ran, by the monotonic clock. */
  readonly seconds: number;
  /** null: it was ended by a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether it left a core. */
  readonly core: boolean;
  /** Whether exitcodes names it, or the process had been told to stop. */
  readonly expected: boolean;
  /** `exit`: by itself; else who ended it: `stop`, `shutdown`, `update`, `unhealthy`, `memory`, `age`, `rolling`, `bind`, `replaced`, `ready-timeout`. */
  readonly reason: string;
  /** Whether the kernel killed it for want of memory. `likely`: it did so with some process of the machine during the run, and nobody here sent the SIGKILL. */
  readonly oom: "yes" | "likely" | "no";
  /** User and system time, with that of children it has waited for. */
  readonly cpuMs: number;
  /** The most resident memory that it had. */
  readonly memory: number;
  /** Processes of its process group that lived on; null: not known. */
  readonly survivors: number | null;
};

/** A start that waits: one of its conditions that does not hold. */
export type LifeWait = {
  /** `group:process`, or the name alone. */
  readonly target: string;
  /** `started`, `running`, `ready`, `healthy` or `exited_ok`. */
  readonly condition: string;
  /** How the target is: its state, `not ready`, `not healthy`, `stopped by user`, `not there`, `exit 1`. */
  readonly now: string;
  readonly since: number;
};

/** What happens next, of these exactly one. */
export type LifeNext = {
  /** `paused`: its schedule is; `stays-down`: until somebody starts it; `runs`: nothing but that. */
  readonly what: "runs" | "starts" | "retries" | "run" | "stops" | "stays-down" | "paused" | "removed";
  /** When, where it is known: `stops`: the SIGKILL. */
  readonly at: number | null;
  /** In words, without the time: `starts when db is ready`. */
  readonly text: string;
};

export type LifeHealth = {
  readonly state: "unknown" | "healthy" | "unhealthy";
  readonly since: number;
  /** In a row. */
  readonly failures: number;
  readonly lastAt: number | null;
  /** `error`: the check could not be made, which says nothing. */
  readonly lastResult: { readonly result: "ok" | "failed" | "error"; readonly text: string; readonly ms: number } | null;
};

/** `deadline`: when it is ended. */
export type LifeHook = { readonly name: string; readonly pid: number; readonly since: number; readonly deadline: number };

/** `effective`: what is in force, or `not enforced: …`. */
export type LifeLimit = { readonly option: string; readonly wanted: string; readonly effective: string };

export type LifeJob = {
  readonly next: number | null;
  readonly last: number | null;
  readonly paused: boolean;
  /** A run waits for the end of the present one. */
  readonly queued: boolean;
  /** Slots that were left out. */
  readonly skipped: number;
};

/** What is known of a process beyond its state; null: it does not use that. */
export type Life = {
  readonly wanted: "up" | "down";
  /** Whose word that was: `user`, `autostart`, `dependency`, `schedule`, `exit` (it has ended, and nothing starts it again), … */
  readonly wantedBy: string;
  readonly waitsFor: readonly LifeWait[] | null;
  readonly next: LifeNext;
  readonly ready: boolean | null;
  readonly readyAt: number | null;
  /** What the program says of itself. */
  readonly statusText: string | null;
  readonly health: LifeHealth | null;
  readonly hook: LifeHook | null;
  /** Automatic restarts in a row. */
  readonly row: number | null;
  readonly limits: readonly LifeLimit[] | null;
  readonly job: LifeJob | null;
  /** Processes of an ended run that are being ended. */
  readonly tree: number | null;
  /** By what it takes up a new configuration of its own, as `holdfast.reloadProcess` does it. */
  readonly reload: "signal" | "command" | null;
};

export type ProcessRow = {
  readonly group: string;
  readonly name: string;
  /** How commands call it: `group:name`, or the name alone. */
  readonly namespec: string;
  readonly state: StateName;
  /** Supervisor's own words: `pid 12, uptime 0:00:03`. */
  readonly description: string;
  /** 0: none. */
  readonly pid: number;
  /** null: not running. */
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  /** How often it was started again by itself since supervisord began. */
  readonly restarts: number;
  readonly spawnError: string | null;
  readonly lastExit: ExitReason | null;
  /** The last lines of stderr (else of stdout, when redirected), for what is BACKOFF, FATAL, EXITED unexpectedly, or keeps restarting; else empty. */
  readonly lastWords: readonly string[];
  /** When it is started again by itself: in BACKOFF, and after an end or in FATAL where a pause is configured. */
  readonly retryAt: number | null;
  readonly priority: number;
  readonly autostart: boolean;
  /** Whether there is a log to be read. */
  readonly stdoutLog: boolean;
  readonly stderrLog: boolean;
  /** Lines of its logs that could not be written (a full disk), in bytes; 0 when all is well. */
  readonly lostBytes: number;
  readonly life: Life;
};

/** One target of `depends_on` or `bind_to` of a process. */
export type DependencyRow = {
  /** Its namespec. */
  readonly from: string;
  /** As it is written. */
  readonly to: string;
  /** The namespecs of the processes that are meant. */
  readonly processes: readonly string[];
  /** `started`, `running`, `ready`, `healthy` or `exited_ok`. */
  readonly condition: string;
  readonly holds: boolean;
};

export type GroupRow = { readonly name: string; readonly priority: number; readonly processes: readonly ProcessRow[] };

export type DaemonRow = {
  readonly identifier: string;
  readonly version: string;
  readonly supervisorVersion: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly state: "RUNNING" | "RESTARTING" | "SHUTDOWN" | "FATAL";
  readonly configFile: string;
  readonly hostName: string;
  /** Whether the activity log is a file that can be read. */
  readonly log: boolean;
};

export type Snapshot = { readonly daemon: DaemonRow; readonly groups: readonly GroupRow[]; readonly now: number };

/** CPU in percent of one core; memory is the resident set (PSS is too dear to ask for). `tree`: with all descendants. */
export type Usage = { readonly cpu: number; readonly memory: number };
export type ProcessUsage = { readonly namespec: string; readonly own: Usage; readonly tree: Usage & { readonly processes: number } };

/** Server-sent events of `stream`: `event:` is the kind, `data:` the JSON of the rest. The first is always a snapshot. */
export type StreamMessage =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  /** Rows that have changed; sent at most every 50 ms, so a storm is one message. */
  | { readonly kind: "processes"; readonly processes: readonly ProcessRow[]; readonly now: number }
  | { readonly kind: "daemon"; readonly daemon: DaemonRow }
  /** Every 2 s while somebody looks. Only what runs is in it. */
  | { readonly kind: "usage"; readonly usage: readonly ProcessUsage[]; readonly daemon: Usage; readonly now: number }
  | { readonly kind: "event"; readonly event: SupervisorEvent }
  /** This viewer read too slowly and has missed something: a snapshot follows. */
  | { readonly kind: "missed"; readonly count: number };

/** What a listener would get. `payload` is its text, cut at 4 KiB. */
export type SupervisorEvent = { readonly serial: number; readonly at: number; readonly type: string; readonly payload: string };

export type TimelineEntry = {
  readonly at: number;
  readonly state: StateName;
  readonly from: StateName;
  readonly pid: number;
  /** `exit 1`, `SIGKILL`, `spawn error: …`; empty when there is nothing to say. */
  readonly reason: string;
};

export type OptionValue = {
  readonly section: string;
  readonly option: string;
  readonly value: string;
  /** null: the default. */
  readonly file: string | null;
  readonly line: number | null;
};

/** A piece of a log. `text` is UTF-8 with replacement characters; offsets count bytes of the file. */
export type LogPiece = { readonly from: number; readonly next: number; readonly size: number; readonly text: string };

/** Server-sent events of a log that is followed. */
export type LogMessage =
  | ({ readonly kind: "piece" } & LogPiece)
  /** A new file took its place (rotation), or it was emptied: offsets begin at 0 again. */
  | { readonly kind: "restarted"; readonly why: "rotated" | "cleared" };

/** Server-sent events of several logs that are followed. `log` is what was asked for, without its `@FROM`. */
export type LogsMessage =
  | ({ readonly log: string } & LogMessage)
  /** There is no such log; the others go on. */
  | { readonly kind: "missing"; readonly log: string };

export type UpdatePreview = {
  readonly groups: readonly {
    readonly group: string;
    readonly change: "added" | "changed" | "removed";
    readonly inPlace: boolean;
    readonly details: readonly { readonly process: string; readonly option: string; readonly from: string; readonly to: string }[];
  }[];
  /** What is doubtful in the file, such as options that nobody knows. */
  readonly warnings: readonly string[];
};

export type UpdateOutcome = { readonly group: string; readonly done: "added" | "updated" | "removed" | "failed"; readonly message: string };
