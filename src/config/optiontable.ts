/**
 * THE table of options: every section and option that a configuration file may hold. Reading, defaults, messages about unknown names, the sample of
 * echo_supervisord_conf, the flags of supervisord, the reference pages and the JSON schema derive from it; nothing else lists options.
 *
 * Rows stand in the order of the sample and the reference. In which order values are checked, and so which of two errors comes first,
 * is said by the code that reads a section.
 */
import { CGROUPS, COLOR } from "./choices.ts";
import { GROUP_DEPENDENCIES } from "./dependencyoptions.ts";
import { HOST_OPTIONS } from "./hostoptions.ts";
import { LIFE_OPTIONS } from "./lifeoptions.ts";
import { ACTIVITY_FORMAT, CONSOLE, lineOptions, SYSLOG, targetOptions } from "./logoptions.ts";
import type { Channel, Option, Words } from "./optionrow.ts";
import { ACTIVITY_ROTATION, rotationOptions } from "./rotationoptions.ts";

export { type Channel, type Member, type Option, SCOPES, type Scope, type Words } from "./optionrow.ts";

const NONE: Words = { en: "unset", zh: "未设置" };
const YES_NO_DEFAULT = { type: "boolean", default: "false" } as const;

const SERVER_LOGIN = {
  username: {
    type: "text",
    default: null,
    unset: { en: "no authentication", zh: "不做身份验证" },
    scope: "env",
    sample: "user",
    brief: { en: "user name that clients must give", zh: "客户端必须提供的用户名" },
    more: {
      en: "`username` and `password` go together: one without the other is an error.",
      zh: "`username` 与 `password` 必须同时设置，只设其一是错误。",
    },
  },
  password: {
    type: "text",
    default: null,
    unset: { en: "no authentication", zh: "不做身份验证" },
    scope: "env",
    sample: "123",
    brief: { en: "password that clients must give", zh: "客户端必须提供的密码" },
    more: {
      en: "Clear text, or `{SCRYPT}…` as `supervisord --hash-password` makes it of a password on its standard input, or `{SHA}` followed by the 40 hex digits of its SHA-1, in lower case, which protects a weak password badly. Clients give the password itself in each case.",
      zh: "明文；或 `supervisord --hash-password` 根据标准输入中的密码生成的 `{SCRYPT}…`；或 `{SHA}` 后接 40 位小写十六进制的 SHA-1 值（对弱密码保护不足）。任何情况下客户端给出的都是密码本身。",
    },
  },
} as const satisfies Record<string, Option>;

/** Ours: what a server answers besides what the original's does. */
export const SERVER_OFFERS = {
  ui: {
    type: "choice",
    choice: { what: "page", words: ["modern", "classic"] },
    default: "modern",
    scope: "env",
    member: { field: "ui" },
    isOurs: true,
    brief: {
      en: "page that a browser gets at /: modern or classic",
      zh: "浏览器在 / 看到的页面：modern（新页面）或 classic（经典页面）",
    },
    more: {
      en: "The classic page is always at `/index.html`, and at `/` for clients that are no browsers. The modern page needs `api`.",
      zh: "经典页面始终位于 `/index.html`；非浏览器的客户端在 `/` 得到的也是经典页面。新页面需要 `api`。",
    },
  },
  api: {
    type: "boolean",
    default: "true",
    scope: "env",
    member: { field: "api" },
    isOurs: true,
    brief: { en: "offer the JSON API under /api/v1", zh: "在 /api/v1 下提供 JSON API" },
  },
  metrics: {
    type: "boolean",
    default: "true",
    scope: "env",
    member: { field: "metrics" },
    isOurs: true,
    brief: { en: "offer figures for Prometheus at /metrics", zh: "在 /metrics 提供 Prometheus 指标" },
  },
  health: {
    type: "boolean",
    default: "true",
    scope: "env",
    member: { field: "health" },
    isOurs: true,
    brief: { en: "answer the checks of containers at /healthz and /readyz", zh: "在 /healthz 和 /readyz 响应容器的健康检查" },
  },
} as const satisfies Record<string, Option>;

export const UNIX_SERVER = {
  file: {
    type: "text",
    default: null,
    isRequired: true,
    scope: "here",
    sample: "/tmp/supervisor.sock",
    isActiveInSample: true,
    brief: { en: "path of the socket file", zh: "套接字文件的路径" },
  },
  chmod: { type: "octal", default: "0700", scope: "env", sample: "0700", brief: { en: "mode of the socket file", zh: "套接字文件的权限" } },
  chown: {
    type: "owner",
    default: null,
    unset: { en: "the user that supervisord runs as", zh: "运行 supervisord 的用户" },
    scope: "env",
    sample: "nobody:nogroup",
    brief: { en: "owner of the socket file, user or user:group", zh: "套接字文件的属主，格式为 user 或 user:group" },
  },
  ...SERVER_LOGIN,
  ...SERVER_OFFERS,
} as const satisfies Record<string, Option>;

