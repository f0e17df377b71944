/** The options of lines: what those of a program look like in its logs, and where else they go. A part of the table. (LOGX) */
import { FACILITY_WORDS } from "./logtargets.ts";
import type { Channel, Option } from "./optionrow.ts";

/** Of [supervisord]: what a line of the activity log looks like. (OBS-005) */
export const ACTIVITY_FORMAT = {
  logfile_format: {
    type: "choice",
    choice: { what: "format of the activity log", words: ["text", "json"] },
    default: "text",
    scope: "here",
    member: { field: "logfileFormat" },
    isOurs: true,
    brief: { en: "form of the activity log's lines: text, or json for a collector", zh: "活动日志各行的形式：text，或供采集器使用的 json" },
    more: {
      en: "With `json` each message is one line, an object with `time` (UTC), `level` (the words of `loglevel`) and `message`; one of several lines is one object, too. It counts for the console in the foreground and not for syslog.",
      zh: "设为 `json` 时每条消息是一行：含 `time`（UTC）、`level`（`loglevel` 的取值）和 `message` 的对象；多行消息也只是一个对象。对前台运行时的控制台同样有效，对 syslog 无效。",
    },
  },
} as const satisfies Record<string, Option>;

/** Of [supervisord]: supervisord's own stdout and stderr, for the lines of all programs. */
export const CONSOLE = {
  console: {
    type: "choice",
    choice: { what: "console", words: ["none", "all"] },
    default: "none",
    scope: "here",
    member: { field: "console" },
    isOurs: true,
    brief: {
      en: "lines of all programs also go to supervisord's own stdout and stderr: none or all",
      zh: "所有程序的各行也写到 supervisord 自己的标准输出和标准错误：none 或 all",
    },
    more: {
      en: "In the foreground (`nodaemon`), for containers. `stdout_console` and `stderr_console` of a program count before it. Log files are as without it. A line of one process never has a piece of another in it.",
      zh: "用于前台运行（`nodaemon`），例如在容器中。程序的 `stdout_console` 和 `stderr_console` 优先。日志文件不受影响。一个进程的行中绝不会夹杂其他进程的内容。",
    },
  },
  console_format: {
    type: "choice",
    choice: { what: "format of the console", words: ["text", "json", "raw"] },
    default: "text",
    scope: "here",
    member: { field: "consoleFormat" },
    isOurs: true,
    brief: {
      en: "form of programs' lines there: text (time, prefix, line), json or raw (the line alone)",
      zh: "其中程序各行的形式：text（时间、前缀、行）、json 或 raw（仅行本身）",
    },
  },
  console_prefix: {
    type: "prefix",
    default: '"{process} | "',
    scope: "here",
    member: { field: "consolePrefix" },
    isOurs: true,
    brief: { en: "text before each line there, behind the time", zh: "其中每行之前、时间之后的文本" },
    more: {
      en: "`{process}` is the name as `status` shows it, `{group}`, `{channel}` and `{pid}` what they say.",
      zh: "`{process}` 为 `status` 所示的名称，`{group}`、`{channel}` 和 `{pid}` 代表各自的值。",
    },
  },
  console_timestamp: {
    type: "choice",
    choice: { what: "timestamp", words: ["none", "iso", "utc", "epoch"] },
    default: "none",
    scope: "here",
    member: { field: "consoleTimestamp" },
    isOurs: true,
    brief: {
      en: "time before each line there: none, iso (local, with offset), utc, epoch (seconds)",
      zh: "其中每行前的时间：none 无，iso 本地时间及时差，utc 世界时，epoch 秒数",
    },
  },
  console_line_max: {
    type: "bytes",
    default: "16KB",
    scope: "here",
    member: { field: "consoleLineMax" },
    isOurs: true,
    brief: {
      en: "how much of a line waits for its end, from 1KB to 256KB; then it goes out as a line",
      zh: "一行最多等待多少字节的内容，1KB 至 256KB；超出则作为一行写出",
    },
    more: {
      en: "Also of lines in log files with a format.",
      zh: "也适用于带格式的日志文件中的行。",
    },
  },
  console_full: {
    type: "choice",
    choice: { what: "treatment of a full console", words: ["wait", "drop"] },
    default: "wait",
    scope: "here",
    member: { field: "consoleFull" },
    isOurs: true,
    brief: {
      en: "when nobody reads the console: programs wait, or their lines are dropped there and counted",
      zh: "控制台无人读取时：wait 程序等待，drop 丢弃并计数",
    },
    more: {
      en: "With `wait` a program whose lines are for the console waits in its own write, as under Docker itself, when 256 KiB of lines wait there; supervisord and all other programs go on. While supervisord shuts down nobody waits. At most 24 programs wait; lines of further ones are dropped there, as with `drop`, and told: `holdfast: 12 lines of web dropped (not read fast enough)`.",
      zh: "取 `wait` 时，若已有 256 KiB 的行等待读取，输出到控制台的程序会在自己的写操作中等待，与直接在 Docker 下相同；supervisord 和其他程序照常运行。supervisord 关闭期间不等待。最多 24 个程序等待；其余程序的行如同 `drop` 一样被丢弃并给出提示：`holdfast: 12 lines of web dropped (not read fast enough)`。",
    },
  },
} as const satisfies Record<string, Option>;

