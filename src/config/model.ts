/**
 * The configuration as the rest of Holdfast sees it: converted, expanded, every default filled in. Plain data that survives JSON
 * (the daemon keeps the running configuration in the keeper's store).
 */

import type { Fields, Override } from "./optionfields.ts";
import type { PROGRAM, SERVER_OFFERS, SUPERVISORD } from "./optiontable.ts";
import type { Target } from "./targets.ts";

export type { AutoRestart, LogLevel } from "./optiontypes.ts";

/** Where a channel's output goes. `auto`: a file in childlogdir that the daemon names when the group is added. */
export type LogTarget = { readonly kind: "none" } | { readonly kind: "auto" } | { readonly kind: "file"; readonly path: string };

/** Each option of a channel by its row of the table. */
export type ChannelConfig = Override<Fields<typeof PROGRAM, "stdout">, { readonly logfile: LogTarget }>;

/** Each option of a program by its row of the table; those that are named here are not used as they are read. */
export type ProcessConfig = Override<
  Fields<typeof PROGRAM>,
  {
    readonly name: string;
    readonly command: string;
    readonly killAsGroup: boolean;
    /** The program's own variables over those of [supervisord]; both only, not the daemon's environment. */
    readonly environment: Readonly<Record<string, string>>;
    /** With `envFiles`, the names of the program's own variables: they win over those of the files. */
    readonly ownVariables?: readonly string[];
    /** null: the daemon's own URL (AUTO or unset). The empty text: none is set. */
    readonly serverUrl: string | null;
    readonly stdout: ChannelConfig;
    readonly stderr: ChannelConfig;
    readonly dependsOn: readonly Target[];
    readonly bindTo: readonly Target[];
  }
>;

export type SocketConfig =
  | {
      readonly kind: "unix";
      readonly url: string;
      readonly path: string;
      readonly mode: number;
      readonly uid: number | null;
      readonly gid: number | null;
      readonly backlog: number | null;
    }
  | { readonly kind: "tcp"; readonly url: string; readonly host: string; readonly port: number; readonly backlog: number | null };

export type GroupKind =
  | { readonly kind: "programs" }
  | { readonly kind: "listeners"; readonly bufferSize: number; readonly events: readonly string[]; readonly resultHandler: string }
  | { readonly kind: "fastcgi"; readonly socket: SocketConfig };

export type GroupConfig = {
  readonly name: string;
  readonly priority: number;
  /** In the order in which they start: by priority and name inside a program, by the order of `programs` inside a [group:x]. */
  readonly processes: readonly ProcessConfig[];
} & GroupKind;

export type ServerConfig = {
  /** The section's full name, such as `inet_http_server:a`. */
  readonly section: string;
  readonly username: string | null;
  readonly password: string | null;
} & Fields<typeof SERVER_OFFERS> &
  (
    | { readonly kind: "inet"; readonly host: string; readonly port: number }
    | { readonly kind: "unix"; readonly file: string; readonly mode: number; readonly uid: number | null; readonly gid: number | null }
  );

/** A [rpcinterface:x] section. */
export type PluginConfig = { readonly name: string; readonly factory: string; readonly options: Readonly<Record<string, string>> };

/** Each option of [supervisord] by its row of the table, and what is not used as it is read. */
export type DaemonConfig = Override<
  Fields<typeof SUPERVISORD>,
  {
    readonly uid: number | null;
    /** As written, `~` expanded: what is relative counts from the folder of the start. */
    readonly childLogDir: string;
    /** An absolute path, or the text `syslog`. */
    readonly logfile: string;
    /** What children get as SUPERVISOR_SERVER_URL; null when there is no server. */
    readonly serverUrl: string | null;
  }
>;

/**
 * A remark of the reader that does not stop it; the daemon writes them to its activity log when it opens, but for those of level `check`: what may well
 * be meant, and is said only to who asks (`--check`), so that the activity log of a file that always worked stays as it was.
 */
export type Remark = {
  readonly level: "critical" | "warn" | "info" | "check";
  readonly text: string;
  /** Not one of the original's, which are logged at the start and at a reload alone (CONF-200): also at a reread. */
  readonly isOurs?: true;
};

export type Config = {
  /** The path text as given or found. */
  readonly file: string;
  /** The folder that supervisord was started in, for what is read again later: by then its working directory may be another. */
  readonly startFolder: string;
  readonly daemon: DaemonConfig;
  /** Sorted by priority, then name. */
  readonly groups: readonly GroupConfig[];
  /** Group names in the order of getAllConfigInfo and of reread's answer: that of `groups` (CONF-398, seen by running the original). */
  readonly fileOrder: readonly string[];
  readonly servers: readonly ServerConfig[];
  readonly rpcInterfaces: readonly PluginConfig[];
  readonly remarks: readonly Remark[];
  /** Files and folders of [include] that may not be read and were passed over. */
  readonly passedOver: readonly string[];
};

/** One mistake in a configuration or on a command line. */
export type ConfigError = {
  /** The original's words; tools and people look for them. */
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  /** The offending text as it stands there. */
  readonly excerpt: string | null;
  /** What to do: the nearest name, `%%` and the column. */
  readonly hint: string | null;
};