export const INET_SERVER = {
  port: {
    type: "address",
    default: null,
    isRequired: true,
    scope: "env",
    sample: "127.0.0.1:9001",
    brief: {
      en: "host:port to listen on; a port alone or *:port means every interface",
      zh: "监听的 host:port；只写端口或 *:port 表示所有网络接口",
    },
  },
  ...SERVER_LOGIN,
  ...SERVER_OFFERS,
} as const satisfies Record<string, Option>;

export const SUPERVISORD = {
  logfile: {
    type: "dirpath",
    default: "supervisord.log",
    scope: "here",
    member: { field: "logfile" },
    sample: "/tmp/supervisord.log",
    isActiveInSample: true,
    brief: { en: "path of the activity log", zh: "活动日志的路径" },
    more: {
      en: "The word `syslog` sends it to syslog instead. A relative path counts from the working directory.",
      zh: "写 `syslog` 则改为发送到 syslog。相对路径以工作目录为准。",
    },
  },
  logfile_maxbytes: {
    type: "bytes",
    default: "50MB",
    scope: "here",
    member: { field: "logfileMaxBytes" },
    sample: "50MB",
    isActiveInSample: true,
    brief: { en: "size at which the activity log is rotated, 0 for never", zh: "活动日志轮转的大小，0 表示从不轮转" },
  },
  logfile_backups: {
    type: "integer",
    default: "10",
    scope: "here",
    member: { field: "logfileBackups" },
    sample: "10",
    isActiveInSample: true,
    brief: { en: "how many rotated activity logs are kept", zh: "保留多少个轮转后的活动日志" },
  },
  loglevel: {
    type: "loglevel",
    default: "info",
    scope: "here",
    member: { field: "logLevel" },
    sample: "info",
    isActiveInSample: true,
    brief: {
      en: "what the activity log tells: critical, error, warn, info, debug, trace or blather",
      zh: "活动日志的级别：critical、error、warn、info、debug、trace 或 blather",
    },
  },
  pidfile: {
    type: "dirpath",
    default: "supervisord.pid",
    scope: "here",
    member: { field: "pidfile" },
    sample: "/tmp/supervisord.pid",
    isActiveInSample: true,
    brief: { en: "file that holds the process id of supervisord", zh: "保存 supervisord 进程号的文件" },
  },
  nodaemon: {
    ...YES_NO_DEFAULT,
    scope: "here",
    member: { field: "nodaemon" },
    sample: "false",
    isActiveInSample: true,
    brief: { en: "stay in the foreground", zh: "在前台运行" },
  },
  silent: {
    ...YES_NO_DEFAULT,
    scope: "here",
    member: { field: "silent" },
    sample: "false",
    isActiveInSample: true,
    brief: { en: "do not repeat the activity log on stdout in the foreground", zh: "前台运行时不在标准输出上重复活动日志" },
  },
  minfds: {
    type: "integer",
    default: "1024",
    scope: "here",
    member: { field: "minFds" },
    sample: "1024",
    isActiveInSample: true,
    brief: {
      en: "open files that must be allowed, else supervisord does not start",
      zh: "必须允许打开的文件数，不足则 supervisord 不启动",
    },
  },
  minprocs: {
    type: "integer",
    default: "200",
    scope: "here",
    member: { field: "minProcs" },
    sample: "200",
    isActiveInSample: true,
    brief: { en: "processes that must be allowed, else supervisord does not start", zh: "必须允许的进程数，不足则 supervisord 不启动" },
  },
  umask: {
    type: "octal",
    default: "022",
    scope: "here",
    member: { field: "umask" },
    sample: "022",
    brief: { en: "umask of supervisord once it is a daemon", zh: "supervisord 成为守护进程后的 umask" },
    more: { en: "It has no effect in the foreground.", zh: "在前台运行时无效。" },
  },
  user: {
    type: "user",
    default: null,
    unset: { en: "the user that starts supervisord", zh: "启动 supervisord 的用户" },
    scope: "here",
    sample: "supervisord",
    brief: { en: "user that supervisord becomes when root starts it", zh: "由 root 启动时 supervisord 切换到的用户" },
  },
  identifier: {
    type: "text",
    default: "supervisor",
    scope: "here",
    member: { field: "identifier" },
    sample: "supervisor",
    brief: {
      en: "name of this instance, for clients and in the names of AUTO logs",
      zh: "本实例的名称，供客户端使用，也出现在 AUTO 日志的文件名中",
    },
  },
  directory: {
    type: "directory",
    default: null,
    unset: { en: "the directory is kept", zh: "不切换目录" },
    scope: "here",
    member: { field: "directory" },
    sample: "/tmp",
    brief: { en: "directory that supervisord changes to when it becomes a daemon", zh: "supervisord 成为守护进程时切换到的目录" },
    more: { en: "It has no effect in the foreground.", zh: "在前台运行时无效。" },
  },
  nocleanup: {
    ...YES_NO_DEFAULT,
    scope: "here",
    member: { field: "nocleanup" },
    sample: "true",
    brief: { en: "keep AUTO logs of earlier runs at start", zh: "启动时保留以前运行留下的 AUTO 日志" },
  },
  childlogdir: {
    type: "directory",
    default: null,
    unset: { en: "the system's folder for temporary files", zh: "系统的临时目录" },
    scope: "here",
    member: { field: "childLogDir" },
    sample: "/tmp",
    brief: { en: "directory of AUTO logs", zh: "AUTO 日志所在的目录" },
  },
  environment: {
    type: "environment",
    default: "",
    scope: "host",
    sample: 'KEY="value"',
    brief: { en: 'variables for every program: KEY="value",KEY2="value2"', zh: '给所有程序的环境变量：KEY="value",KEY2="value2"' },
    more: {
      en: "They are not set for supervisord itself. Options of programs may use them as `%(ENV_KEY)s`.",
      zh: "不会设置到 supervisord 自身。程序的选项可用 `%(ENV_KEY)s` 引用它们。",
    },
  },
  strip_ansi: {
    ...YES_NO_DEFAULT,
    scope: "here",
    member: { field: "stripAnsi" },
    sample: "false",
    brief: { en: "remove ANSI escape sequences from the logs of programs", zh: "从程序日志中去除 ANSI 转义序列" },
  },
  update_mode: {
    type: "choice",
    choice: { what: "update mode", words: ["as-original", "minimal"] },
    default: "as-original",
    scope: "here",
    member: { field: "updateMode" },
    isOurs: true,
    brief: {
      en: "what update does to a changed group: as-original restarts all of it, minimal only what changed",
      zh: "update 如何处理有变化的组：as-original 重启整组，minimal 只重启有变化的部分",
    },
  },
  cgroups: {
    type: "choice",
    choice: CGROUPS,
    default: "auto",
    scope: "here",
    member: { field: "cgroups" },
    isOurs: true,
    brief: {
      en: "whether programs with memory_max, pids_max, cpu_max or killtree get control groups: auto, off, require",
      zh: "使用 memory_max、pids_max、cpu_max 或 killtree 的程序是否使用控制组：auto、off、require",
    },
    more: {
      en: "Control groups of version 2, in the one that supervisord was started in, where it may write. auto: where that is not so the three limits are not enforced; the log, `why` and the page say so. off: as if there were none. require: a program with one of the three limits does not start without. It counts from the next start of supervisord.",
      zh: "在 supervisord 启动时所在的、可写的第 2 版控制组中创建。auto：不可用时三项限制不生效，日志、`why` 和网页会说明。off：如同没有控制组。require：没有控制组时，带有三项限制之一的程序不会启动。自 supervisord 下次启动起生效。",
    },
  },
  shutdown_timeout: {
    type: "duration",
    default: "0",
    scope: "here",
    member: { field: "shutdownTimeoutMs" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "how long a shutdown may take before everything is killed, 0 for as long as it needs",
      zh: "关闭过程最多用多长时间，超时则杀死所有程序，0 表示不限",
    },
    more: {
      en: "`8s`, `500ms`, `1m`; a number alone is in seconds. What still runs then gets SIGKILL, in its process group where `killasgroup` says so; 5 seconds later supervisord ends even if something is left. It should be less than what the container runtime waits (Docker: 10 seconds). It does not concern a reload.",
      zh: "`8s`、`500ms`、`1m`；只写数字表示秒。届时仍在运行的程序收到 SIGKILL（`killasgroup` 为真时发给整个进程组）；再过 5 秒，即使仍有进程残留，supervisord 也会结束。应小于容器运行时的等待时间（Docker 为 10 秒）。不影响 reload。",
    },
  },
  ...HOST_OPTIONS,
  ...ACTIVITY_FORMAT,
  ...CONSOLE,
  ...ACTIVITY_ROTATION,
  extra_options: {
    type: "list",
    default: "",
    scope: "here",
    isOurs: true,
    brief: {
      en: "names of options that other tools read: no warning is given for them",
      zh: "由其他工具读取的选项名：不对它们发出警告",
    },
    more: {
      en: "Comma separated; `*` stands for any text. A name of an option that Supervisor does not have is not read then, though it is one of ours; `*` alone is about unknown options.",
      zh: "以逗号分隔；`*` 代表任意文本。若列出的是 Supervisor 没有而本程序有的选项，则该选项不再被读取；单独的 `*` 只涉及未知选项。",
    },
  },
} as const satisfies Record<string, Option>;

