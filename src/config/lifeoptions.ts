/**
 * The rows of the table for what is ours in the life of a program, a block per area: PROGRAM has all of them, so that each may stand in a program, a FastCGI
 * program, an event listener and in [program-default].
 */
import { CGROUP_OPTIONS } from "./cgroupoptions.ts";
import { HEALTH, READINESS } from "./checkoptions.ts";
import { CONTAINER_OPTIONS } from "./containeroptions.ts";
import { DEPENDENCIES } from "./dependencyoptions.ts";
import { ENVIRONMENT } from "./environmentoptions.ts";
import { HOOKS } from "./hookoptions.ts";
import { JOB } from "./joboptions.ts";
import { LIMIT_OPTIONS } from "./limitoptions.ts";
import type { Option } from "./optionrow.ts";
import { RELOADS } from "./reloadoptions.ts";

/** When a program that has ended or failed is started again. */
const RESTARTS = {
  restart_delay: {
    type: "duration",
    default: "0",
    scope: "process",
    member: { field: "restartDelay" },
    isOurs: true,
    isLive: true,
    brief: { en: "pause before a program that has ended or failed is started again", zh: "程序结束或启动失败后，再次启动前的停顿" },
    more: {
      en: "It counts from the end of the run, and takes the place of the seconds that a failed start waits otherwise. `stop` calls the restart off, `start` starts at once. 0: as Supervisor does it.",
      zh: "从本次运行结束时算起，并取代启动失败后原本的等待秒数。`stop` 取消这次重启，`start` 立即启动。0 表示与 Supervisor 相同。",
    },
  },
  restart_backoff: {
    type: "decimal",
    range: [1, 10],
    default: "1",
    scope: "process",
    member: { field: "restartBackoff" },
    isOurs: true,
    isLive: true,
    brief: { en: "factor by which the pause grows with each restart in a row", zh: "连续重启时停顿每次增长的倍数" },
    more: {
      en: "`restart_delay=1s` with `restart_backoff=2` and `restart_delay_max=30s` pauses 1, 2, 4, 8, 16, 30, 30 seconds.",
      zh: "`restart_delay=1s`、`restart_backoff=2`、`restart_delay_max=30s` 时，停顿依次为 1、2、4、8、16、30、30 秒。",
    },
  },
  restart_delay_max: {
    type: "duration",
    default: "5m",
    scope: "process",
    member: { field: "restartDelayMax" },
    isOurs: true,
    isLive: true,
    brief: { en: "longest pause, restart_jitter aside", zh: "最长的停顿（不计 restart_jitter）" },
    more: {
      en: "A `restart_delay` above the default stays what it is.",
      zh: "未写此项而 `restart_delay` 大于默认值时，停顿按 `restart_delay`。",
    },
  },
  restart_jitter: {
    type: "fraction",
    default: "0",
    scope: "process",
    member: { field: "restartJitter" },
    isOurs: true,
    isLive: true,
    brief: { en: "part of the pause that is added to it at most, drawn anew each time", zh: "每次随机追加的停顿，至多为停顿的这一比例" },
    more: {
      en: "So that many programs that fail together are not started again at one moment.",
      zh: "使同时失败的许多程序不会在同一时刻重新启动。",
    },
  },
  restart_reset: {
    type: "duration",
    default: "60s",
    scope: "process",
    member: { field: "restartReset" },
    isOurs: true,
    isLive: true,
    brief: { en: "time in the state RUNNING after which the pause is the first again", zh: "处于 RUNNING 状态多久后，停顿从头算起" },
    more: {
      en: "A user's start and an update that restarts the program do so as well.",
      zh: "用户的 start 以及会重启程序的更新同样使其从头算起。",
    },
  },
  restart_limit: {
    type: "restartlimit",
    default: null,
    unset: { en: "no limit", zh: "不限制" },
    scope: "process",
    member: { field: "restartLimit" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "how many restarts there may be within a time before the state is FATAL",
      zh: "在一段时间内最多重启多少次，超过后进入 FATAL 状态",
    },
    more: {
      en: "`restart_limit=10/1h`: instead of the eleventh within an hour the program becomes FATAL. A user's start forgets them all.",
      zh: "`restart_limit=10/1h`：一小时内的第十一次不再启动，程序进入 FATAL。用户的 start 会清除此前的计数。",
    },
  },
  fatal_retry: {
    type: "duration",
    atLeast: 1000,
    default: null,
    unset: { en: "FATAL stays", zh: "保持 FATAL" },
    scope: "process",
    member: { field: "fatalRetry" },
    isOurs: true,
    isLive: true,
    brief: { en: "time after which a program that is FATAL is started again", zh: "处于 FATAL 的程序在多久之后再次启动" },
    more: { en: "For ever, until `stop` ends it.", zh: "一直如此，直到 `stop` 为止。" },
  },
} as const satisfies Record<string, Option>;

export const LIFE_OPTIONS = {
  ...DEPENDENCIES,
  ...RESTARTS,
  ...READINESS,
  ...HEALTH,
  ...HOOKS,
  ...RELOADS,
  ...JOB,
  ...LIMIT_OPTIONS,
  ...CGROUP_OPTIONS,
  ...ENVIRONMENT,
  ...CONTAINER_OPTIONS,
} as const satisfies Record<string, Option>;