/** Of one channel. */
export function lineOptions<const C extends Channel>(name: C) {
  const of: { readonly of: C } = { of: name };
  return {
    logfile_format: {
      type: "choice",
      choice: { what: "format of a log", words: ["raw", "text", "json"] },
      default: "raw",
      scope: "process",
      member: { ...of, field: "format" },
      isOurs: true,
      brief: {
        en: `what the log of ${name} gets: the bytes as they come, lines of text, or a JSON object for each line`,
        zh: `${name} 日志的内容：raw 原样字节，text 文本行，json 每行一个 JSON 对象`,
      },
      more: {
        en: "With `text` and `json` lines come whole: the rest of one waits for its end, at most `console_line_max` of it. `json` has the keys `time`, `group`, `process`, `pid`, `channel` and `message`; bytes that are no UTF-8 become U+FFFD. `tail` and `tail -f` show what is in the file.",
        zh: "`text` 与 `json` 只写完整的行：不完整的行等待其结尾，最多 `console_line_max`。`json` 的键为 `time`、`group`、`process`、`pid`、`channel` 和 `message`；非 UTF-8 字节变为 U+FFFD。`tail` 与 `tail -f` 显示文件中的内容。",
      },
    },
    logfile_timestamp: {
      type: "choice",
      choice: { what: "timestamp", words: ["none", "iso", "utc", "epoch"] },
      default: "none",
      scope: "process",
      member: { ...of, field: "timestamp" },
      isOurs: true,
      brief: {
        en: `time before each line in the log of ${name}: none, iso (local, with offset), utc, epoch (seconds)`,
        zh: `${name} 日志每行前的时间：none 无，iso 本地时间及时差，utc 世界时，epoch 秒数`,
      },
      more: {
        en: "The moment at which the line was read, to the millisecond. With another value than `none`, `raw` is `text`.",
        zh: "读到该行的时刻，精确到毫秒。取 `none` 以外的值时，`raw` 即为 `text`。",
      },
    },
    logfile_prefix: {
      type: "prefix",
      default: "",
      scope: "process",
      member: { ...of, field: "prefix" },
      isOurs: true,
      brief: {
        en: `text before each line in the log of ${name}, behind the time`,
        zh: `${name} 日志每行前的文本，位于时间之后`,
      },
      more: {
        en: 'Written in `"…"` it keeps its blanks. `{group}`, `{process}`, `{channel}` and `{pid}` stand for what they say. With a prefix `raw` is `text`; `json` has none.',
        zh: '写在 `"…"` 中可保留空格。`{group}`、`{process}`、`{channel}` 和 `{pid}` 代表各自的值。有前缀时 `raw` 即为 `text`；`json` 没有前缀。',
      },
    },
  } as const satisfies Record<string, Option>;
}