export const RPC_INTERFACE = {
  "supervisor.rpcinterface_factory": {
    type: "text",
    default: null,
    isRequired: true,
    scope: "env",
    sample: "supervisor.rpcinterface:make_main_rpcinterface",
    isActiveInSample: true,
    brief: { en: "what makes the interface, module:name", zh: "创建该接口的工厂，格式为 module:name" },
  },
} as const satisfies Record<string, Option>;

export const SUPERVISORCTL = {
  serverurl: {
    type: "text",
    default: "http://localhost:9001",
    scope: "here",
    sample: "unix:///tmp/supervisor.sock",
    isActiveInSample: true,
    brief: {
      en: "where supervisord listens: unix://path or http://host:port",
      zh: "supervisord 监听的地址：unix://path 或 http://host:port",
    },
  },
  username: {
    type: "text",
    default: null,
    unset: NONE,
    scope: "env",
    sample: "chris",
    brief: { en: "user name, as in the server's section", zh: "用户名，与服务器段中的一致" },
  },
  password: {
    type: "text",
    default: null,
    unset: NONE,
    scope: "env",
    sample: "123",
    brief: { en: "password, as in the server's section", zh: "密码，与服务器段中的一致" },
  },
  prompt: {
    type: "text",
    default: "supervisor",
    scope: "env",
    sample: "mysupervisor",
    brief: { en: "prompt of the interactive shell", zh: "交互式命令行的提示符" },
  },
  history_file: {
    type: "text",
    default: null,
    unset: { en: "no history is kept", zh: "不保存历史" },
    scope: "here",
    sample: "~/.sc_history",
    brief: { en: "file that keeps the history of the interactive shell", zh: "保存交互式命令行历史的文件" },
  },
  color: {
    type: "choice",
    choice: COLOR,
    default: null,
    unset: { en: "what Supervisor prints is not coloured, on a terminal either", zh: "Supervisor 原有的输出不着色，终端上也一样" },
    scope: "env",
    isOurs: true,
    sample: "auto",
    isActiveInSample: true,
    brief: { en: "colours: auto on a terminal, always, never", zh: "颜色：auto 仅在终端上，always 总是，never 从不" },
  },
} as const satisfies Record<string, Option>;

