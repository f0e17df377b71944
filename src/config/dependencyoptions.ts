/** The options by which programs depend on each other. */
import type { Option, Words } from "./optionrow.ts";

const DEPENDS_ON_MORE: Words = {
  en: "TARGET is a group, a program or a process (`group:process`, `group:*`); several processes must all be so. CONDITION is `started` (it has a pid), `running`, `ready` (the default), `healthy`, or `exited_ok` (the default for a one-shot): it has run and ended as expected. A start waits until all hold at one moment, however late; what is down is started too. A dependency that goes away later does nothing to what runs.",
  zh: "TARGET 是组、程序或进程（`group:process`、`group:*`）；多个进程须全部满足。CONDITION 为 `started`（已有 pid）、`running`、`ready`（默认）、`healthy`，或 `exited_ok`（一次性程序的默认值）：已运行并按预期结束。启动会一直等到所有条件同时成立；未运行的依赖也会被启动。依赖之后停下时，已在运行的程序不受影响。",
};

export const DEPENDENCIES = {
  depends_on: {
    type: "targets",
    default: "",
    scope: "process",
    member: { field: "dependsOn" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "what must be up before each start: TARGET or TARGET:CONDITION, comma separated",
      zh: "每次启动之前必须就绪的对象：TARGET 或 TARGET:CONDITION，以逗号分隔",
    },
    more: DEPENDS_ON_MORE,
  },
  depends_timeout: {
    type: "duration",
    default: "0",
    scope: "program",
    member: { field: "dependsTimeout" },
    isOurs: true,
    isLive: true,
    brief: { en: "how long one start may wait for depends_on, 0 for ever", zh: "一次启动最多等待 depends_on 多久，0 表示一直等" },
    more: {
      en: "When it is over the process is FATAL, and its spawn error tells what was missing.",
      zh: "超时后进程进入 FATAL，其启动错误说明缺少什么。",
    },
  },
  bind_to: {
    type: "targets",
    default: "",
    scope: "process",
    member: { field: "bindTo" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "as depends_on, and the program is stopped when one of them goes down",
      zh: "同 depends_on；其中之一停下时本程序也会停止",
    },
    more: {
      en: "It starts again by itself when they are back. A stop or restart of one of them first stops what is bound to it.",
      zh: "它们恢复后会自动再次启动。停止或重启其中之一时，先停止绑定于它的程序。",
    },
  },
} as const satisfies Record<string, Option>;

export const GROUP_DEPENDENCIES = {
  depends_on: {
    type: "targets",
    default: "",
    scope: "here",
    isOurs: true,
    isLive: true,
    brief: { en: "what must be up before each start of any of its processes", zh: "组内任一进程每次启动之前必须就绪的对象" },
    more: DEPENDS_ON_MORE,
  },
} as const satisfies Record<string, Option>;
