/** The options of programs that run by a schedule, or no longer than so long: a part of the table. (CRON, AGE) */
import type { Option } from "./optionrow.ts";

export const JOB = {
  type: {
    type: "choice",
    choice: { what: "type", words: ["simple", "oneshot"] },
    default: "simple",
    scope: "program",
    member: { field: "type" },
    isOurs: true,
    brief: { en: "simple, or oneshot: a program that runs to its end", zh: "simple；或 oneshot：运行到结束即完成的程序" },
    more: {
      en: "A one-shot is RUNNING from the fork, and done when it ends with a code of `exitcodes`: EXITED, which is what others that depend on it wait for. Any other end is a failure: it runs again `startretries` times, which is 0 unless it is written, then it is FATAL. It is not started again once it is done, but by an order or by a new supervisord. A program with `cron` is a one-shot.",
      zh: "一次性程序从 fork 起即为 RUNNING，以 `exitcodes` 中的退出码结束即完成：状态为 EXITED，依赖它的程序等待的就是这个。其他结束方式视为失败：再运行 `startretries` 次（未写时为 0），之后进入 FATAL。完成后不会再次启动，除非有人下令或 supervisord 重新启动。带有 `cron` 的程序都是一次性程序。",
    },
  },
  cron: {
    type: "schedule",
    default: null,
    unset: { en: "no schedule", zh: "无时间表" },
    scope: "program",
    member: { field: "cron" },
    isOurs: true,
    isLive: true,
    brief: { en: "when the program runs: a schedule as cron has it", zh: "程序的运行时间：cron 式的时间表" },
    more: {
      en: "Five fields, or six with the second first; `*`, lists, ranges, `/step`, names (`jan`, `mon`), weekdays from 0 to 7, where 0 and 7 are Sunday. When both day and weekday are restricted, either suffices. `@every` counts from the beginning of the last run. The program does not start together with supervisord; with `autostart=false` the schedule is paused until `start` or `jobs resume`. Where clocks change, a schedule whose hour begins with `*` goes by real time; any other runs each local time once, and what falls into the gap at its end.",
      zh: "五个字段，或六个字段（首个为秒）；支持 `*`、列表、范围、`/步长`、名称（`jan`、`mon`），星期为 0 至 7（0 和 7 均为星期日）。日与星期都受限时，满足其一即可。`@every` 从上次运行开始时算起。程序不随 supervisord 启动；`autostart=false` 时时间表处于暂停状态，直到 `start` 或 `jobs resume`。夏令时切换时，小时字段以 `*` 开头的时间表按真实时间运行；其他时间表的每个本地时间只运行一次，落入空缺的时间在空缺结束时运行。",
    },
  },
  cron_timezone: {
    type: "zone",
    default: null,
    unset: { en: "the time zone of the host", zh: "主机的时区" },
    scope: "program",
    member: { field: "cronTimezone" },
    isOurs: true,
    isLive: true,
    brief: { en: "time zone of the schedule, such as Europe/Berlin", zh: "时间表所用的时区，例如 Europe/Berlin" },
  },
  cron_overlap: {
    type: "choice",
    choice: { what: "overlap", words: ["skip", "queue", "kill"] },
    default: "skip",
    scope: "program",
    member: { field: "cronOverlap" },
    isOurs: true,
    isLive: true,
    brief: { en: "what becomes of a run that is due while one is under way", zh: "到点时上次运行尚未结束该怎么办" },
    more: {
      en: "`skip` drops it (event LIFECYCLE_JOB_SKIPPED), `queue` keeps one and runs it at the end, `kill` stops the run under way and starts anew. Retries count as a part of a run.",
      zh: "`skip` 丢弃本次（事件 LIFECYCLE_JOB_SKIPPED）；`queue` 保留一次，待结束后运行；`kill` 停止正在进行的运行并重新开始。重试算作运行的一部分。",
    },
  },
  cron_missed: {
    type: "choice",
    choice: { what: "treatment of missed runs", words: ["skip", "once"] },
    default: "skip",
    scope: "program",
    member: { field: "cronMissed" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "what becomes of runs that were due more than a minute ago and could not be started",
      zh: "错过一分钟以上、未能启动的运行该怎么办",
    },
    more: {
      en: "`skip` drops them (event LIFECYCLE_JOB_SKIPPED), `once` runs one for all of them.",
      zh: "`skip` 丢弃（事件 LIFECYCLE_JOB_SKIPPED）；`once` 为所有错过的补运行一次。",
    },
  },
  max_age: {
    type: "duration",
    atLeast: 1000,
    default: null,
    unset: { en: "any age", zh: "不限" },
    scope: "process",
    member: { field: "maxAge" },
    isOurs: true,
    isLive: true,
    brief: { en: "greatest age of one run", zh: "单次运行的最长时间" },
    more: {
      en: "Counts from RUNNING. A program is then stopped and started again, of the processes of its group one at a time (event LIFECYCLE_RESTARTING, `reason:age`). A job is stopped and has failed: it is FATAL with `older than 3 h` until its next run.",
      zh: "从 RUNNING 起计。到时程序被停止并重新启动，同组进程逐个进行（事件 LIFECYCLE_RESTARTING，`reason:age`）。任务则被停止并视为失败：状态为 FATAL，说明为 `older than 3 h`，直到下次运行。",
    },
  },
} as const satisfies Record<string, Option>;