export const CTL_PLUGIN = {
  "supervisor.ctl_factory": {
    type: "text",
    default: null,
    isRequired: true,
    scope: "env",
    brief: { en: "what makes the commands, module:name", zh: "创建命令的工厂，格式为 module:name" },
  },
} as const satisfies Record<string, Option>;

/** The two channels of a program have the same options. */
function channel<const C extends Channel>(name: C, first: number) {
  const of: { readonly of: C } = { of: name };
  return prefixed(name, {
    logfile: {
      type: "logfile",
      default: "AUTO",
      scope: "process",
      member: { ...of, field: "logfile", place: first + 2 },
      sample: "/a/path",
      brief: {
        en: `log of ${name}: a path, NONE, or AUTO for a file in childlogdir`,
        zh: `${name} 的日志：路径、NONE，或 AUTO（childlogdir 中的文件）`,
      },
      more: {
        en: "Special words in any case. The folder must exist. A literal `%` is written `%%`; `%%%%`, which the original needs, works as well.",
        zh: "特殊词不区分大小写。所在目录必须存在。字面的 `%` 写作 `%%`；原版所需的 `%%%%` 也可以。",
      },
    },
    logfile_maxbytes: {
      type: "bytes",
      default: "50MB",
      scope: "process",
      member: { ...of, field: "maxBytes", place: first + 4 },
      sample: "1MB",
      isLive: true,
      brief: { en: `size at which the log of ${name} is rotated, 0 for never`, zh: `${name} 日志轮转的大小，0 表示从不轮转` },
    },
    logfile_backups: {
      type: "integer",
      default: "10",
      scope: "process",
      member: { ...of, field: "backups", place: first + 3 },
      sample: "10",
      isLive: true,
      brief: { en: `how many rotated logs of ${name} are kept`, zh: `保留多少个轮转后的 ${name} 日志` },
    },
    capture_maxbytes: {
      type: "bytes",
      default: "0",
      scope: "program",
      member: { ...of, field: "captureMaxBytes", place: first },
      sample: "1MB",
      brief: { en: `size of the buffer of capture mode on ${name}, 0 for off`, zh: `${name} 捕获模式的缓冲区大小，0 表示关闭` },
    },
    events_enabled: {
      ...YES_NO_DEFAULT,
      scope: "program",
      member: { ...of, field: "eventsEnabled", place: first + 1 },
      sample: "false",
      brief: { en: `send PROCESS_LOG events for what is written to ${name}`, zh: `对写到 ${name} 的内容发送 PROCESS_LOG 事件` },
    },
    syslog: {
      ...YES_NO_DEFAULT,
      scope: "process",
      member: { ...of, field: "syslog", place: first + 5 },
      sample: "false",
      brief: { en: `send ${name} to syslog too, with the name of the process`, zh: `同时将 ${name} 连同进程名发送到 syslog` },
    },
    ...lineOptions(name),
    ...targetOptions(name),
    ...rotationOptions(name),
  } as const satisfies Record<string, Option>);
}

