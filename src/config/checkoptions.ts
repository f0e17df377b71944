/** Rows of the table: what makes a program ready, and what tells whether it is well. (RDY, HLT) */
import type { Option } from "./optionrow.ts";

const NONE = { en: "no checks", zh: "不检查" } as const;

export const READINESS = {
  ready_when: {
    type: "probe",
    probes: ["startsecs", "notify", "fd", "log", "tcp", "unix", "http", "exec"],
    default: "startsecs",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "readyWhen" },
    brief: { en: "what makes a started process RUNNING", zh: "进程启动后何时算作 RUNNING" },
    more: {
      en: "`startsecs`: it has run for `startsecs`, as in Supervisor. Otherwise it is RUNNING when it is ready and `startsecs` are over, which count as 0 unless they are written: `tcp:PORT` or `tcp:HOST:PORT` and `unix:PATH` when a connection can be made, `http://HOST:PORT/PATH` or `http://unix:PATH:/URI` when it is answered with a status from 200 to 399, `exec:COMMAND` when the command ends with 0, `log:REGEX` when a line of its output matches, `fd:N` when it writes a newline into descriptor N (3 to 255), with which it is born, `notify` when it sends `READY=1` to its NOTIFY_SOCKET, as for systemd. HOST is an address or `localhost`. A process that ends before it is ready has failed to start.",
      zh: "`startsecs`：与 Supervisor 相同，运行满 `startsecs` 秒。其余写法在就绪且 `startsecs`（未写时按 0 计）已过后变为 RUNNING：`tcp:端口`、`tcp:地址:端口` 与 `unix:路径` 在可以建立连接时；`http://地址:端口/路径` 或 `http://unix:路径:/URI` 在返回 200 到 399 的状态码时；`exec:命令` 在命令以 0 结束时；`log:正则表达式` 在其输出中有一行匹配时；`fd:N` 在它向启动时即有的描述符 N（3 到 255）写入换行符时；`notify` 在它像对 systemd 那样向 NOTIFY_SOCKET 发送 `READY=1` 时。地址为数字地址或 `localhost`。就绪之前退出即视为启动失败。",
    },
  },
  ready_timeout: {
    type: "duration",
    default: "90s",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "readyTimeout" },
    brief: { en: "time within which it must become ready; 0: any", zh: "必须在此时间内就绪；0 表示不限" },
    more: {
      en: "Counts from the fork. When it is over the process is stopped by its stop signal, and the start has failed.",
      zh: "从 fork 起计。超时后用其停止信号结束进程，此次启动视为失败。",
    },
  },
  ready_interval: {
    type: "duration",
    atLeast: 100,
    default: "1s",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "readyInterval" },
    brief: { en: "pause between two attempts to find it ready", zh: "两次就绪探测之间的间隔" },
  },
} as const satisfies Record<string, Option>;

export const HEALTH = {
  healthcheck: {
    type: "probe",
    probes: ["tcp", "unix", "http", "exec", "watchdog"],
    default: null,
    unset: NONE,
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheck" },
    brief: { en: "how to find out whether a RUNNING process is well", zh: "如何检查 RUNNING 的进程是否健康" },
    more: {
      en: "Written as in `ready_when`; or `watchdog`: the program has to send `WATCHDOG=1` to its NOTIFY_SOCKET within each `healthcheck_interval`, which WATCHDOG_USEC tells it, and is unhealthy as soon as it does not. A command runs as the program does (user, directory, environment, limits) and has failed when it does not end with 0 in time. A check that cannot be made (no descriptors, no memory, a command that is not there, exit 126 or 127) says nothing about the process.",
      zh: "写法与 `ready_when` 相同；或 `watchdog`：程序必须在每个 `healthcheck_interval`（由 WATCHDOG_USEC 告知）内向 NOTIFY_SOCKET 发送 `WATCHDOG=1`，否则立即视为不健康。命令以与程序相同的方式运行（用户、目录、环境、限制），未在时限内以 0 结束即为失败。无法进行的检查（描述符或内存用尽、命令不存在、以 126 或 127 结束）不说明进程的状况。",
    },
  },
  healthcheck_interval: {
    type: "duration",
    atLeast: 1000,
    default: "30s",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckInterval" },
    brief: { en: "time between two checks", zh: "两次检查的间隔" },
    more: {
      en: "From the beginning of one to that of the next, a tenth more or less, so that many programs do not check in step.",
      zh: "从一次检查开始到下一次开始，上下浮动十分之一，以免许多程序同时检查。",
    },
  },
  healthcheck_timeout: {
    type: "duration",
    default: "5s",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckTimeout" },
    brief: { en: "time after which a check has failed", zh: "单次检查的超时时间" },
    more: { en: "Not longer than `healthcheck_interval`.", zh: "不得长于 `healthcheck_interval`。" },
  },
  healthcheck_failures: {
    type: "whole",
    range: [1, 100],
    default: "3",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckFailures" },
    brief: { en: "failed checks in a row that make it unhealthy", zh: "连续失败多少次视为不健康" },
  },
  healthcheck_successes: {
    type: "whole",
    range: [1, 100],
    default: "1",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckSuccesses" },
    brief: { en: "good checks in a row that make it healthy", zh: "连续成功多少次视为健康" },
  },
  healthcheck_grace: {
    type: "duration",
    default: "10s",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckGrace" },
    brief: { en: "time after RUNNING in which failures do not count", zh: "进入 RUNNING 后此时间内的失败不计" },
  },
  healthcheck_action: {
    type: "choice",
    choice: { what: "action", words: ["restart", "event"] },
    default: "restart",
    scope: "process",
    isOurs: true,
    isLive: true,
    member: { field: "healthcheckAction" },
    brief: { en: "what an unhealthy process leads to: restart or event", zh: "不健康时的动作：restart（重启）或 event（仅发事件）" },
    more: {
      en: "`restart`: it is stopped as by an order and started again by the restart policy, also with `autorestart=false`; of the processes of a program one at a time, and not while one of its own dependencies is missing. `event`: the log and LIFECYCLE_UNHEALTHY tell it, nothing else happens.",
      zh: "`restart`：像收到命令一样停止，再按重启策略启动，即使 `autorestart=false`；同一程序的进程逐个进行，且自身依赖未满足时不重启。`event`：只写日志并发出 LIFECYCLE_UNHEALTHY 事件。",
    },
  },
} as const satisfies Record<string, Option>;