/** Where else the lines of a channel go. */
export function targetOptions<const C extends Channel>(name: C) {
  const of: { readonly of: C } = { of: name };
  return {
    console: {
      type: "boolean",
      default: null,
      unset: { en: "what `console` of [supervisord] says", zh: "由 [supervisord] 的 `console` 决定" },
      scope: "process",
      member: { ...of, field: "console" },
      isOurs: true,
      brief: {
        en: `lines of ${name} also go to supervisord's own ${name}, in the foreground`,
        zh: `前台运行时，${name} 的各行也写到 supervisord 自己的 ${name}`,
      },
      more: {
        en: "The log file is as without it.",
        zh: "日志文件不受影响。",
      },
    },
    targets: {
      type: "logtargets",
      default: "",
      scope: "process",
      member: { ...of, field: "targets" },
      isOurs: true,
      brief: {
        en: `where else ${name} goes: syslog, journal, absolute paths, comma separated`,
        zh: `${name} 的其他去向：syslog、journal、绝对路径，以逗号分隔`,
      },
      more: {
        en: "A path gets what the log file gets; it is appended to and never rotated here. `syslog` is what `syslog` of the channel says, `journal` systemd's journal.",
        zh: "路径得到与日志文件相同的内容，只追加，不在此轮转。`syslog` 等同于该通道的 `syslog` 选项，`journal` 为 systemd 日志。",
      },
    },
    rate: {
      type: "whole",
      range: [0, 1_000_000],
      default: "0",
      scope: "process",
      member: { ...of, field: "rate" },
      isOurs: true,
      brief: {
        en: `lines of ${name} per second that go to console, syslog and journal, 0 for all`,
        zh: `${name} 每秒写到控制台、syslog 和 journal 的行数，0 表示不限`,
      },
      more: {
        en: "After a pause ten times as many go at once. What is over is dropped there and told, at most every 10 seconds; the log file gets everything.",
        zh: "停顿之后可一次写出十倍的行数。超出的行在那里被丢弃，至多每 10 秒提示一次；日志文件得到全部内容。",
      },
    },
  } as const satisfies Record<string, Option>;
}

/** Of a program: what its lines look like in syslog and in the journal. */
export const SYSLOG = {
  syslog_facility: {
    type: "choice",
    choice: { what: "facility of syslog", words: FACILITY_WORDS },
    default: null,
    unset: { en: "user", zh: "user" },
    scope: "process",
    member: { field: "syslogFacility" },
    isOurs: true,
    brief: { en: "facility of the program's lines in syslog", zh: "程序各行在 syslog 中的 facility" },
    more: {
      en: "For `stdout_syslog`, `stderr_syslog` and the targets `syslog` and `journal`. With any of `syslog_facility`, `syslog_tag` and `syslog_level` a record is `TAG[PID]: LINE`; with none it is Supervisor's.",
      zh: "用于 `stdout_syslog`、`stderr_syslog` 以及 `syslog`、`journal` 目标。设置 `syslog_facility`、`syslog_tag`、`syslog_level` 任一时，记录为 `TAG[PID]: LINE`；都不设置时与 Supervisor 相同。",
    },
  },
  syslog_tag: {
    type: "prefix",
    default: null,
    unset: { en: "the name of the process", zh: "进程名" },
    scope: "process",
    member: { field: "syslogTag" },
    isOurs: true,
    brief: { en: "tag of the program's lines in syslog", zh: "程序各行在 syslog 中的标签" },
    more: {
      en: "`{group}`, `{process}`, `{channel}` and `{pid}` stand for what they say.",
      zh: "`{group}`、`{process}`、`{channel}` 和 `{pid}` 代表各自的值。",
    },
  },
  syslog_level: {
    type: "sysloglevels",
    default: null,
    unset: { en: "info", zh: "info" },
    scope: "process",
    member: { field: "syslogLevels" },
    isOurs: true,
    brief: {
      en: "level of the program's lines in syslog, or two: of stdout and of stderr",
      zh: "程序各行在 syslog 中的级别；写两个时分别用于 stdout 和 stderr",
    },
  },
  syslog_address: {
    type: "syslogaddress",
    default: "/dev/log",
    scope: "process",
    member: { field: "syslogAddress" },
    isOurs: true,
    brief: {
      en: "where syslog listens: /path, udp://HOST:PORT or tcp://HOST:PORT",
      zh: "syslog 监听的位置：/路径、udp://HOST:PORT 或 tcp://HOST:PORT",
    },
    more: {
      en: "Over a network the records are those of RFC 5424; with TCP each has its length before it. What cannot be sent waits, up to 1 MiB for an address; then it is dropped and told. There is no TLS: a syslog daemon on the same host can do that.",
      zh: "通过网络时使用 RFC 5424 记录；TCP 中每条记录前有其长度。发不出去的内容等待，每个地址最多 1 MiB，超出则丢弃并提示。不支持 TLS，可由本机的 syslog 守护进程承担。",
    },
  },
} as const satisfies Record<string, Option>;