function prefixed<const C extends string, R extends Readonly<Record<string, Option>>>(name: C, rows: R) {
  const entries = Object.entries(rows).map(([option, row]) => [`${name}_${option}`, row] as const);
  return Object.fromEntries(entries) as unknown as { readonly [K in keyof R & string as `${C}_${K}`]: R[K] };
}

export const PROGRAM = {
  command: {
    type: "text",
    default: null,
    isRequired: true,
    scope: "process",
    member: { field: "command", place: 4 },
    sample: "/bin/cat",
    brief: { en: "the program with its arguments", zh: "程序及其参数" },
    more: {
      en: "Split into words like a shell does, with quotes and backslashes, but no shell runs: no variables, no redirection. A bare name is looked for in PATH. ` ;` and ` #` start a comment, even inside quotes.",
      zh: "按 shell 的规则（引号、反斜杠）拆分成词，但不经过 shell：没有变量和重定向。不含斜杠的名字在 PATH 中查找。` ;` 与 ` #` 即使在引号内也会开始注释。",
    },
  },
  process_name: {
    type: "name",
    default: "%(program_name)s",
    scope: "process",
    member: { field: "name", place: 10, as: "name" },
    sample: "%(program_name)s",
    brief: {
      en: "name of each process; must hold %(process_num) when numprocs is above 1",
      zh: "每个进程的名称；numprocs 大于 1 时必须含 %(process_num)",
    },
  },
  numprocs: {
    type: "integer",
    default: "1",
    scope: "program",
    sample: "1",
    brief: { en: "how many processes are made of this section", zh: "由本段创建多少个进程" },
  },
  numprocs_start: {
    type: "integer",
    default: "0",
    scope: "program",
    sample: "0",
    brief: { en: "the first value of process_num", zh: "process_num 的第一个值" },
  },
  directory: {
    type: "text",
    default: null,
    unset: { en: "the directory of supervisord", zh: "supervisord 的目录" },
    scope: "process",
    member: { field: "directory", place: 2 },
    sample: "/tmp",
    brief: { en: "directory that the program starts in", zh: "程序启动时所在的目录" },
    more: { en: "Not checked when the file is read; `~` is not expanded.", zh: "读取配置时不检查；不展开 `~`。" },
  },
  umask: {
    type: "octal",
    default: null,
    unset: { en: "the umask of supervisord", zh: "supervisord 的 umask" },
    scope: "program",
    member: { field: "umask" },
    sample: "022",
    brief: { en: "umask of the program", zh: "程序的 umask" },
  },
  priority: {
    type: "integer",
    default: "999",
    scope: "here",
    member: { field: "priority", place: 11, as: "process_prio" },
    sample: "999",
    isLive: true,
    brief: { en: "lower ones start first and stop last", zh: "数值小的先启动、后停止" },
    more: {
      en: "Only `here` and `ENV_x` can be used in it, unless the program is a member of a group.",
      zh: "其中只能使用 `here` 和 `ENV_x`，除非该程序是某个组的成员。",
    },
  },
  autostart: {
    type: "boolean",
    default: "true",
    scope: "program",
    member: { field: "autostart", place: 0 },
    sample: "true",
    isLive: true,
    brief: { en: "start together with supervisord", zh: "随 supervisord 一起启动" },
  },
  startsecs: {
    type: "integer",
    default: "1",
    scope: "program",
    member: { field: "startSecs", place: 14 },
    sample: "1",
    isLive: true,
    brief: { en: "seconds that the program must stay up for its start to count as successful", zh: "程序须持续运行多少秒才算启动成功" },
  },
  startretries: {
    type: "retries",
    default: "3",
    scope: "program",
    member: { field: "startRetries", place: 13 },
    sample: "3",
    isLive: true,
    brief: { en: "failed starts in a row before the state is FATAL", zh: "连续启动失败多少次后进入 FATAL 状态" },
    more: {
      en: "The n-th retry comes n seconds after the failed start, or after the pause of `restart_delay`. With `infinite`, which Supervisor does not have, the state is never FATAL for that, and the pauses grow to `restart_delay_max` at most.",
      zh: "第 n 次重试在启动失败 n 秒后进行，或在 `restart_delay` 的停顿之后进行。写作 `infinite`（Supervisor 没有）时不会因此进入 FATAL，停顿最长为 `restart_delay_max`。",
    },
  },
  autorestart: {
    type: "autorestart",
    default: "unexpected",
    scope: "program",
    member: { field: "autorestart", place: 1 },
    sample: "unexpected",
    isLive: true,
    brief: {
      en: "restart after an exit: true, false, or unexpected for exit codes not in exitcodes",
      zh: "退出后是否重启：true、false，或 unexpected（退出码不在 exitcodes 中时）",
    },
  },
  exitcodes: {
    type: "exitcodes",
    default: "0",
    scope: "program",
    member: { field: "exitCodes", place: 5 },
    sample: "0",
    isLive: true,
    brief: { en: "expected exit codes, comma separated", zh: "预期的退出码，以逗号分隔" },
  },
  stopsignal: {
    type: "signal",
    default: "TERM",
    scope: "program",
    member: { field: "stopSignal", place: 21 },
    sample: "QUIT",
    isLive: true,
    brief: { en: "signal that stops the program", zh: "用于停止程序的信号" },
  },
  stopwaitsecs: {
    type: "integer",
    default: "10",
    scope: "program",
    member: { field: "stopWaitSecs", place: 22 },
    sample: "10",
    isLive: true,
    brief: { en: "seconds to wait before a stopping program is killed", zh: "停止程序时等待多少秒后强制杀死" },
  },
  stopasgroup: {
    ...YES_NO_DEFAULT,
    scope: "program",
    member: { field: "stopAsGroup" },
    sample: "false",
    isLive: true,
    brief: { en: "send the stop signal to the whole process group", zh: "将停止信号发送给整个进程组" },
  },
  killasgroup: {
    type: "boolean",
    default: null,
    unset: { en: "the value of `stopasgroup`", zh: "与 `stopasgroup` 相同" },
    scope: "program",
    member: { field: "killAsGroup", place: 9 },
    sample: "false",
    isLive: true,
    brief: { en: "kill the whole process group", zh: "强制杀死整个进程组" },
    more: { en: "It cannot be false when `stopasgroup` is true.", zh: "`stopasgroup` 为 true 时不能为 false。" },
  },
  user: {
    type: "user",
    default: null,
    unset: { en: "the user of supervisord", zh: "supervisord 的用户" },
    scope: "program",
    member: { field: "uid", place: 3, as: "uid" },
    sample: "chrism",
    brief: { en: "user that the program runs as", zh: "运行程序的用户" },
  },
  redirect_stderr: {
    ...YES_NO_DEFAULT,
    scope: "program",
    member: { field: "redirectStderr", place: 12 },
    sample: "true",
    brief: { en: "stderr goes where stdout goes", zh: "将标准错误并入标准输出" },
  },
  ...channel("stdout", 15),
  ...channel("stderr", 23),
  ...SYSLOG,
  environment: {
    type: "environment",
    default: "",
    scope: "process",
    member: { field: "environment" },
    sample: 'A="1",B="2"',
    brief: { en: "variables for this program, over those of [supervisord]", zh: "本程序的环境变量，优先于 [supervisord] 中的" },
    more: {
      en: "`KEY=\"value\",KEY2='value2'`. Quotes are needed around anything but letters, digits and `_ / . + - ( ) :`. Other per-process options may use them as `%(ENV_KEY)s`.",
      zh: "`KEY=\"value\",KEY2='value2'`。除字母、数字和 `_ / . + - ( ) :` 以外的内容需要加引号。其他按进程展开的选项可用 `%(ENV_KEY)s` 引用。",
    },
  },
  serverurl: {
    type: "text",
    default: "AUTO",
    scope: "program",
    member: { field: "serverUrl", place: 29 },
    sample: "AUTO",
    brief: {
      en: "SUPERVISOR_SERVER_URL of the program; AUTO for the daemon's own",
      zh: "程序的 SUPERVISOR_SERVER_URL；AUTO 表示使用守护进程自身的地址",
    },
  },
  ...LIFE_OPTIONS,
} as const satisfies Record<string, Option>;

export const EVENT_LISTENER = {
  ...PROGRAM,
  priority: { ...PROGRAM.priority, default: "-1", sample: "-1" },
  events: {
    type: "list",
    default: null,
    isRequired: true,
    scope: "here",
    sample: "EVENT",
    isLive: true,
    brief: { en: "events that the listener gets, comma separated", zh: "监听器接收的事件，以逗号分隔" },
  },
  buffer_size: {
    type: "integer",
    default: "10",
    scope: "here",
    sample: "10",
    isLive: true,
    brief: { en: "events kept while no listener of the pool is ready", zh: "池中没有就绪的监听器时保留的事件数" },
  },
  result_handler: {
    type: "text",
    default: "supervisor.dispatchers:default_handler",
    scope: "here",
    isLive: true,
    brief: { en: "what reads the results of the listener, module:name", zh: "处理监听器结果的函数，格式为 module:name" },
  },
  redirect_stderr: {
    ...PROGRAM.redirect_stderr,
    sample: "false",
    scope: "here",
    brief: { en: "must be false: stdout carries the event protocol", zh: "必须为 false：标准输出用于事件协议" },
  },
} as const satisfies Record<string, Option>;

export const FCGI_PROGRAM = {
  ...PROGRAM,
  user: { ...PROGRAM.user, scope: "here" },
  socket: {
    type: "text",
    default: null,
    isRequired: true,
    scope: "socket",
    sample: "tcp://127.0.0.1:9002",
    brief: {
      en: "the FastCGI socket: tcp://host:port or unix:///absolute/path",
      zh: "FastCGI 套接字：tcp://host:port 或 unix:///absolute/path",
    },
  },
  socket_owner: {
    type: "owner",
    default: null,
    unset: { en: "the program's user", zh: "程序的用户" },
    scope: "here",
    sample: "chrism",
    brief: { en: "owner of a unix socket, user or user:group", zh: "unix 套接字的属主，格式为 user 或 user:group" },
  },
  socket_mode: {
    type: "octal",
    default: null,
    unset: { en: "0700", zh: "0700" },
    scope: "here",
    sample: "0700",
    brief: { en: "mode of a unix socket", zh: "unix 套接字的权限" },
  },
  socket_backlog: {
    type: "integer",
    default: null,
    unset: { en: "the system's maximum", zh: "系统最大值" },
    scope: "here",
    sample: "1024",
    brief: { en: "how many connections may wait, 1 to 65535", zh: "等待连接的最大数目，1 至 65535" },
  },
} as const satisfies Record<string, Option>;

export const GROUP = {
  programs: {
    type: "list",
    default: "",
    scope: "here",
    sample: "progname1,progname2",
    brief: {
      en: "names of programs, comma separated: x of [program:x] or [fcgi-program:x]",
      zh: "程序名，以逗号分隔：即 [program:x] 或 [fcgi-program:x] 中的 x",
    },
  },
  priority: {
    type: "integer",
    default: "999",
    scope: "here",
    sample: "999",
    isLive: true,
    brief: { en: "lower groups start first and stop last", zh: "数值小的组先启动、后停止" },
  },
  ...GROUP_DEPENDENCIES,
} as const satisfies Record<string, Option>;

export const INCLUDE = {
  files: {
    type: "text",
    default: null,
    isRequired: true,
    scope: "host",
    sample: "relative/directory/*.ini",
    brief: { en: "files to read as well, separated by spaces, with * ? [abc]", zh: "还要读取的文件，以空格分隔，可用 * ? [abc]" },
    more: {
      en: "Relative to the folder of this file. Included files share one name space with it; a later file wins. They cannot include others.",
      zh: "相对于本文件所在目录。被包含的文件与本文件共用一个命名空间，后读的优先。被包含的文件不能再包含其他文件。",
    },
  },
} as const satisfies Record<string, Option>;

export type SectionKind = {
  /** How the header starts: the whole name, or with a colon at the end when a name follows. */
  readonly header: string;
  /** Further text may follow the name without a colon, as in `inet_http_server2`. (CONF-165) */
  readonly isPrefix?: true;
  readonly options: Readonly<Record<string, Option>>;
  /** Its options are those of other sections, which have them where they do not have their own. */
  readonly isForOthers?: true;
  /** Options beyond the table are handed on to a plug-in. */
  readonly takesMore?: true;
  readonly isActiveInSample?: true;
  /** The name in the sample; without it the section is not in the sample. */
  readonly sampleName?: string;
  readonly brief: Words;
  /** What else the reference says. */
  readonly more?: Words;
};

/** The section whose options every program has that does not have them itself. */
export const PROGRAM_DEFAULT = "program-default";

/** Every kind of section, in the order of the sample. */
export const SECTIONS: readonly SectionKind[] = [
  {
    header: "unix_http_server",
    isPrefix: true,
    options: UNIX_SERVER,
    sampleName: "",
    isActiveInSample: true,
    brief: {
      en: "The server on a unix socket, for supervisorctl on this machine",
      zh: "unix 套接字上的服务器，供本机的 supervisorctl 使用",
    },
  },
  {
    header: "inet_http_server",
    isPrefix: true,
    options: INET_SERVER,
    sampleName: "",
    brief: {
      en: "The server on a TCP port. Whoever reaches it may run programs: keep it on 127.0.0.1, or set a password",
      zh: "TCP 端口上的服务器。能访问它的人都可以运行程序：请只监听 127.0.0.1，或设置密码",
    },
  },
  {
    header: "supervisord",
    options: SUPERVISORD,
    sampleName: "",
    isActiveInSample: true,
    brief: { en: "The daemon itself", zh: "守护进程自身" },
  },
  {
    header: "rpcinterface:",
    options: RPC_INTERFACE,
    takesMore: true,
    sampleName: "supervisor",
    isActiveInSample: true,
    brief: {
      en: "An interface for clients. Without [rpcinterface:supervisor] neither supervisorctl nor the web page can do anything",
      zh: "供客户端使用的接口。没有 [rpcinterface:supervisor]，supervisorctl 和网页都无法工作",
    },
  },
  {
    header: "supervisorctl",
    options: SUPERVISORCTL,
    sampleName: "",
    isActiveInSample: true,
    brief: { en: "How supervisorctl finds supervisord", zh: "supervisorctl 如何找到 supervisord" },
  },
  {
    header: "ctlplugin:",
    options: CTL_PLUGIN,
    takesMore: true,
    brief: { en: "Further commands of supervisorctl", zh: "supervisorctl 的附加命令" },
  },
  {
    header: "program:",
    options: PROGRAM,
    sampleName: "theprogramname",
    brief: { en: "A program, one section each", zh: "程序，每个程序一段" },
  },
  {
    header: "eventlistener:",
    options: EVENT_LISTENER,
    sampleName: "theeventlistenername",
    brief: { en: "A program that is told about events", zh: "接收事件通知的程序" },
  },
  {
    header: "fcgi-program:",
    options: FCGI_PROGRAM,
    brief: { en: "A FastCGI program, whose processes share one socket", zh: "FastCGI 程序，其各进程共用一个套接字" },
  },
  {
    header: "group:",
    options: GROUP,
    sampleName: "thegroupname",
    brief: { en: "Programs that are started and stopped together", zh: "一起启动和停止的程序" },
  },
  {
    header: PROGRAM_DEFAULT,
    options: PROGRAM,
    isForOthers: true,
    brief: {
      en: "Options for every [program:x] and [fcgi-program:x] that does not have them itself",
      zh: "为所有没有自行设置的 [program:x] 和 [fcgi-program:x] 提供选项",
    },
    more: {
      en: "An option is taken whole: `environment` is not merged. What stands here counts before what stands in `[DEFAULT]`; `program_name` is that of the program, `here` the folder of the file that the value stands in. Supervisor ignores this section, so a program needs its own `command` there. A program takes an option of ours back with an empty value, such as `healthcheck=`, or with `none` where the option is unset by default.",
      zh: "选项整体采用：`environment` 不会合并。此处的值优先于 `[DEFAULT]` 中的值；`program_name` 是该程序的名称，`here` 是该值所在文件的目录。Supervisor 会忽略本段，因此在那里程序需要自己的 `command`。对我们新增的选项，程序可用空值（如 `healthcheck=`）取消此处的设置；默认未设置的选项也可写 `none`。",
    },
  },
  { header: "include", options: INCLUDE, sampleName: "", brief: { en: "Further files", zh: "其他配置文件" } },
];

/** The kind of a section by its name; null for an unknown one. Names are case sensitive. (CONF-024, CONF-057) */
export function kindOf(section: string): SectionKind | null {
  return (
    SECTIONS.find(({ header, isPrefix }) => (isPrefix || header.endsWith(":") ? section.startsWith(header) : section === header)) ?? null
  );
}
